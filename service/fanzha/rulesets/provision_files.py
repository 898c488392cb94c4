"""Reads what became of each norm of a law."""

from __future__ import annotations

from fanzha.model.norms import Instrument
from fanzha.model.provisions import Disposition, NormKind, Provision
from fanzha.model.text import Text
from fanzha.rulesets.cursor import Cursor
from fanzha.rulesets.norm_files import read_citations

PROVISIONS_FILE = "provisions.yaml"
_KEYS = {"id", "cites", "modality", "title", "disposition", "reason"}


def read_provision(cursor: Cursor, instrument: Instrument) -> Provision:
    """Read one norm; a disposition and its reason stand together or not at all."""
    cursor.only(_KEYS)
    has_disposition, has_reason = cursor.has("disposition"), cursor.has("reason")
    if has_disposition != has_reason:
        present, absent = (
            ("disposition", "reason") if has_disposition else ("reason", "disposition")
        )
        raise cursor.at(present).error(
            Text(
                zh=f"有 `{present}` 而没有 `{absent}`",
                en=f"`{present}` stands without `{absent}`",
            ),
            hint=Text(
                zh="未编码的规范须写明归类和理由；已编码的两者都不写",
                en="a norm that is not encoded says both; one that is encoded says neither",
            ),
            code="ruleset_key_missing",
        )
    return Provision(
        id=cursor.at("id").string(),
        cites=read_citations(cursor.at("cites"), [instrument])[0],
        kind=NormKind(
            cursor.at("modality").word(set(NormKind), Text(zh="规范类型", en="kind of norm"))
        ),
        title=cursor.at("title").text(),
        disposition=Disposition(
            cursor.at("disposition").word(set(Disposition), Text(zh="归类", en="disposition"))
        )
        if has_disposition
        else None,
        reason=cursor.at("reason").text() if has_reason else None,
        instrument=instrument.key,
        file=cursor.document.file,
    )
