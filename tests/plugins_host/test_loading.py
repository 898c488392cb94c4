"""Enabled plugins are imported, validated and collected, each thing with its plugin's name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.plugins_host.strangers import DOMAIN, FUNCTIONS, HEAD, Site, loaded

from fanzha.errors import Problems
from fanzha.plugins.contributions import PluginIdentity
from fanzha.plugins.host import load_plugins


def test_a_strangers_plugin_comes_through_the_same_door_as_ours(site: Site) -> None:
    site.install(
        "customs",
        HEAD
        + """\
@hookimpl
def fanzha_domain():
    return domain("customs", "customs")

@hookimpl
def fanzha_derived_functions():
    return {"customs_double": function(lambda amount: 2 * amount)}

@hookimpl
def fanzha_rulesets():
    return [HERE.parent]
""",
        distribution="acme-customs",
        version="4.5",
    )
    plugins = loaded("customs")
    identity = PluginIdentity("customs", "4.5", "acme-customs")
    assert plugins.identities == (identity,)
    assert plugins.hooks == {
        "customs": ("fanzha_derived_functions", "fanzha_domain", "fanzha_rulesets")
    }
    (domain,) = plugins.domains
    assert (domain.plugin, domain.value.name) == (identity, "customs")
    function = plugins.functions["customs_double"]
    assert function.plugin == identity
    assert function.value.function(21) == 42
    (rulesets,) = plugins.rulesets
    assert (rulesets.plugin, rulesets.value) == (identity, site.path)


def test_what_is_installed_but_not_enabled_is_listed_and_not_imported(site: Site) -> None:
    site.install("customs", "raise RuntimeError('imported')", distribution="acme-customs")
    plugins = loaded("telecom")
    assert PluginIdentity("customs", "1.2.3", "acme-customs") in plugins.not_enabled
    assert "telecom" not in {each.name for each in plugins.not_enabled}
    assert "banking" in {each.name for each in plugins.not_enabled}


def test_plugins_are_sorted_by_name_in_whatever_order_they_are_enabled(site: Site) -> None:
    for name in ("zebra", "aardvark"):
        site.install(name, DOMAIN % f'domain("{name}", "{name}")')
    for order in (("zebra", "aardvark"), ("aardvark", "zebra")):
        plugins = loaded(*order)
        assert [each.name for each in plugins.identities] == ["aardvark", "zebra"]
        assert [each.value.name for each in plugins.domains] == ["aardvark", "zebra"]


def test_no_plugin_at_all_is_allowed_here() -> None:
    plugins = loaded()
    assert plugins.identities == ()
    assert {each.name for each in plugins.not_enabled} >= {"telecom", "banking", "payments"}


def test_a_plugin_may_bring_functions_only_or_nothing_yet(site: Site) -> None:
    site.install("sums", FUNCTIONS % '"sums_add": function(lambda a, b: a + b, "any")')
    site.install("empty", FUNCTIONS % "")
    site.install("no_domain", DOMAIN % "None")
    plugins = loaded("sums", "empty", "no_domain")
    assert list(plugins.functions) == ["sums_add"]
    assert plugins.domains == ()


def test_functions_of_python_that_hide_their_signature_are_accepted(site: Site) -> None:
    site.install("least", FUNCTIONS % '"least_of": function(min, "any")')
    assert loaded("least").functions["least_of"].value.function(3, 2) == 2


def test_two_loads_in_one_process_do_not_know_each_other(site: Site) -> None:
    site.install("customs", DOMAIN % 'domain("customs", "customs")')
    assert len(loaded("customs").domains) == 1
    assert len(loaded("customs").domains) == 1
    assert {each.value.name for each in loaded("telecom").domains} == {"telecom"}


def test_collections_are_frozen(site: Site) -> None:
    site.install("sums", FUNCTIONS % '"sums_add": function(lambda a, b: a + b, "any")')
    plugins = loaded("sums")
    for mapping in (plugins.functions, plugins.hooks):
        assert not hasattr(mapping, "__setitem__")


def test_the_built_in_plugins_keep_the_contract() -> None:
    plugins = loaded("telecom", "banking", "payments")
    assert {each.value.name for each in plugins.domains} == {"telecom", "banking", "payments"}
    assert {each.origin for each in plugins.identities} == {"fanzha"}


def test_importing_the_host_loads_no_plugin() -> None:
    code = (
        "import sys, fanzha.plugins.host\n"
        "loaded = sorted(name for name in sys.modules if name.startswith('fanzha_'))\n"
        "assert not loaded, loaded\n"
    )
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_plugin_says_for_which_version_of_the_api_it_was_written(site: Site) -> None:
    site.install("first", FUNCTIONS % "")
    site.install("second", "FANZHA_API = 1\n" + FUNCTIONS % "")
    assert loaded("first", "second").apis == {"first": 1, "second": 1}


def test_every_call_of_a_hook_can_be_followed(site: Site) -> None:
    site.install("sums", FUNCTIONS % "" + "@hookimpl\ndef fanzha_rulesets(): return []\n")
    site.install("broken", HEAD + "@hookimpl\ndef fanzha_rulesets(): return 1 / 0\n")
    told: list[str] = []
    with pytest.raises(Problems):
        load_plugins(["sums", "broken"], trace=told.append)
    assert told == [
        "fanzha_derived_functions of sums: {}",
        "fanzha_rulesets of broken raised ZeroDivisionError('division by zero')",
        "fanzha_rulesets of sums: []",
    ]
