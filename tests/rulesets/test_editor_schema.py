"""The schemas for editors accept every rule file of ours and know the mistakes of form."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import jsonschema
import pytest

from fanzha.model.norms import Modality
from fanzha.rulesets import bundle_file, norm_files, sanction_files, vocabulary_files
from fanzha.rulesets.editor_schema import SCHEMAS, main, text_of
from fanzha.rulesets.folders import builtin_folder
from fanzha.rulesets.yaml_reader import read_document
from fanzha.usecases import cases

HERE = Path(__file__).parent
EDITOR = HERE.parents[1] / "docs" / "editor"


def _schema_for(path: Path, root: Path) -> dict[str, Any]:
    inside = PurePosixPath(path.relative_to(root).as_posix())
    name = next(name for name, (files, _) in SCHEMAS.items() if inside.match(files))
    return json.loads(text_of(name))  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    """Dates as editors see them: text."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _check(path: Path, root: Path) -> None:
    value = read_document(path.read_text("utf-8"), path.name).value
    if value is not None:
        jsonschema.Draft7Validator(_schema_for(path, root)).validate(_plain(value))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_file_in_the_documentation_is_the_one_that_is_generated(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(text_of(name)))
    assert (EDITOR / f"{name}.schema.json").read_text("utf-8") == text_of(name)


def test_all_schemas_are_written(tmp_path: Path) -> None:
    main(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in EDITOR.iterdir()}


@pytest.mark.parametrize("root", [builtin_folder(), HERE / "base"], ids=["built in", "base"])
def test_every_sound_rule_file_fits_its_schema(root: Path) -> None:
    files = list(root.rglob("*.yaml"))
    assert files
    for path in sorted(files):
        try:
            _check(path, root)
        except jsonschema.ValidationError as error:
            pytest.fail(f"{path.relative_to(root)}: {error.json_path}: {error.message}")


MISTAKES_OF_FORM = [
    "bundle-key-missing",
    "bundle-key-unknown",
    "bundle-language-missing",
    "bundle-name-malformed",
    "key-missing",
    "key-misspelt",
    "key-unknown",
    "language-missing-chinese",
    "language-missing-english",
    "word-misspelt",
    "word-unknown",
    "wrong-type-text-for-a-mapping",
    "wrong-type-list-for-a-file-of-facts",
    "wrong-type-mapping-for-a-file-of-obligations",
    "wrong-type-number-for-a-text",
    "wrong-type-text-for-a-number",
    "wrong-type-no-is-not-false",
    "wrong-type-text-for-a-date",
    "wrong-type-number-for-a-condition",
    "name-of-fact-in-chinese",
    "name-of-fact-with-capitals",
    "name-of-parameter",
    "fact-unknown-type",
    "fact-enum-without-values",
    "fact-bounds-too-wide",
    "derived-by-two-functions",
    "parameter-grade",
    "deadline-in-a-wrong-unit",
    "deadline-unreadable",
    "definition-with-table-and-when",
]


@pytest.mark.parametrize("slug", MISTAKES_OF_FORM)
def test_a_mistake_of_form_shows_while_it_is_typed(slug: str) -> None:
    root = HERE / "bad" / slug / "rules"
    (path,) = root.rglob("*.yaml")
    with pytest.raises(jsonschema.ValidationError):
        _check(path, root)


def _keys(name: str) -> set[str]:
    schema: dict[str, Any] = SCHEMAS[name][1]
    inner = schema.get("items") or schema.get("additionalProperties")
    assert isinstance(inner, dict)
    return set(inner["properties"])


def test_the_keys_are_those_that_are_read() -> None:
    assert _keys("obligations") == norm_files._OBLIGATION_KEYS
    assert _keys("facts") == vocabulary_files._FACT_KEYS
    assert _keys("parameters") == vocabulary_files._PARAMETER_KEYS
    assert _keys("liabilities") == sanction_files._KEYS
    assert _keys("cases") == cases._CASE_KEYS
    one_case = SCHEMAS["cases"][1]["items"]["properties"]
    check = one_case["check"]["anyOf"][0]["properties"]
    assert set(check) == cases._CHECK_KEYS
    assert set(one_case["expect"]["properties"]) == cases._EXPECT_KEYS
    assert set(SCHEMAS["bundle"][1]["properties"]) == bundle_file.BUNDLE_KEYS
    tiers = SCHEMAS["liabilities"][1]["items"]["properties"]["tiers"]["items"]
    assert set(tiers["properties"]) == sanction_files._TIER_KEYS


def test_the_settings_of_an_editor_name_every_schema() -> None:
    page = (EDITOR.parent / "language.md").read_text("utf-8")
    assert set(re.findall(r"docs/editor/(\w+)\.schema\.json", page)) == SCHEMAS.keys()
    for name, (files, _) in SCHEMAS.items():
        if name != "obligations":
            assert f'"docs/editor/{name}.schema.json": "rulesets/{files}"' in page


def test_words_come_from_the_model() -> None:
    modality = SCHEMAS["obligations"][1]["items"]["properties"]["modality"]
    assert modality == {"enum": sorted(map(str, Modality))}


def test_no_place_of_this_machine_is_in_a_schema() -> None:
    assert not any(os.getcwd() in text_of(name) for name in SCHEMAS)
