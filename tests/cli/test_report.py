"""`fanzha report`: the page, JSON and the table, to standard output or to a file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.cli.conftest import EXAMPLES, SIXTH_CARD, Run, as_json

CHANGED_NUMBER = EXAMPLES / "telecom/call_and_line/changed-number.done.non_compliant.json"
OF_2026 = ("--institution", "telecom-001", "--from", "2026-01-01", "--to", "2026-12-31")


def test_the_page_is_written_to_a_file(registered: Run, tmp_path: Path) -> None:
    registered("check", SIXTH_CARD, "--record")
    file = tmp_path / "report.html"
    made = registered("report", *OF_2026, "--output", file)
    assert (made.exit_code, made.stdout) == (0, "")
    text = file.read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "cn.atofl.a10.p1.1" in text
    assert "示范移动通信公司" in text


def test_json_and_the_table_say_the_same(registered: Run) -> None:
    registered("check", SIXTH_CARD, "--record")
    told = as_json(registered("report", *OF_2026, "--format", "json"))
    shown = registered("report", *OF_2026, "--format", "csv").stdout.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(shown)))
    breached = {row["obligation"] for row in rows if row["status"] == "violated"}
    assert breached == {each["id"] for each in told["violations"]}


def test_a_wrong_day_and_a_stranger_are_refused(registered: Run) -> None:
    wrong = registered("report", *OF_2026[:-1], "2026-02-30")
    assert (wrong.exit_code, "[date_invalid]" in wrong.stderr) == (2, True)
    stranger = registered("report", "--institution", "nobody", *OF_2026[2:])
    assert (stranger.exit_code, "[not_found]" in stranger.stderr) == (2, True)


def test_what_a_report_names_is_recorded_as_read(registered: Run) -> None:
    breach = as_json(registered("check", CHANGED_NUMBER, "--record", "--json"))["id"]
    for form in ("html", "json", "csv"):
        registered("report", *OF_2026, "--format", form, "--purpose", f"as {form}")
    told = as_json(registered("decisions", "reads", breach, "--json"))["reads"]
    assert [(each["way"], each["purpose"]) for each in told] == [
        ("report", "as html"),
        ("report", "as json"),
        ("report", "as csv"),
    ]
    assert {each["read_by"].partition(":")[0] for each in told} == {"terminal"}
