"""What is wrong with a plugin stops the start: one message each that names plugin, what, remedy."""

from __future__ import annotations

import pytest
from tests.plugins_host.strangers import DOMAIN, FUNCTIONS, HEAD, RULESETS, Site, loaded, refused

from fanzha.errors import PluginError


def _one(*enabled: str, reserved: tuple[str, ...] = ()) -> PluginError:
    errors = refused(*enabled, reserved=reserved)
    assert len(errors) == 1, [str(error) for error in errors]
    (error,) = errors
    assert error.code == "plugin_invalid"
    assert error.hint is not None
    for text in (error.message, error.hint):
        assert any("\u4e00" <= character <= "\u9fff" for character in text.zh), text.zh
        assert not text.en.endswith("."), text.en
    return error


def _told(error: PluginError) -> tuple[str, str]:
    assert error.hint is not None
    return error.message.en, error.hint.en


# --- which plugins ---


def test_one_that_is_enabled_but_not_installed(site: Site) -> None:
    message, hint = _told(_one("customs"))
    assert message == "plugin `customs` is enabled but not installed"
    assert hint.startswith(
        "install the distribution that brings it or take it out of FANZHA_PLUGINS; installed: "
    )
    assert "banking, internet, payments, telecom" in hint


def test_a_misspelt_name_gets_a_suggestion() -> None:
    assert _told(_one("telecoms"))[1].endswith("did you mean: telecom")


def test_one_name_from_two_distributions(site: Site) -> None:
    site.install("customs", DOMAIN % "None", distribution="acme-customs")
    site.install("customs", DOMAIN % "None", distribution="other-customs")
    assert _told(_one("customs")) == (
        "plugin `customs` comes from several distributions: acme-customs, other-customs",
        "uninstall all of them but one",
    )


def test_one_name_from_two_distributions_does_not_matter_while_it_is_not_enabled(
    site: Site,
) -> None:
    site.install("customs", DOMAIN % "None", distribution="acme-customs")
    site.install("customs", DOMAIN % "None", distribution="other-customs")
    listed = [each.origin for each in loaded().not_enabled if each.name == "customs"]
    assert listed == ["acme-customs", "other-customs"]


def test_a_strangers_plugin_cannot_take_the_name_of_ours(site: Site) -> None:
    site.install("telecom", DOMAIN % "None", distribution="acme-telecom")
    assert _told(_one("telecom"))[0] == (
        "plugin `telecom` comes from several distributions: acme-telecom, fanzha"
    )


def test_one_that_is_enabled_twice(site: Site) -> None:
    site.install("customs", DOMAIN % "None")
    assert _told(_one("customs", "customs")) == (
        "plugin `customs` is enabled twice",
        "name it once in FANZHA_PLUGINS",
    )


def test_everything_that_is_wrong_is_told_at_once(site: Site) -> None:
    site.install("first", "1 / 0")
    site.install("second", HEAD + "def fanzha_domain(): pass\n")
    told = [error.message.en for error in refused("first", "second", "third")]
    assert len(told) == 3
    assert all(f"plugin `{name}`" in "".join(told) for name in ("first", "second", "third"))


# --- the module ---

IMPORTED = "repair the plugin or take it out of FANZHA_PLUGINS"


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("import no_such_module_anywhere\n", "ModuleNotFoundError: No module named"),
        ("def broken(:\n", "SyntaxError: "),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3"),
    ],
)
def test_one_that_fails_when_it_is_imported(site: Site, source: str, cause: str) -> None:
    site.install("customs", source)
    error = _one("customs")
    message, hint = _told(error)
    assert message.startswith(f"plugin `customs` fails when it is imported: {cause}")
    assert hint == IMPORTED
    assert error.__cause__ is not None


def test_an_entry_point_to_nothing(site: Site) -> None:
    site.install("customs", "", target="stranger_fanzha_customs:missing")
    assert "fails when it is imported: AttributeError" in _told(_one("customs"))[0]


def test_an_entry_point_to_something_inside_a_module(site: Site) -> None:
    site.install("customs", "class Plugin: ...\n", target="stranger_fanzha_customs:Plugin")
    assert _told(_one("customs")) == (
        "the entry point of plugin `customs` is no module but a type",
        "name a module in the entry point, such as `customs = fanzha_customs`",
    )


def test_one_without_hooks(site: Site) -> None:
    site.install("customs", "VALUE = 1\n")
    assert _told(_one("customs")) == (
        "plugin `customs` implements no hook",
        "implement at least one of fanzha_derived_functions, fanzha_domain, fanzha_rulesets",
    )


@pytest.mark.parametrize(
    ("version", "message", "hint"),
    [
        (
            "2",
            "plugin `customs` was written for version 2 of the plugin API, and this service has "
            "version 1",
            "upgrade the service, or install an earlier version of the plugin",
        ),
        ("0", "FANZHA_API of plugin `customs` is no version: 0", "write FANZHA_API = 1"),
        ("'1'", "FANZHA_API of plugin `customs` is no version: '1'", "write FANZHA_API = 1"),
        ("True", "FANZHA_API of plugin `customs` is no version: True", "write FANZHA_API = 1"),
    ],
)
def test_one_for_another_version_of_the_plugin_api(
    site: Site, version: str, message: str, hint: str
) -> None:
    site.install("customs", f"FANZHA_API = {version}\n" + FUNCTIONS % "")
    assert _told(_one("customs")) == (message, hint)


HOOK = HEAD + "%s\n"


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        (
            "@hookimpl\ndef fanzha_domains(): return None",
            "plugin `customs`: there is no hook `fanzha_domains`",
            "did you mean `fanzha_domain`",
        ),
        (
            "def fanzha_ruleset(): return []",
            "plugin `customs`: there is no hook `fanzha_ruleset`",
            "did you mean `fanzha_rulesets`",
        ),
        (
            "@hookimpl\ndef start(): return None",
            "plugin `customs`: there is no hook `start`",
            "hooks: fanzha_derived_functions, fanzha_domain, fanzha_rulesets",
        ),
        (
            "def fanzha_domain(): return None",
            "plugin `customs`: `fanzha_domain` is not marked as a hook implementation",
            "put `@fanzha.plugins.hookimpl` above it",
        ),
        (
            "@hookimpl\ndef fanzha_domain(settings, clock=None): return None",
            "plugin `customs`: `fanzha_domain` takes no arguments but declares settings, clock",
            "write it as `def fanzha_domain():`",
        ),
        (
            "@hookimpl\nasync def fanzha_domain(): return None",
            "plugin `customs`: `fanzha_domain` is not a plain function",
            "write it as `def fanzha_domain():` and return the result",
        ),
        (
            "@hookimpl\ndef fanzha_rulesets(): yield HERE",
            "plugin `customs`: `fanzha_rulesets` is not a plain function",
            "write it as `def fanzha_rulesets():` and return the result",
        ),
        (
            "class fanzha_domain: ...",
            "plugin `customs`: `fanzha_domain` is not a plain function",
            "write it as `def fanzha_domain():` and return the result",
        ),
        (
            "@hookimpl(tryfirst=True, hookwrapper=True)\ndef fanzha_domain(): return None",
            "plugin `customs`: the hookimpl of `fanzha_domain` has options that are not allowed",
            "use `@hookimpl` without options",
        ),
        (
            '@hookimpl(specname="fanzha_rulesets")\ndef fanzha_domain(): return []',
            "plugin `customs`: the hookimpl of `fanzha_domain` has options that are not allowed",
            "use `@hookimpl` without options",
        ),
        (
            "@hookimpl\ndef fanzha_domain(): raise KeyError('config')",
            "plugin `customs` fails in fanzha_domain: KeyError: 'config'",
            IMPORTED,
        ),
        (
            "@hookimpl\ndef fanzha_domain(): raise SystemExit(1)",
            "plugin `customs` fails in fanzha_domain: SystemExit: 1",
            IMPORTED,
        ),
    ],
)
def test_a_hook_that_breaks_its_contract(site: Site, source: str, message: str, hint: str) -> None:
    site.install("customs", HOOK % source)
    assert _told(_one("customs")) == (message, hint)


# --- what hooks return ---

RESULT = "plugin `customs`: the result of "
TYPE_HINT = "return what docs/hooks.md says"
NAME_HINT = "use snake_case that starts with a small letter"
BOTH_HINT = "write Text(zh=…, en=…) with both"
KINDS_HINT = "kinds: boolean, date, datetime, enum, integer, string"


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ("'customs'", "is a str where Domain | None is due", TYPE_HINT),
        (
            "domain('Customs', 'customs')",
            "gives name the name `Customs`, which is not well formed",
            NAME_HINT,
        ),
        (
            "domain('customs', '')",
            "gives prefix the name ``, which is not well formed",
            NAME_HINT,
        ),
        (
            "Domain('customs', Text(zh='关税', en=' '), 'customs', HERE, BOTH)",
            "lacks Chinese or English text in `title`",
            BOTH_HINT,
        ),
        (
            "Domain('customs', BOTH, 'customs', HERE, 'Customs')",
            "lacks Chinese or English text in `summary`",
            BOTH_HINT,
        ),
        (
            "Domain('customs', BOTH, 'customs', Path('customs.yaml'), BOTH)",
            "names `check_types` that are no absolute path of a file: customs.yaml",
            "check that the file is in the distribution",
        ),
        (
            "Domain('customs', BOTH, 'customs', Path('/no/such/customs.yaml'), BOTH)",
            "names `check_types` that are no absolute path of a file: /no/such/customs.yaml",
            "check that the file is in the distribution",
        ),
        (
            "Domain('customs', BOTH, 'customs', '/customs.yaml', BOTH)",
            "names `check_types` that are no absolute path of a file: /customs.yaml",
            "check that the file is in the distribution",
        ),
    ],
)
def test_a_domain_that_is_not_well_formed(site: Site, value: str, message: str, hint: str) -> None:
    site.install("customs", DOMAIN % value)
    assert _told(_one("customs")) == (f"{RESULT}fanzha_domain {message}", hint)


CALL_HINT = "give the function one positional argument for each of `inputs`"


@pytest.mark.parametrize(
    ("entry", "message", "hint"),
    [
        ("'Double': function(abs)", "gives function the name `Double`, which is", NAME_HINT),
        ("1: function(abs)", "gives function the name `1`, which is", NAME_HINT),
        ("'double': abs", "is a builtin_function_or_method where DerivedFunction (d", TYPE_HINT),
        (
            "'double': function(abs, inputs=('int',))",
            "declares function `double` with a kind that does not exist",
            KINDS_HINT,
        ),
        (
            "'double': function(abs, inputs=['integer'])",
            "declares function `double` with a kind that does not exist",
            KINDS_HINT,
        ),
        (
            "'double': function(abs, inputs=([],))",
            "declares function `double` with a kind that does not exist",
            KINDS_HINT,
        ),
        (
            "'double': function(abs, output='number')",
            "declares function `double` with a kind that does not exist",
            KINDS_HINT,
        ),
        (
            "'double': function(abs, unit=None)",
            "declares function `double` with a unit that does not fit its output",
            "an integer output has a unit, every other output has none",
        ),
        (
            "'double': function(abs, output='boolean')",
            "declares function `double` with a unit that does not fit its output",
            "an integer output has a unit, every other output has none",
        ),
        (
            "'double': function(lambda a, b: a)",
            "declares function `double` that cannot be called with its inputs",
            CALL_HINT,
        ),
        (
            "'double': function(lambda *, a: a)",
            "declares function `double` that cannot be called with its inputs",
            CALL_HINT,
        ),
        (
            "'double': function(lambda: 1, 'any')",
            "declares function `double` that cannot be called with its inputs",
            CALL_HINT,
        ),
        (
            "'double': function('abs')",
            "declares function `double` that cannot be called with its inputs",
            CALL_HINT,
        ),
        (
            "'double': function(abs, doc=Text(zh='', en='Double'))",
            "lacks Chinese or English text in `double.doc`",
            BOTH_HINT,
        ),
    ],
)
def test_a_function_that_is_not_well_formed(
    site: Site, entry: str, message: str, hint: str
) -> None:
    site.install("customs", FUNCTIONS % entry)
    told = _told(_one("customs"))
    assert told[0].startswith(f"{RESULT}fanzha_derived_functions {message}")
    assert told[1] == hint


def test_functions_that_are_no_mapping(site: Site) -> None:
    site.install("customs", (FUNCTIONS % "").replace("{}", "[]"))
    assert _told(_one("customs"))[0] == (
        f"{RESULT}fanzha_derived_functions is a list where Mapping[str, DerivedFunction] is due"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("None", "is a NoneType where Sequence[Path] is due"),
        ("'/rules'", "is a str where Sequence[Path] is due"),
        ("[HERE]", "names what is no absolute path of a folder: "),
        ("[Path('rules')]", "names what is no absolute path of a folder: rules"),
        ("['/rules']", "names what is no absolute path of a folder: /rules"),
    ],
)
def test_folders_of_rules_that_do_not_exist(site: Site, value: str, message: str) -> None:
    site.install("customs", RULESETS % value)
    assert _told(_one("customs"))[0].startswith(f"{RESULT}fanzha_rulesets {message}")


# --- what plugins bring together ---

RENAME = "rename it in one of them or take one out of FANZHA_PLUGINS"


def test_two_plugins_with_the_same_domain(site: Site) -> None:
    site.install("first", DOMAIN % "domain('customs', 'one')")
    site.install("second", DOMAIN % "domain('customs', 'two')")
    assert _told(_one("first", "second")) == (
        "plugins `first` and `second` bring the same domain `customs`",
        RENAME,
    )


def test_two_plugins_with_the_same_prefix(site: Site) -> None:
    site.install("first", DOMAIN % "domain('customs', 'shared')")
    site.install("second", DOMAIN % "domain('harbour', 'shared')")
    assert _told(_one("first", "second")) == (
        "plugins `first` and `second` bring the same prefix `shared`",
        RENAME,
    )


def test_two_plugins_with_the_same_function(site: Site) -> None:
    for name in ("first", "second"):
        site.install(name, FUNCTIONS % "'shared_double': function(abs)")
    assert _told(_one("first", "second")) == (
        "plugins `first` and `second` bring the same function `shared_double`",
        RENAME,
    )


def test_two_plugins_with_the_same_folder_of_rules(site: Site) -> None:
    for name in ("first", "second"):
        site.install(name, RULESETS % "[HERE.parent]")
    message, hint = _told(_one("first", "second"))
    assert message.startswith("plugins `first` and `second` bring the same folder of rules `")
    assert hint == RENAME


def test_a_function_that_the_service_has_itself(site: Site) -> None:
    site.install("customs", FUNCTIONS % "'days_between': function(abs)")
    assert _told(_one("customs", reserved=("days_between",))) == (
        "plugin `customs` redefines the service's own function `days_between`",
        "give the function another name",
    )


def test_a_clash_with_a_plugin_that_is_not_enabled_does_not_matter(site: Site) -> None:
    site.install("first", DOMAIN % "domain('customs', 'one')")
    site.install("second", DOMAIN % "domain('customs', 'two')")
    assert [each.plugin.name for each in loaded("second").domains] == ["second"]


def test_a_function_without_the_prefix_of_its_plugin(site: Site) -> None:
    site.install(
        "customs",
        FUNCTIONS % '"double": function(lambda amount: 2 * amount)'
        + '@hookimpl\ndef fanzha_domain(): return domain("customs", "customs")\n',
    )
    assert _told(_one("customs")) == (
        "function `double` of plugin `customs` does not begin with its prefix `customs_`",
        "rename it `customs_double`",
    )
