"""Heads are posted to whoever keeps them, again where it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import orjson
import pytest

from fanzha.records import DecisionRecord, open_records
from fanzha.records.heads import is_signed
from fanzha.settings import Settings

NewRecord = Callable[..., DecisionRecord]


class Notary(HTTPServer):
    """Keeps what is posted; refuses the first few posts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.refuses = 0
        self.posts = 0
        self.lines: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/heads"


class _Answering(BaseHTTPRequestHandler):
    server: Notary

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts += 1
        is_refused = self.server.posts <= self.server.refuses
        if not is_refused:
            self.server.lines += body.splitlines()
        self.send_response(503 if is_refused else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def notary() -> Iterator[Notary]:
    server = Notary()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_a_post_that_was_refused_is_sent_again(
    settings: Settings, notary: Notary, new_record: NewRecord
) -> None:
    notary.refuses = 1
    records = open_records(replace(settings, heads_url=notary.url))
    records.decisions.store(new_record())
    records.heads.publish()
    assert notary.posts == 2
    (line,) = notary.lines
    assert is_signed(orjson.loads(line), [records.heads.signer.public])
    records.close()
    assert notary.lines == records.heads.file.read_bytes().splitlines()


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_a_notary_that_is_away_stops_nothing_and_gets_the_heads_later(
    settings: Settings, notary: Notary, new_record: NewRecord
) -> None:
    notary.refuses = 3
    records = open_records(replace(settings, heads_url=notary.url))
    records.decisions.store(new_record())
    records.heads.publish()
    assert (notary.posts, notary.lines) == (3, [])
    records.decisions.store(new_record())
    records.close()
    assert [orjson.loads(each)["sequence"] for each in notary.lines] == [1, 2]


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_heads_are_published_by_themselves(
    settings: Settings, new_record: NewRecord, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    records = open_records(replace(settings, heads_seconds=1))
    records.decisions.store(new_record())
    eventually(records.heads.file.exists)
    records.close()
