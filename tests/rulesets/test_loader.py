"""Folders of rules become one law: what is read, in which order, and under which digest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fanzha.errors import Problems
from fanzha.model.law import Law
from fanzha.model.norms import Table
from fanzha.model.text import Text
from fanzha.plugins.host import load_plugins
from fanzha.rulesets.folders import RuleFolder, builtin_folder, builtin_rules
from fanzha.rulesets.loader import load_law
from fanzha.settings import Settings
from fanzha.usecases.derived_functions import BUILT_IN

BASE = Path(__file__).parent / "base"


@pytest.fixture
def folder(tmp_path: Path) -> RuleFolder:
    shutil.copytree(BASE, tmp_path / "rules")
    return RuleFolder("rules", tmp_path / "rules")


def _load(*folders: RuleFolder) -> Law:
    return load_law(folders, functions=BUILT_IN)


def _problems(*folders: RuleFolder) -> list[str]:
    with pytest.raises(Problems) as caught:
        _load(*folders)
    return [str(error) for error in caught.value.errors]


def test_the_rules_that_ship_with_the_service_load() -> None:
    plugins = load_plugins(
        Settings.from_environment({}).plugins, reserved_functions=BUILT_IN.keys()
    )
    law = load_law(
        [builtin_rules()],
        check_type_files=[each.value.check_types for each in plugins.domains],
        domains={each.value.name: each.value.title for each in plugins.domains},
        functions=BUILT_IN | {name: each.value for name, each in plugins.functions.items()},
    )
    assert law.domains.keys() >= {"telecom", "banking", "payments"}
    assert law.obligations
    assert law.liabilities
    assert [bundle.name for bundle in law.bundles] == ["rulesets"]


def test_the_built_in_rules_are_a_folder_with_files() -> None:
    assert builtin_rules().builtin
    assert (builtin_folder() / "roles.yaml").is_file()


def test_the_same_files_have_the_same_digest_wherever_they_lie(
    folder: RuleFolder, tmp_path: Path
) -> None:
    shutil.copytree(BASE, tmp_path / "elsewhere")
    one, other = _load(folder), _load(RuleFolder("rules", tmp_path / "elsewhere"))
    assert one.bundles == other.bundles
    assert one.bundles[0].files.keys() == {
        path.relative_to(BASE).as_posix() for path in BASE.rglob("*.yaml")
    }


@pytest.mark.parametrize("name", ["facts/accounts.yaml", "sample_law/liabilities.yaml"])
def test_a_changed_byte_changes_the_digest_of_its_file_and_of_the_bundle(
    folder: RuleFolder, name: str
) -> None:
    before = _load(folder).bundles[0]
    path = folder.path / name
    path.write_bytes(path.read_bytes() + b"# a remark\n")
    after = _load(folder).bundles[0]
    changed = {each for each in before.files if before.files[each] != after.files[each]}
    assert changed == {name}
    assert before.digest != after.digest


def test_a_renamed_file_changes_the_digest_of_the_bundle(folder: RuleFolder) -> None:
    before = _load(folder).bundles[0]
    (folder.path / "facts/accounts.yaml").rename(folder.path / "facts/renamed.yaml")
    assert _load(folder).bundles[0].digest != before.digest


def test_each_folder_is_a_bundle_of_its_own(folder: RuleFolder, tmp_path: Path) -> None:
    more = RuleFolder("more", tmp_path / "more")
    (more.path / "facts").mkdir(parents=True)
    (more.path / "facts/more.yaml").write_text(
        "city_seen: {type: boolean, title: {zh: 到场, en: Seen}}\n", encoding="utf-8"
    )
    law = _load(folder, more)
    assert [bundle.name for bundle in law.bundles] == ["more", "rules"]
    assert law.facts["city_seen"].topic == "more"
    assert law.bundles[1] == _load(folder).bundles[0]


def test_all_mistakes_of_one_stage_are_reported_together(folder: RuleFolder) -> None:
    (folder.path / "facts/one.yaml").write_text("one: {type: bool}\n", encoding="utf-8")
    (folder.path / "facts/two.yaml").write_text("two: {typ: boolean}\n", encoding="utf-8")
    found = _problems(folder)
    assert [each.split(": ")[0] for each in found] == [
        "rules/facts/one.yaml:1:13",
        "rules/facts/two.yaml:1:7",
    ]


def test_a_mistake_in_a_fact_is_not_repeated_by_every_rule_that_reads_it(
    folder: RuleFolder,
) -> None:
    path = folder.path / "facts/accounts.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("kind: act", "kind: deed"), encoding="utf-8"
    )
    assert len(_problems(folder)) == 1


def test_cases_beside_the_law_are_not_read_as_law(folder: RuleFolder) -> None:
    (folder.path / "sample_law/accounts.cases.yaml").write_text("- any: thing\n", encoding="utf-8")
    assert "sample_law/accounts.cases.yaml" not in _load(folder).bundles[0].files


def test_a_file_of_remarks_only_adds_nothing(folder: RuleFolder) -> None:
    (folder.path / "sample_law/later.yaml").write_text("# to come\n", encoding="utf-8")
    assert sorted(_load(folder).obligations) == ["sample.a1", "sample.a2"]


def test_check_types_of_the_service_come_with_their_plugin_only(folder: RuleFolder) -> None:
    builtin = RuleFolder("rules", folder.path, builtin=True)
    named = folder.path / "check_types/demonstration.yaml"
    without = load_law([builtin], functions=BUILT_IN)
    assert not without.check_types
    assert sorted(without.obligations) == ["sample.a1", "sample.a2"]
    with_plugin = load_law([builtin], check_type_files=[named], functions=BUILT_IN)
    assert sorted(with_plugin.check_types) == ["demonstration/opening"]


def test_check_types_of_a_plugin_may_lie_outside_all_folders(
    folder: RuleFolder, tmp_path: Path
) -> None:
    outside = tmp_path / "package" / "check_types.yaml"
    outside.parent.mkdir()
    (folder.path / "check_types/demonstration.yaml").rename(outside)
    title = Text(zh="插件的标题", en="Title of the plugin")
    law = load_law(
        [folder],
        check_type_files=[outside],
        domains={"demonstration": title},
        functions=BUILT_IN,
    )
    assert sorted(law.check_types) == ["demonstration/opening"]
    assert law.domains == {"demonstration": title}


def test_a_table_has_one_row_for_every_combination_of_values() -> None:
    law = _load(RuleFolder("base", BASE))
    (definition,) = law.definitions
    assert isinstance(definition.when, Table)
    assert [row.match for row in definition.when.rows] == [
        (("account_class", "one"),),
        (("account_class", "two"),),
    ]


def test_without_dates_of_its_own_a_rule_is_in_force_as_its_instrument_is() -> None:
    law = _load(RuleFolder("base", BASE))
    assert law.obligations["sample.a1"].in_force == law.instruments["sample_law"].in_force
    assert law.obligations["sample.a1"].grade == "A"
