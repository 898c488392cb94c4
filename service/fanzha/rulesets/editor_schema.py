"""JSON Schemas of rule files, for editors: what may be written where, while it is being typed.

They know keys, words and forms, not the words that other files declare; loading checks it all.
`python -m fanzha.rulesets.editor_schema FOLDER` writes them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fanzha.model.norms import Modality, Nature, Stage
from fanzha.model.parsing import PARAMETER_ID
from fanzha.model.provisions import Disposition, NormKind
from fanzha.model.sanctions import LiabilityType, Subject
from fanzha.model.vocabulary import FactKind
from fanzha.rulesets.norm_files import DUE_UNITS, RANKS
from fanzha.rulesets.vocabulary_files import INTEGER_BOUND

Schema = dict[str, Any]

_STRING: Schema = {"type": "string", "minLength": 1}
_INTEGER: Schema = {"type": "integer"}
_BOOLEAN: Schema = {"type": "boolean"}
_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_NAME: Schema = {"type": "string", "pattern": "^[a-z_][a-z0-9_]*$"}
_CONDITION: Schema = {
    "type": ["string", "boolean"],
    "description": "条件，见 docs/language.md · a condition, see docs/language.md",
}


def _object(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {
            **required,
            # Null is the same as absent.
            **{
                key: {"anyOf": [inner, {"type": "null"}]} for key, inner in (optional or {}).items()
            },
        },
        "required": list(required),
        "additionalProperties": False,
    }


def _mapping_of(inner: Schema, names: Schema | None = None) -> Schema:
    return {
        "type": ["object", "null"],
        "propertyNames": names or _STRING,
        "additionalProperties": inner,
    }


def _list_of(inner: Schema) -> Schema:
    return {"type": "array", "items": inner}


def _one_or_more(inner: Schema) -> Schema:
    return {"anyOf": [inner, _list_of(inner)]}


def _word(words: Iterable[str]) -> Schema:
    return {"enum": sorted(map(str, words))}


_TEXT = _object({"zh": _STRING, "en": _STRING})
_WORDS = _one_or_more(_STRING)
_INTERVAL = _object({"from": _DAY}, {"to": _DAY})
_GRADE = _word({"A", "B"})

_ONE_ENTRY: Schema = {"minProperties": 1, "maxProperties": 1}

_ROLE = _object({"title": _TEXT}, {"is_a": _WORDS, "authority": _BOOLEAN})

_FACT = _object(
    {
        "type": _word({"boolean", "integer", "string", "enum", "date", "datetime"}),
        "title": _TEXT,
    },
    {
        "unit": _STRING,
        "minimum": {**_INTEGER, "minimum": -INTEGER_BOUND},
        "maximum": {**_INTEGER, "maximum": INTEGER_BOUND},
        "values": {**_mapping_of(_TEXT), "type": "object", "minProperties": 1},
        "kind": _word(FactKind),
        "judgment": _BOOLEAN,
        "personal": _BOOLEAN,
        "derived": {**_mapping_of(_WORDS), "type": "object", **_ONE_ENTRY},
        "not_before": _STRING,
        "help": _TEXT,
    },
) | {
    "allOf": [
        {
            "if": {"properties": {"type": {"const": "integer"}}},
            "then": {"required": ["unit", "minimum", "maximum"]},
        },
        {"if": {"properties": {"type": {"const": "enum"}}}, "then": {"required": ["values"]}},
    ]
}

_SOURCE = _object({"instrument": _STRING, "pinpoint": _STRING})
_PARAMETER = _object(
    {
        "id": {"type": "string", "pattern": f"^{PARAMETER_ID.pattern}$"},
        "title": _TEXT,
        "value": {"type": ["boolean", "integer", "string", "array"]},
        "unit": _STRING,
        "applies_to": _WORDS,
        "in_force": _INTERVAL,
        "source": _one_or_more(_SOURCE),
        "grade": _GRADE,
    },
    {"implements": _WORDS, "note": _TEXT, "unused": _TEXT},
)

_INSTRUMENT = _object(
    {
        "key": _STRING,
        "abbreviation": _STRING,
        "title": _TEXT,
        "issuer": _TEXT,
        "rank": _word(RANKS),
        "in_force": _INTERVAL,
        "grade": _GRADE,
    },
    {"articles": {}},
)

_CONTRACT = _object(
    {
        "version": {**_INTEGER, "minimum": 1},
        "from": _DAY,
        "required": _WORDS,
        "summary": _TEXT,
    }
)
_CHECK_TYPE = _object(
    {"title": _TEXT, "summary": _TEXT, "roles": _WORDS, "contracts": _list_of(_CONTRACT)},
    {"bearer": _WORDS},
)

_PERIOD = {
    "type": "string",
    "pattern": rf"^([0-9]{{1,5}} ({'|'.join(sorted(DUE_UNITS))})|\${PARAMETER_ID.pattern})$",
}
_OBLIGATION = _object(
    {
        "id": _STRING,
        "cites": _WORDS,
        "modality": _word(Modality),
        "nature": _word(Nature),
        "binds": _WORDS,
        "check_types": _WORDS,
        "title": _TEXT,
        "duty": _TEXT,
        "applies": _CONDITION,
        "violated": _CONDITION,
        "remedy": _TEXT,
    },
    {
        "implements": _WORDS,
        "stages": _one_or_more(_word(Stage)),
        "in_force": _INTERVAL,
        "grade": _GRADE,
        "contract": {**_INTEGER, "minimum": 1},
        "due": _object({"from": _STRING, "within": _PERIOD}),
        "liabilities": _object({}, {"firm": _WORDS, "possible": _WORDS}),
    },
)

_ROW = _object({"match": {"type": "object"}, "when": _CONDITION})
_TABLE = _object({"by": _WORDS, "rows": _list_of(_ROW)}, {"otherwise": _CONDITION})
_DEFINITION = _object(
    {"element": _NAME, "cites": _WORDS, "title": _TEXT},
    {
        "check_types": _WORDS,
        "in_force": _INTERVAL,
        "when": _CONDITION,
        "false_when": _CONDITION,
        "table": _TABLE,
    },
) | {"oneOf": [{"required": ["when"]}, {"required": ["table"]}]}

_FINE = {
    "oneOf": [
        _object({}, {"minimum_fen": _INTEGER, "maximum_fen": _INTEGER, "optional": _BOOLEAN}),
        _object(
            {"multiple_of": _STRING},
            {"minimum": _INTEGER, "maximum": _INTEGER, "optional": _BOOLEAN},
        ),
    ]
}
_TIER = _object(
    {"name": _STRING, "title": _TEXT, "when": _CONDITION},
    {
        "additive": _BOOLEAN,
        "fine": _FINE,
        "measures": _WORDS,
        "optional_measures": _WORDS,
        "detention_days": _object({}, {"minimum": _INTEGER, "maximum": _INTEGER}),
    },
)
_LIABILITY = _object(
    {
        "id": _STRING,
        "cites": _WORDS,
        "type": _word(LiabilityType),
        "subjects": _one_or_more(_word(Subject)),
        "binds": _WORDS,
        "title": _TEXT,
        "authority": _TEXT,
        "circumstances": _WORDS,
        "tiers": _list_of(_TIER),
    },
    {
        "items": _list_of(_object({"act": _TEXT}, {"item": _INTEGER})),
        "in_force": _INTERVAL,
        "note": _TEXT,
    },
)

_PROVISION = _object(
    {"id": _STRING, "cites": _STRING, "modality": _word(NormKind), "title": _TEXT},
    {"disposition": _word(Disposition), "reason": _TEXT},
)

_BUNDLE = _object(
    {
        "name": {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,62}$"},
        "prefix": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,30}$"},
        "title": _TEXT,
        "version": _STRING,
        "issuer": _TEXT,
    }
)

_TIME: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:\d{2})$",
}
_POSTED: Schema = {"type": "object", "propertyNames": _NAME}
_CASE = _object(
    {"id": _STRING, "title": _TEXT, "why": _TEXT, "expect": {"type": "object"}},
    {
        "base": _STRING,
        "check": _object(
            {},
            {
                "domain": _NAME,
                "check_type": _NAME,
                "stage": _word(Stage),
                "roles": _WORDS,
                "occurred_at": _TIME,
                "known_at": _TIME,
                "facts": _POSTED,
                "circumstances": _POSTED,
                "scope": _WORDS,
                "contract": {**_INTEGER, "minimum": 1},
            },
        ),
    },
)
_CASE["properties"]["expect"] = _object(
    {},
    {
        "outcome": _word(
            {
                "compliant", "non_compliant", "undetermined", "pending", "not_applicable", "error",
            }
        ),
        "advice": _word({"proceed", "proceed_with", "hold", "refuse"}),
        "statuses": _mapping_of(
            _word({"fulfilled", "violated", "pending", "undetermined", "not_applicable", "error"})
        ),
        "liabilities": _object({}, {"firm": _WORDS, "possible": _WORDS}),
        "exposure": {"type": "object"},
        "error": _STRING,
    },
)  # fmt: skip

SCHEMAS: Mapping[str, tuple[str, Schema]] = {
    "bundle": ("bundle.yaml", _BUNDLE),
    "roles": ("roles.yaml", _mapping_of(_ROLE)),
    "measures": ("measures.yaml", _mapping_of(_TEXT)),
    "facts": ("facts/*.yaml", _mapping_of(_FACT, _NAME)),
    "parameters": ("parameters/*.yaml", _list_of(_PARAMETER)),
    "instrument": ("*/instrument.yaml", _INSTRUMENT),
    "check_types": (
        "check_types/*.yaml",
        _object({"domain": _NAME, "title": _TEXT, "check_types": _mapping_of(_CHECK_TYPE, _NAME)}),
    ),
    "definitions": ("*/definitions*.yaml", _list_of(_DEFINITION)),
    "liabilities": ("*/liabilities.yaml", _list_of(_LIABILITY)),
    "provisions": ("*/provisions.yaml", _list_of(_PROVISION)),
    "cases": ("*/*.cases.yaml", _list_of(_CASE)),
    "obligations": ("*/*.yaml", _list_of(_OBLIGATION)),
}
"""Name -> which files of a folder of rules it is for, the last one for all that are left."""


def text_of(name: str) -> str:
    """Return one schema as the text of a file."""
    files, schema = SCHEMAS[name]
    whole = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"fanzha: {files}",
        **schema,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def main(folder: Path) -> None:
    """Write all schemas into a folder."""
    for name in SCHEMAS:
        (folder / f"{name}.schema.json").write_text(text_of(name), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
