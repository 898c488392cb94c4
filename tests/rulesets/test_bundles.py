"""A folder from outside says who it is, keeps to its prefix, and proves what it brings."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from fanzha.errors import FanzhaError
from fanzha.model.law import BundleIdentity
from fanzha.model.text import Text
from fanzha.rulesets.bundle_file import clashes, folder_of_operator, folder_of_plugin
from fanzha.rulesets.folders import RuleFolder
from fanzha.rulesets.loader import load_law
from fanzha.usecases.derived_functions import BUILT_IN

HERE = Path(__file__).parent
BASE = RuleFolder("base", HERE / "base")


def _bundle(folder: Path, name: str = "one", prefix: str = "one") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bundle.yaml").write_text(
        f'name: {name}\nprefix: {prefix}\nversion: "1.0"\n'
        "title: {zh: 试点, en: Pilot}\nissuer: {zh: 机关, en: Authority}\n",
        encoding="utf-8",
    )
    return folder


def _told(errors: Sequence[FanzhaError]) -> list[tuple[str, str]]:
    return [(each.code, str(each)) for each in errors]


def test_what_it_says_of_itself_comes_with_its_digest(tmp_path: Path) -> None:
    opened = folder_of_operator(_bundle(tmp_path / "rules"))
    law = load_law([BASE, opened], functions=BUILT_IN)
    bundle = next(each for each in law.bundles if each.name == "rules")
    assert bundle.identity == BundleIdentity(
        "one", "one", Text(zh="试点", en="Pilot"), "1.0", Text(zh="机关", en="Authority")
    )
    assert list(bundle.files) == ["bundle.yaml"]
    _bundle(tmp_path / "rules", name="two")
    changed = load_law([BASE, folder_of_operator(opened.path)], functions=BUILT_IN)
    assert next(each for each in changed.bundles if each.name == "rules").digest != bundle.digest


def test_a_folder_of_the_operator_that_does_not_say_who_it_is_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FanzhaError) as caught:
        folder_of_operator(tmp_path)
    assert caught.value.code == "ruleset_bundle_missing"
    assert str(caught.value) == (
        f"{tmp_path.name}/bundle.yaml: the folder has no bundle.yaml "
        "(add one with name, prefix, title, version and issuer)"
    )


def test_a_folder_of_a_plugin_has_the_prefix_of_its_domain(tmp_path: Path) -> None:
    assert folder_of_plugin("customs", "customs", tmp_path).prefix == "customs"
    assert folder_of_plugin("customs", None, _bundle(tmp_path)).prefix == "one"


def test_without_a_domain_a_plugin_says_the_prefix_in_its_folder(tmp_path: Path) -> None:
    with pytest.raises(FanzhaError, match="has no domain, and its folder of rules no"):
        folder_of_plugin("one", None, tmp_path)


def test_a_folder_cannot_have_another_prefix_than_its_plugin(tmp_path: Path) -> None:
    with pytest.raises(FanzhaError, match="prefix `one` differs from `two`, that of plugin `two`"):
        folder_of_plugin("two", "two", _bundle(tmp_path))


@pytest.mark.parametrize("prefix", ["one", "one_two"])
def test_two_folders_cannot_share_a_prefix_or_the_beginning_of_one(
    prefix: str, tmp_path: Path
) -> None:
    first = folder_of_operator(_bundle(tmp_path / "first"))
    second = folder_of_operator(_bundle(tmp_path / "second", "two", prefix))
    ((code, told),) = _told(clashes([first, second], []))
    assert code == "ruleset_name_clash"
    assert f"second/bundle.yaml: the prefix `{prefix}` is taken" in told
    assert str(tmp_path / "first") in told


def test_two_folders_cannot_have_one_name(tmp_path: Path) -> None:
    first = folder_of_operator(_bundle(tmp_path / "first"))
    second = folder_of_operator(_bundle(tmp_path / "second", "one", "two"))
    ((code, told),) = _told(clashes([first, second], []))
    assert code == "ruleset_name_clash"
    assert "the name of a bundle `one` is taken" in told


def test_the_prefixes_of_plugins_and_of_the_service_are_taken(tmp_path: Path) -> None:
    folder = folder_of_operator(_bundle(tmp_path))
    assert "customs" in _told(clashes([folder], [("one", "customs")]))[0][1]
    telecom = folder_of_operator(_bundle(tmp_path, "two", "telecom"))
    assert "the other one is at fanzha" in _told(clashes([telecom], []))[0][1]


def test_folders_of_one_plugin_share_its_prefix(tmp_path: Path) -> None:
    folders = [folder_of_plugin("customs", "customs", tmp_path / each) for each in "ab"]
    assert clashes(folders, [("customs", "customs")]) == []


def test_names_that_clash_are_told_with_both_places(tmp_path: Path) -> None:
    rules = _bundle(tmp_path / "rules")
    (rules / "facts").mkdir()
    shutil.copy(HERE / "base/facts/accounts.yaml", rules / "facts" / "accounts.yaml")
    with pytest.raises(FanzhaError) as caught:
        load_law([BASE, folder_of_operator(rules)], functions=BUILT_IN)
    told = str(caught.value)
    assert "rules/facts/accounts.yaml:1:1: `account_opened` stands twice" in told
    assert "the other one is at base/facts/accounts.yaml:1:17" in told


def test_rules_with_a_check_type_of_their_own_need_no_python(tmp_path: Path) -> None:
    rules = _bundle(tmp_path / "rules")
    files = {
        "facts/one.yaml": "one_sold: {type: boolean, kind: act, title: {zh: 售出, en: Sold}}\n"
        "one_asked: {type: boolean, title: {zh: 询问, en: Asked}}\n",
        "check_types/one.yaml": "domain: one\ntitle: {zh: 试点, en: Pilot}\ncheck_types:\n"
        "  sale:\n    title: {zh: 出售, en: Sale}\n    summary: {zh: 出售, en: A sale}\n"
        "    roles: [bank]\n    contracts:\n      - version: 1\n        from: 2026-01-01\n"
        "        required: [one_sold, one_asked]\n        summary: {zh: 一, en: One}\n",
        "one_notice/instrument.yaml": "key: one_notice\nabbreviation: One Notice\n"
        "title: {zh: 通知, en: Notice}\nissuer: {zh: 机关, en: Authority}\n"
        "rank: normative_document\nin_force: {from: 2026-01-01}\ngrade: A\n",
        "one_notice/sale.yaml": "- id: one.i1\n  cites: [One Notice item 1]\n"
        "  modality: obligation\n  nature: act\n  binds: [bank]\n  check_types: [one/sale]\n"
        "  title: {zh: 询问, en: Ask}\n  duty: {zh: 询问, en: Ask}\n  applies: one_sold\n"
        "  violated: not one_asked\n  remedy: {zh: 询问, en: Ask}\n",
        "one_notice/sale.cases.yaml": "".join(
            f"- id: one.{status}\n  title: {{zh: 一, en: One}}\n  why: {{zh: 一, en: One}}\n"
            "  check: {domain: one, check_type: sale}\n"
            f"  expect: {{statuses: {{one.i1: {status}}}}}\n"
            for status in ("fulfilled", "violated")
        ),
    }
    for name, text in files.items():
        (rules / name).parent.mkdir(exist_ok=True)
        (rules / name).write_text(text, encoding="utf-8")
    law = load_law([BASE, folder_of_operator(rules)], functions=BUILT_IN)
    assert law.domains["one"] == Text(zh="试点", en="Pilot")
    assert [each.id for each in law.obligations_of("one/sale")] == ["one.i1"]
