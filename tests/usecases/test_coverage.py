"""The account of a law: what is encoded and proved, what is not and why, what reads a number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fanzha.errors import NotFound
from fanzha.model.provisions import Disposition, NormKind, Provision
from fanzha.model.text import Text
from fanzha.usecases.cases import Case, read_cases
from fanzha.usecases.coverage import DISPOSITIONS, coverage, is_complete
from fanzha.usecases.rulebook import Rulebook

Json = dict[str, Any]
TITLE = Text(zh="规范", en="Provision")


@pytest.fixture(scope="module")
def cases(rulebook: Rulebook) -> list[Case]:
    return read_cases(rulebook.folders)


@pytest.fixture(scope="module")
def account(rulebook: Rulebook, cases: list[Case]) -> Json:
    return coverage(rulebook, cases)


def _row(account: Json, id_: str) -> Json:
    [row] = [each for each in account["provisions"] if each["id"] == id_]
    return dict(row)


def _provision(id_: str, cites: str, **more: Any) -> Provision:
    values = {"kind": NormKind.OBLIGATION, "disposition": None, "reason": None, **more}
    return Provision(id_, cites, title=TITLE, instrument="atofl", file="atofl/x.yaml", **values)


def _account_of(rulebook: Rulebook, *provisions: Provision) -> Json:
    law = replace(rulebook.law, provisions={each.id: each for each in provisions})
    return coverage(replace(rulebook, law=law), read_cases(rulebook.folders))


def test_an_encoded_provision_names_its_rules_and_its_proofs(account: Json) -> None:
    row = _row(account, "cn.atofl.a10.p1.1")
    assert row["disposition"] == "encoded"
    assert row["obligations"] == ["cn.atofl.a10.p1.1"]
    assert "telecom/phone_card_registration" in row["check_types"]
    assert row["definitions"] == ["counts_as_new_phone_card"]
    assert row["cases"]["count"] > 1
    assert row["cases"]["statuses"][:2] == ["fulfilled", "violated"]
    assert "reason" not in row


def test_rules_that_give_detail_to_a_provision_are_named_apart(
    account: Json, rulebook: Rulebook
) -> None:
    detail = next(
        each for each in rulebook.law.obligations.values() if "ATOFL 9(1)" in each.implements
    )
    row = _row(account, "cn.atofl.a9.p1.1")
    assert detail.id in row["detailed_by"]
    assert detail.id not in row["obligations"]


def test_what_is_not_encoded_says_why(account: Json) -> None:
    row = _row(account, "cn.atofl.a10.p2.1")
    assert row["disposition"] == "power_or_definition"
    assert row["reason"].keys() == {"zh", "en"}
    assert row["obligations"] == []
    assert row["cases"] == {"count": 0, "statuses": []}


def test_the_summary_counts_every_provision_once(account: Json) -> None:
    rows = account["provisions"]
    assert account["summary"]["provisions"] == len(rows)
    assert sum(account["summary"][word] for word in DISPOSITIONS) == len(rows)
    duties = [row for row in rows if row["kind"] in {"obligation", "prohibition"}]
    assert account["summary_of_duties"]["provisions"] == len(duties) == 105
    encoded = sum(row["disposition"] == "encoded" for row in duties)
    assert account["summary_of_duties"]["encoded"] == encoded


def test_a_provision_without_a_rule_and_without_a_reason_is_missing(rulebook: Rulebook) -> None:
    account = _account_of(rulebook, _provision("cn.atofl.a99.p1.1", "ATOFL 99"))
    assert account["provisions"][0]["disposition"] == "missing"
    assert account["summary"]["missing"] == 1
    assert not is_complete(account)


def test_a_provision_alone_in_its_place_is_encoded_by_whatever_cites_it(
    rulebook: Rulebook,
) -> None:
    alone = _provision("own.name", "ATOFL 10(1)")
    row = _account_of(rulebook, alone)["provisions"][0]
    assert row["disposition"] == "encoded"
    assert row["obligations"] == ["cn.atofl.a10.p1.1"]
    shared = _account_of(rulebook, alone, _provision("own.other", "ATOFL 10(1)"))
    assert [row["disposition"] for row in shared["provisions"]] == ["missing", "missing"]


def test_a_definition_alone_encodes_a_provision_and_is_proved_by_its_readers(
    rulebook: Rulebook,
) -> None:
    definitions = [each for each in rulebook.law.definitions if "ATOFL 11" not in each.cites]
    law = replace(rulebook.law, definitions=tuple(definitions))
    own = replace(
        next(each for each in definitions if each.element == "phone_user_identity_verified"),
        cites=("ATOFL 99",),
    )
    provision = _provision("own.meaning", "ATOFL 99", kind=NormKind.DEFINITION)
    law = replace(law, definitions=(*definitions, own), provisions={provision.id: provision})
    account = coverage(replace(rulebook, law=law), read_cases(rulebook.folders))
    row = account["provisions"][0]
    assert row["disposition"] == "encoded"
    assert row["definitions"] == ["phone_user_identity_verified"]
    assert row["check_types"] == sorted(own.check_types)
    assert row["cases"]["count"] > 0


def test_what_is_encoded_counts_as_encoded_whatever_was_recorded(rulebook: Rulebook) -> None:
    recorded = _provision(
        "cn.atofl.a10.p1.1", "ATOFL 10(1)",
        disposition=Disposition.NOT_ENCODABLE, reason=TITLE,
    )  # fmt: skip
    assert _account_of(rulebook, recorded)["provisions"][0]["disposition"] == "encoded"


def test_each_parameter_names_what_reads_it(account: Json) -> None:
    found = {each["id"]: each for each in account["parameters"]}
    cap = found["telecom.phone_card.max_per_user_per_operator"]
    assert cap["used"]
    assert "cn.atofl.a10.p1.1" in cap["obligations"]
    assert cap["grade"] == "A"
    assert any(each["definitions"] for each in found.values())
    counts = account["summary_of_parameters"]
    assert counts["parameters"] == len(found)
    assert counts["used"] + counts["unused"] + counts["unexplained"] == len(found)


def test_an_unused_parameter_says_why_or_is_counted(rulebook: Rulebook, cases: list[Case]) -> None:
    number = rulebook.law.parameters["telecom.phone_card.max_per_user_per_operator"]
    silent, told = replace(number, id="own.silent"), replace(number, id="own.told", unused=TITLE)
    law = replace(rulebook.law, parameters={each.id: each for each in (silent, told, number)})
    account = coverage(replace(rulebook, law=law), cases)
    counts = {"parameters": 3, "used": 1, "unused": 1, "unexplained": 1}
    assert account["summary_of_parameters"] == counts
    assert not is_complete(account)
    rows = {each["id"]: each for each in account["parameters"]}
    assert rows["own.told"]["unused"] == TITLE.as_json()
    assert "unused" not in rows["own.silent"]


def test_a_law_without_an_account_is_not_found(rulebook: Rulebook) -> None:
    with pytest.raises(NotFound, match="did you mean `atofl`"):
        coverage(rulebook, [], "atoff")
    with pytest.raises(NotFound, match="known: atofl"):
        coverage(rulebook, [], "pipl")
