"""The account of the Anti-Telecom and Online Fraud Law agrees with the rules that encode it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fanzha.model.norms import Modality
from fanzha.model.provisions import NormKind, Provision
from fanzha.usecases.cases import read_cases
from fanzha.usecases.coverage import ENCODED, coverage
from fanzha.usecases.rulebook import Rulebook

PREFIX = "cn.atofl.a"


@pytest.fixture(scope="module")
def provisions(rulebook: Rulebook) -> Mapping[str, Provision]:
    return rulebook.law.provisions


def test_every_norm_of_the_law_is_in_the_account(provisions: Mapping[str, Provision]) -> None:
    assert len(provisions) == 190
    articles = {int(id_.removeprefix(PREFIX).split(".")[0]) for id_ in provisions}
    assert articles == set(range(1, 51))


def test_obligations_of_the_law_stand_in_its_account_as_they_are_cited(
    rulebook: Rulebook, provisions: Mapping[str, Provision]
) -> None:
    own = [each for each in rulebook.law.obligations.values() if each.id in provisions]
    assert len(own) > 90
    for each in own:
        provision = provisions[each.id]
        paragraph = provision.cites.split(" item ")[0]
        assert any(cited.startswith(paragraph) for cited in each.cites), each.id
        assert provision.kind in {NormKind(word.value) for word in Modality}, each.id


def test_obligations_beside_the_account_are_of_a_paragraph_in_it(
    rulebook: Rulebook, provisions: Mapping[str, Provision]
) -> None:
    paragraphs = {id_.rpartition(".")[0] for id_ in provisions}
    for id_ in rulebook.law.obligations:
        if id_.startswith(PREFIX) and id_ not in provisions:
            # A duty that was split further, or told apart by whom it binds.
            assert any(f"{id_}.".startswith(f"{each}.") for each in paragraphs), id_


def test_what_is_encoded_gives_no_reason_for_not_being_encoded(
    rulebook: Rulebook, provisions: Mapping[str, Provision]
) -> None:
    account = coverage(rulebook, read_cases(rulebook.folders))
    encoded = {row["id"] for row in account["provisions"] if row["disposition"] == ENCODED}
    assert [id_ for id_ in encoded if provisions[id_].disposition is not None] == []
