"""What the service writes about requests: ids and numbers, never a fact, a key or an address."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from fanzha.application import Application
from fanzha.logs import formatter, lines, open_logs
from fanzha.records import Records
from fanzha.settings import LogForm
from fanzha.web import create_app
from fanzha.web.access_log import with_request
from tests.web.conftest import Caller

Json = dict[str, Any]


@pytest.fixture(params=[LogForm.JSON, LogForm.TEXT])
def form(request: pytest.FixtureRequest) -> LogForm:
    return LogForm(request.param)


@pytest.fixture
def stream() -> io.BytesIO:
    return io.BytesIO()


@pytest.fixture
def logged(form: LogForm, stream: io.BytesIO, application: Application, records: Records) -> Caller:
    """An operator whose requests are logged into `stream`."""
    client = create_app(application, lines=lines(form, stream)).test_client()
    return Caller(client, records.keys.create("telecom-001", "test"))


def test_a_request_leaves_one_line_without_facts_queries_or_keys(
    logged: Caller, check: Json, stream: io.BytesIO
) -> None:
    with logged.post(check, "?explain=full") as answer:
        decision = answer.get_json()
    logged.get(answer.headers["Location"]).close()
    logged.get("/v1/own_shop").close()
    text = stream.getvalue().decode()
    first, second, third = text.splitlines()
    assert "/v1/checks" in first
    assert decision["id"] in first
    assert answer.headers["X-Request-Id"] in first
    assert "/v1/decisions/<decision_id>" in second
    assert decision["id"] not in second
    assert "404" in third
    for unwanted in (logged.key, "own_shop", "explain", "telecom-001", "127.0.0.1"):
        assert unwanted not in text


@pytest.mark.parametrize("form", [LogForm.JSON], indirect=True)
def test_a_line_of_json_has_these_fields(logged: Caller, check: Json, stream: io.BytesIO) -> None:
    logged.headers["X-Request-Id"] = "mine"
    with logged.post(check) as answer:
        decision = answer.get_json()
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("Z")
    assert line.pop("milliseconds") > 0
    assert line == {
        "event": "request",
        "method": "POST",
        "rule": "/v1/checks",
        "status": 200,
        "request": "mine",
        "decision": decision["id"],
        "outcome": "compliant",
    }


@pytest.mark.parametrize("form", [LogForm.JSON], indirect=True)
def test_a_method_that_someone_invents_is_not_repeated(logged: Caller, stream: io.BytesIO) -> None:
    logged.client.open("/healthz", method="INVENTED").close()
    assert json.loads(stream.getvalue())["method"] == "-"


@pytest.fixture
def own_logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("fanzha")
    kept = logger.handlers, logger.propagate, logger.level
    yield logger
    logger.handlers, logger.propagate, logger.level = kept


def test_all_lines_of_the_service_have_the_one_form(
    app: Flask,
    own_logger: logging.Logger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = io.TextIOWrapper(io.BytesIO(), write_through=True)
    monkeypatch.setattr(sys, "stderr", written)
    open_logs(LogForm.JSON, more=with_request)

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("the disk is gone")

    answer = app.test_client().get("/broken", headers={"X-Request-Id": "mine"})
    assert answer.status_code == 500
    line = json.loads(written.buffer.getvalue())  # type: ignore[attr-defined]
    assert line["level"] == "error"
    assert line["logger"] == "fanzha.web.problems"
    assert line["request"] == "mine"
    assert "RuntimeError: the disk is gone" in line["exception"]


def test_nothing_is_written_when_logs_are_off(
    own_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert open_logs(LogForm.OFF) is None
    own_logger.error("something")
    assert capsys.readouterr() == ("", "")


def test_a_traceback_for_people_shows_no_values() -> None:
    def judge() -> None:
        phone_number = "13800138000"
        raise ValueError(len(phone_number))

    try:
        judge()
    except ValueError:
        record = logging.LogRecord("fanzha", 40, "", 1, "broken", (), sys.exc_info())
    for form in (LogForm.TEXT, LogForm.JSON):
        shown = formatter(form).format(record)
        assert "ValueError: 11" in shown
        assert "13800138000" not in shown.replace('"13800138000"', "")
