"""docs/hooks.md says what the hooks are: signatures are compared, examples are installed."""

from __future__ import annotations

import inspect
import re
from datetime import date
from pathlib import Path

import pytest
from tests.plugins_host.strangers import Site, loaded

from fanzha.plugins import hookspecs
from fanzha.plugins.contributions import KINDS, DerivedFunction
from fanzha.plugins.module_contract import HOOK_NAMES

PAGE = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def _block(hook: str, kind: str) -> str:
    found = re.findall(rf"^```{kind}\n(.*?)^```$", SECTIONS[hook], re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def test_every_hook_has_its_section_and_no_other() -> None:
    assert sorted(SECTIONS) == sorted(HOOK_NAMES)


@pytest.mark.parametrize("hook", HOOK_NAMES)
def test_the_signature_is_that_of_the_source(hook: str) -> None:
    signature = inspect.signature(getattr(hookspecs, hook))
    written = f"{hook}() -> {signature.return_annotation}"
    assert not signature.parameters
    assert _block(hook, "signature").strip() == written


@pytest.mark.parametrize("hook", HOOK_NAMES)
def test_when_and_what_it_returns_stand_in_both_languages(hook: str) -> None:
    for word in ("何时：", "返回：", "When:", "Returns:"):
        assert word in SECTIONS[hook]
        assert getattr(hookspecs, hook).__doc__


@pytest.mark.parametrize("hook", HOOK_NAMES)
def test_the_example_is_a_plugin_that_loads(hook: str, site: Site) -> None:
    (site.path / "check_types.yaml").write_text("{}\n", encoding="utf-8")
    site.install("customs", _block(hook, "python"), distribution="acme-customs")
    assert loaded("customs").hooks == {"customs": (hook,)}


def test_the_function_of_the_example_computes(site: Site) -> None:
    site.install("customs", _block("fanzha_derived_functions", "python"))
    function = loaded("customs").functions["customs_years_of_age"].value.function
    assert function(date(2000, 3, 2), date(2026, 3, 1)) == 25
    assert function(date(2000, 3, 2), date(2026, 3, 2)) == 26


def test_every_field_of_a_function_is_explained() -> None:
    listed = re.findall(r"^\| `(\w+)`", SECTIONS["fanzha_derived_functions"], re.MULTILINE)
    assert sorted(listed) == sorted(inspect.signature(DerivedFunction).parameters)
    assert all(f"`{kind}`" in SECTIONS["fanzha_derived_functions"] for kind in KINDS)
