"""The guide for institutions names every address that the service has, and no others."""

from __future__ import annotations

import re

import pytest

from fanzha.application import Application
from fanzha.settings import Settings
from fanzha.usecases.rulebook import Rulebook
from fanzha.web import create_app
from tests.docs.pages import REPOSITORY

GUIDE = (REPOSITORY / "docs" / "guide-institutions.md").read_text("utf-8")
NAMED = set(re.findall(r"`(?:(?:GET|POST) )?(/[a-z][\w./{}-]*)", GUIDE))


@pytest.fixture(scope="module")
def addresses(rulebook: Rulebook) -> set[str]:
    """The addresses of the service, parameters in braces and without their names."""
    app = create_app(Application(Settings.from_environment({}), rulebook))
    return {re.sub(r"<[^>]+>", "{}", rule.rule) for rule in app.url_map.iter_rules()}


def _without_names(address: str) -> str:
    return re.sub(r"\{\w+\}", "{}", address)


def test_every_address_is_named(addresses: set[str]) -> None:
    assert len(addresses) > 10
    assert sorted(addresses - {_without_names(each) for each in NAMED}) == []


def test_every_address_that_is_named_exists(addresses: set[str]) -> None:
    assert sorted(each for each in NAMED if _without_names(each) not in addresses) == []
