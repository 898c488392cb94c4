from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import exc, text

from fanzha.model.attestation import Attestation
from fanzha.model.institution import Institution
from fanzha.records import Profiles, Records
from fanzha.records.database import Database

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TRAINED = Attestation(
    fact="staff_training_last_on",
    value=date(2026, 1, 16),
    assessor="合规部",
    assessed_at=date(2026, 2, 1),
    evidence="HR-2026-7",
    valid_until=date(2026, 12, 31),
    basis="签到表",
)


def _attested(day: str, *, until: str = "2026-12-31", value: bool = True) -> Attestation:
    return Attestation(
        "fraud_risk_lead_named",
        value,
        "审计部",
        date.fromisoformat(day),
        "A-1",
        date.fromisoformat(until),
    )


@pytest.fixture
def registered(records: Records, bank: Institution) -> Records:
    records.institutions.put(bank)
    return records


def test_nothing_is_attested_of_a_new_institution(registered: Records, bank: Institution) -> None:
    assert registered.profiles.get(bank.id).history == {}
    assert registered.profiles.get("\0").history == {}


@pytest.mark.parametrize(
    "value",
    [
        True,
        0,
        "in_operation",
        "2026-01-16",
        date(2026, 1, 16),
        datetime.fromisoformat("2026-01-16T08:00:00+08:00"),
    ],
)
def test_an_attestation_comes_back_as_it_was_with_the_type_of_its_value(
    registered: Records, bank: Institution, value: bool | int | str | date
) -> None:
    attested = replace(TRAINED, value=value)
    registered.profiles.add(bank.id, [attested], NOW)
    [[found]] = registered.profiles.get(bank.id).history.values()
    assert found == attested
    assert type(found.value) is type(value)


def test_history_is_kept_and_the_newest_counts(registered: Records, bank: Institution) -> None:
    first, second = _attested("2026-01-01"), _attested("2026-02-01", value=False)
    registered.profiles.add(bank.id, [first], NOW)
    registered.profiles.add(bank.id, [second, TRAINED], NOW)
    profile = registered.profiles.get(bank.id)
    assert profile.history == {
        "fraud_risk_lead_named": (second, first),
        "staff_training_last_on": (TRAINED,),
    }
    assert profile.valid_on(date(2026, 2, 1))["fraud_risk_lead_named"] == second
    # What was found later does not reach back.
    assert profile.valid_on(date(2026, 1, 31))["fraud_risk_lead_named"] == first


def test_a_newer_one_that_has_expired_does_not_revive_an_older_one(
    registered: Records, bank: Institution
) -> None:
    older, newer = _attested("2026-01-01"), _attested("2026-02-01", until="2026-02-28")
    registered.profiles.add(bank.id, [older, newer], NOW)
    profile = registered.profiles.get(bank.id)
    assert profile.valid_on(date(2026, 2, 28)) == {newer.fact: newer}
    assert profile.valid_on(date(2026, 3, 1)) == {}
    assert list(profile.on(date(2026, 3, 1))) == [newer]
    assert list(profile.on(date(2025, 12, 31))) == []


def test_what_is_the_newest_already_is_not_recorded_again(
    registered: Records, bank: Institution
) -> None:
    first, second = _attested("2026-01-01"), _attested("2026-02-01")
    for added in ([first], [first], [second, second], [first]):
        registered.profiles.add(bank.id, added, NOW)
    assert registered.profiles.get(bank.id).history[first.fact] == (first, second, first)


def test_a_new_attestation_counts_at_once_in_the_same_process(
    registered: Records, bank: Institution
) -> None:
    assert registered.profiles.get(bank.id).history == {}
    registered.profiles.add(bank.id, [TRAINED], NOW)
    assert registered.profiles.get(bank.id).history != {}


def test_profiles_are_apart(registered: Records, bank: Institution) -> None:
    registered.institutions.put(replace(bank, id="bank-002"))
    registered.profiles.add(bank.id, [TRAINED], NOW)
    assert registered.profiles.get("bank-002").history == {}


def test_an_institution_that_is_not_registered_has_no_profile(database: Database) -> None:
    with pytest.raises(exc.IntegrityError):
        Profiles(database).add("bank-009", [TRAINED], NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE attestations SET assessor = 'x'",
        "DELETE FROM attestations",
        "INSERT OR REPLACE INTO attestations SELECT * FROM attestations",
        "TRUNCATE attestations",
    ],
)
def test_what_was_attested_cannot_be_changed(
    registered: Records, bank: Institution, database: Database, statement: str
) -> None:
    dialect = database.engine.dialect.name
    if ("REPLACE" in statement and dialect != "sqlite") or (
        "TRUNCATE" in statement and dialect != "postgresql"
    ):
        pytest.skip("the other database has no such statement")
    registered.profiles.add(bank.id, [TRAINED], NOW)

    def run() -> None:
        with database.writing() as connection:
            connection.execute(text(statement))

    _refused(run)
    assert registered.profiles.get(bank.id).history == {TRAINED.fact: (TRAINED,)}


def _refused(run: Callable[[], None]) -> None:
    with pytest.raises(exc.DBAPIError, match="only ever added"):
        run()
