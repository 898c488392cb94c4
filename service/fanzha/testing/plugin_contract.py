"""The tests that every plugin inherits: subclass `PluginContract` and name the plugin.

class TestPlugin(PluginContract):
    plugin = "customs"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol

import pytest
from flask.testing import FlaskClient

from fanzha.application import Application
from fanzha.errors import FanzhaError
from fanzha.model.institution import Institution
from fanzha.model.text import Text
from fanzha.plugins.contributions import API_VERSION
from fanzha.plugins.module_contract import HOOK_NAMES
from fanzha.records import open_records, upgrade
from fanzha.settings import Settings
from fanzha.usecases import check_plugin
from fanzha.usecases.check_plugin import Subject, settings_alone, settings_with_others
from fanzha.usecases.rulebook import Rulebook, open_rulebook
from fanzha.web import create_app

INSTITUTION = "contract-001"


class Post(Protocol):
    """Posts a check as an institution with these roles, and returns the decision."""

    def __call__(self, check: Mapping[str, Any], *, roles: Sequence[str]) -> dict[str, Any]:
        """Post one check; the institution in it is filled in."""


def _told(errors: Iterable[FanzhaError]) -> list[str]:
    return [str(each) for each in errors]


class PluginContract:
    """What holds for every plugin that may be enabled."""

    plugin: ClassVar[str]
    """Its name, as it stands in FANZHA_PLUGINS."""

    # --- what the tests are given ---

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls) -> Subject:
        """The plugin, as it is looked at."""
        return Subject(cls.plugin)

    @pytest.fixture(scope="class")
    @classmethod
    def settings(cls, tmp_path_factory: pytest.TempPathFactory) -> Settings:
        """Settings that enable this plugin alone, with a database of their own."""
        folder = tmp_path_factory.mktemp("contract")
        environment = {
            "FANZHA_DATABASE_URL": f"sqlite:///{folder / 'fanzha.db'}",
            "FANZHA_SECRET_KEY_FILE": str(folder / "secret.key"),
        }
        return settings_alone(cls.plugin, Settings.from_environment(environment))

    @pytest.fixture(scope="class")
    @classmethod
    def rulebook(cls, settings: Settings) -> Iterator[Rulebook]:
        """The law with this plugin alone."""
        opened = open_rulebook(settings)
        yield opened
        opened.close()

    @pytest.fixture(scope="class")
    @classmethod
    def application(cls, settings: Settings, rulebook: Rulebook) -> Iterator[Application]:
        """The service with this plugin alone, and an empty database."""
        upgrade(settings.database_url)
        records = open_records(settings)
        yield Application(settings, rulebook, records=records)
        records.close()

    @pytest.fixture(scope="class")
    @classmethod
    def client(cls, application: Application) -> FlaskClient:
        """A client of the running service."""
        return create_app(application).test_client()

    @pytest.fixture
    def post(self, application: Application, client: FlaskClient) -> Post:
        """What posts a check over HTTP and returns its decision."""

        def posted(check: Mapping[str, Any], *, roles: Sequence[str]) -> dict[str, Any]:
            name = Text(zh="检验机构", en="Institution of the contract")
            application.records.institutions.put(Institution(INSTITUTION, name, tuple(roles)))
            key = application.records.keys.create(INSTITUTION, "contract")
            answer = client.post(
                "/v1/checks",
                json={**check, "institution": INSTITUTION},
                headers={"Authorization": f"Bearer {key}"},
            )
            decision: dict[str, Any] = answer.get_json()
            assert answer.status_code == 200, decision
            return decision

        return posted

    # --- what holds ---

    def test_it_starts_alone(self, rulebook: Rulebook) -> None:
        assert [each.name for each in rulebook.plugins.identities] == [self.plugin]

    def test_it_starts_with_the_others(self, settings: Settings) -> None:
        opened = open_rulebook(settings_with_others(self.plugin, settings))
        try:
            assert self.plugin in [each.name for each in opened.plugins.identities]
        finally:
            opened.close()

    def test_its_hooks_are_those_that_there_are(self, rulebook: Rulebook) -> None:
        hooks = rulebook.plugins.hooks[self.plugin]
        assert hooks
        assert set(hooks) <= set(HOOK_NAMES)
        assert 1 <= rulebook.plugins.apis[self.plugin] <= API_VERSION

    def test_every_check_type_raises_an_obligation(
        self, subject: Subject, rulebook: Rulebook
    ) -> None:
        assert _told(check_plugin.without_obligations(subject, rulebook)) == []

    def test_every_obligation_is_cited(self, subject: Subject, rulebook: Rulebook) -> None:
        assert [each.id for each in subject.obligations(rulebook) if not each.cites] == []

    def test_every_obligation_has_a_case_of_each_status(
        self, subject: Subject, rulebook: Rulebook
    ) -> None:
        assert _told(check_plugin.unproved(subject, rulebook)) == []

    def test_every_case_holds(self, subject: Subject, rulebook: Rulebook) -> None:
        assert _told(check_plugin.failing_cases(subject, rulebook)) == []

    def test_obligations_begin_and_end_on_their_days(
        self, subject: Subject, rulebook: Rulebook
    ) -> None:
        assert _told(check_plugin.wrong_edges(subject, rulebook)) == []

    def test_texts_stand_in_both_languages(self, subject: Subject, rulebook: Rulebook) -> None:
        assert _told(check_plugin.one_language_only(subject, rulebook)) == []

    def test_names_begin_with_the_prefix(self, subject: Subject, rulebook: Rulebook) -> None:
        assert _told(check_plugin.without_prefix(subject, rulebook)) == []

    def test_derived_functions_are_pure(self, subject: Subject, rulebook: Rulebook) -> None:
        assert _told(check_plugin.impure_functions(subject, rulebook)) == []

    def test_silence_is_never_compliance(self, subject: Subject, rulebook: Rulebook) -> None:
        assert _told(check_plugin.compliant_by_silence(subject, rulebook)) == []

    def test_the_running_service_lists_it(self, client: FlaskClient) -> None:
        listed = {each["name"]: each for each in client.get("/v1/plugins").get_json()["plugins"]}
        assert listed[self.plugin]["enabled"] is True
