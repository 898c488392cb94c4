"""Puts a report into forms to hand on: a page to print, and a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from fanzha.usecases.report import COLUMNS

Json = Mapping[str, Any]

LANGUAGES: Mapping[str, tuple[str, ...]] = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}
ROWS_AT_MOST = 200
"""Rows of one list on the page; it says how many more there are, and the table has them all."""

_FEN_PER_YUAN = 100
# A spreadsheet runs what begins so; institutions' own references are anybody's text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Spreadsheets take a file without it for the encoding of the machine.
_BYTE_ORDER_MARK = "\ufeff"


def report_page(report: Json, language: str) -> str:
    """Return the report as one HTML document that loads nothing and runs nothing.

    `language` is one of LANGUAGES; `both` has Chinese and English side by side.
    """
    environment = Environment(
        loader=PackageLoader("fanzha.usecases"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["yuan"] = _yuan
    environment.filters["moment"] = _to_the_minute
    environment.filters["digest"] = _in_groups
    template = environment.get_template("report.html")
    return template.render(report=report, languages=LANGUAGES[language], rows_at_most=ROWS_AT_MOST)


def report_table(rows: Iterable[Json]) -> Iterator[str]:
    """Go through the lines of the report's table, as CSV in UTF-8 that spreadsheets recognise."""
    yield _BYTE_ORDER_MARK + _line(COLUMNS)
    for row in rows:
        yield _line(_cell(row.get(name)) for name in COLUMNS)


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _yuan(fen: int) -> str:
    yuan, rest = divmod(fen, _FEN_PER_YUAN)
    return f"¥{yuan:,}.{rest:02}" if rest else f"¥{yuan:,}"


def _to_the_minute(moment: str) -> str:
    return moment[: len("2026-03-02T10:15")].replace("T", " ")


def _in_groups(digest: str) -> str:
    """Return a digest in groups of eight, which can be compared by eye and broken over lines."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
