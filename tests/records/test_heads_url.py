"""Heads are posted to whoever keeps them, again where it fails."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import orjson
import pytest

from fanzha.records import DecisionRecord, open_records
from fanzha.records.chain import Head
from fanzha.records.heads import HeadPublisher, Signer, is_signed
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


class _NoHttp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
        # To the end: a connection closed with something unread is reset, which is another error.
        while self.request.recv(65536):
            pass


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


@pytest.fixture
def no_notary() -> Iterator[str]:
    """The URL of a server that speaks something else."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _NoHttp) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/heads"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_an_answer_that_is_no_http_stops_nothing(
    settings: Settings,
    no_notary: str,
    new_record: NewRecord,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("fanzha.records.heads._PAUSE_SECONDS", 0)
    records = open_records(replace(settings, heads_url=no_notary))
    records.decisions.store(new_record())
    records.heads.publish()
    records.close()
    assert set(caplog.messages) == {"heads were not taken: BadStatusLine"}


def test_publishing_outlives_what_goes_wrong(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    eventually: Callable[[Callable[[], bool]], None],
) -> None:
    looks: list[int] = []

    def changed() -> list[Head]:
        looks.append(1)
        raise RuntimeError("of whom nobody should read")

    signer = Signer(tmp_path / "signing.key")
    publisher = HeadPublisher(signer, changed, file=tmp_path / "heads.jsonl", seconds=0.01)
    publisher.start()
    eventually(lambda: len(looks) > 2)
    publisher.close()
    assert set(caplog.messages) == {"could not publish heads: RuntimeError"}


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_heads_are_published_by_themselves(
    settings: Settings, new_record: NewRecord, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    records = open_records(replace(settings, heads_seconds=1))
    records.decisions.store(new_record())
    eventually(records.heads.file.exists)
    records.close()
