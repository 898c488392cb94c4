"""What the service writes about requests: ids and numbers, never a fact, a key or an address."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import durable_rules_engine
import marshmallow
import pytest
from flask import Flask
from sqlalchemy import text

from fanzha.application import Application
from fanzha.errors import BadDate
from fanzha.logs import (
    FRAMES_AT_MOST,
    LINES_AT_MOST,
    formatter,
    lines,
    log_what_nobody_catches,
    open_logs,
)
from fanzha.model.text import Text
from fanzha.records import Records
from fanzha.records.database import Database
from fanzha.settings import LogForm, Settings
from fanzha.web import create_app
from fanzha.web.access_log import with_request
from tests.web.conftest import Caller
from tests.web.places import EXAMPLES, assert_problem

Json = dict[str, Any]
CALL = EXAMPLES / "telecom/call_and_line/call-from-abroad.done.compliant.json"
MARK = "Markedvalue-13800138000"


class SlowStream(io.BytesIO):
    """Writes nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = threading.Event()
        self.is_writing = threading.Event()
        self.writes = 0

    def write(self, content: Any) -> int:
        self.is_writing.set()
        assert self.goes_on.wait(10)
        self.writes += 1
        return super().write(content)


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


def test_a_line_is_left_to_whoever_writes_and_none_is_lost() -> None:
    stream = SlowStream()
    taken = lines(LogForm.JSON, stream)
    first = threading.Thread(target=taken.info, args=("first",))
    first.start()
    assert stream.is_writing.wait(10)
    for number in range(5):
        taken.info("later", number=number)
    assert stream.getvalue() == b""
    stream.goes_on.set()
    first.join(10)
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("number", line["event"]) for line in told] == ["first", 0, 1, 2, 3, 4]
    assert stream.writes == 2


def test_lines_that_nothing_takes_do_not_pile_up() -> None:
    stream = SlowStream()
    taken = lines(LogForm.JSON, stream)
    writers = [threading.Thread(target=taken.info, args=("first",))]
    writers[0].start()
    assert stream.is_writing.wait(10)
    for _ in range(LINES_AT_MOST):
        taken.info("left")
    writers.append(threading.Thread(target=taken.info, args=("one more",)))
    writers[1].start()
    writers[1].join(0.2)
    assert writers[1].is_alive()
    stream.goes_on.set()
    for each in writers:
        each.join(10)
    assert len(stream.getvalue().splitlines()) == LINES_AT_MOST + 2


def test_lines_of_many_threads_stay_whole() -> None:
    stream = io.BytesIO()
    taken = lines(LogForm.JSON, stream)

    def write() -> None:
        for number in range(200):
            taken.info("line", number=number)

    writers = [threading.Thread(target=write) for _ in range(8)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    told = [json.loads(line)["number"] for line in stream.getvalue().splitlines()]
    assert sorted(told) == sorted([*range(200)] * 8)


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
    first, *places = line["exception"].splitlines()
    assert first == "builtins.RuntimeError"
    assert places[-1].endswith("test_all_lines_of_the_service_have_the_one_form.<locals>.broken")
    assert __file__ in places[-1]


def test_nothing_is_written_when_logs_are_off(
    own_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert open_logs(LogForm.OFF) is None
    own_logger.error("something")
    assert capsys.readouterr() == ("", "")


def _log_of(error: BaseException, form: LogForm) -> str:
    record = logging.LogRecord(
        "fanzha", 40, "", 1, "broken", (), (type(error), error, error.__traceback__)
    )
    return formatter(form).format(record)


def _raised(raise_it: Callable[[], object]) -> BaseException:
    try:
        raise_it()
    except BaseException as error:  # noqa: BLE001 - whatever it is: it is to be logged
        return error
    raise AssertionError


def _deep() -> None:
    phone_number = MARK
    try:
        try:
            int(phone_number)
        except ValueError as error:
            error.add_note(MARK)
            raise KeyError(phone_number) from error
    except KeyError:
        raise ExceptionGroup(phone_number, [ValueError(phone_number)])  # noqa: B904


def test_an_error_is_told_by_classes_and_places_with_all_that_led_to_it(form: LogForm) -> None:
    shown = _log_of(_raised(_deep), form)
    assert MARK not in shown
    told = [
        shown.index(f"builtins.{each}") for each in ("ExceptionGroup", "KeyError", "ValueError")
    ]
    assert told == sorted(told)
    assert shown.count("because of") == 2
    assert f"{__file__}:{_deep.__code__.co_firstlineno + 4} _deep" in shown
    # Not the source either: a rule's own text can stand in it.
    assert "int(phone_number)" not in shown


@pytest.mark.parametrize(
    ("raise_it", "told"),
    [
        (lambda: Path("/nowhere", MARK).read_bytes(), "builtins.FileNotFoundError ENOENT"),
        (
            lambda: sqlite3.connect(":memory:").execute(MARK),
            "sqlite3.OperationalError SQLITE_ERROR",
        ),
        (lambda: _raise(BadDate(Text(zh=MARK, en=MARK))), "fanzha.errors.BadDate date_invalid"),
    ],
)
def test_an_error_with_a_code_is_told_with_it(
    raise_it: Callable[[], object], told: str, form: LogForm
) -> None:
    shown = _log_of(_raised(raise_it), form)
    assert told in shown
    assert MARK not in shown


def _raise(error: BaseException) -> None:
    raise error


def test_an_error_that_goes_deep_is_told_in_part(form: LogForm) -> None:
    def fall(depth: int) -> None:
        fall(depth + 1)

    shown = _log_of(_raised(lambda: fall(0)), form)
    assert "builtins.RecursionError" in shown
    assert "more" in shown
    assert shown.count("fall") <= FRAMES_AT_MOST


def test_what_ends_a_thread_is_a_line_without_its_text(
    own_logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.TextIOWrapper(io.BytesIO(), write_through=True)
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    open_logs(LogForm.JSON)
    log_what_nobody_catches()

    class Broken:
        def __del__(self) -> None:
            raise ValueError(MARK)

    thread = threading.Thread(target=_raise, args=(ValueError(MARK),), name="a plugin's own")
    thread.start()
    thread.join()
    Broken()
    shown = written.buffer.getvalue().decode()  # type: ignore[attr-defined]
    assert MARK not in shown
    ended, lost = (json.loads(line) for line in shown.splitlines())
    assert ended["event"] == "thread a plugin's own broke"
    assert "builtins.ValueError" in ended["exception"]
    assert "Broken.__del__" in lost["exception"]


class Broken:
    """A service whose libraries break in the middle of a check, and all that it says of it."""

    def __init__(self, caller: Caller, written: io.BytesIO) -> None:
        self._caller = caller
        self._written = written

    def post(self) -> Any:
        """Post a check that carries the mark, and see that the mark comes out nowhere."""
        check = json.loads(CALL.read_text(encoding="utf-8"))
        check["facts"] |= {"caller_number_region": MARK, "origin_prompt_region": MARK}
        with self._caller.post({**check, "reference": MARK}, "?explain=full") as answer:
            shown = answer.get_data(as_text=True) + str(answer.headers)
        with self._caller.get("/metrics") as numbers:
            metrics = numbers.get_data(as_text=True)
        for place in (shown.replace(f'"reference":"{MARK}"', ""), metrics, self.logged):
            assert MARK not in place
        assert "fanzha_http_request_seconds" in metrics
        return answer

    @property
    def logged(self) -> str:
        return self._written.getvalue().decode()


@pytest.fixture
def broken(
    form: LogForm,
    application: Application,
    records: Records,
    own_logger: logging.Logger,
    monkeypatch: pytest.MonkeyPatch,
) -> Broken:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(written, write_through=True))
    client = create_app(application, lines=open_logs(form, more=with_request)).test_client()
    return Broken(Caller(client, records.keys.create("telecom-001", "test")), written)


def _quoting(*arguments: Any, **_: Any) -> Any:
    raise ValueError(f"cannot be used: {arguments} {MARK}") from KeyError(MARK)


def test_a_library_that_quotes_what_was_posted_is_not_repeated(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marshmallow.Schema, "load", _quoting)
    assert_problem(broken.post(), 500, "internal")
    assert "builtins.ValueError" in broken.logged
    assert "check_form.py" in broken.logged
    assert "_quoting" in broken.logged


def test_a_database_that_quotes_what_was_posted_is_not_repeated(
    broken: Broken, settings: Settings
) -> None:
    database = Database(settings.database_url)
    with database.writing() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER refuse BEFORE INSERT ON decisions "
                f"BEGIN SELECT RAISE(ABORT, 'not {MARK}'); END"
            )
        )
    database.dispose()
    assert_problem(broken.post(), 503, "store_unavailable")
    assert "SQLITE_CONSTRAINT" in broken.logged


def test_an_engine_that_quotes_what_was_posted_is_not_repeated(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable_rules_engine, "assert_fact", _quoting)
    answer = broken.post()
    assert answer.status_code == 200
    assert answer.get_json()["outcome"] == "error"
