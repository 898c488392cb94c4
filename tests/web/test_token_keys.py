"""Keys for tokens over https: found and renewed, and never taken from a server that misbehaves."""

from __future__ import annotations

import itertools
import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask.testing import FlaskClient
from jwt.algorithms import ECAlgorithm

from fanzha.errors import TokenInvalid
from fanzha.settings import Settings, TokenSettings
from fanzha.web.token_keys import (
    AT_HAND_SECONDS,
    KEYS_BYTES_AT_MOST,
    REFRESH_AT_LEAST_SECONDS,
    REFRESH_SECONDS,
    TokenKeys,
)
from fanzha.web.tokens import Tokens
from tests.web.conftest import Caller
from tests.web.places import assert_problem
from tests.web.test_tokens import AUDIENCE, EC, ISSUER, STRANGER, Clock, signed

Json = dict[str, Any]
Answer = Callable[[BaseHTTPRequestHandler], None]

SECONDS = 0.6
"""How long the server may take here."""
PATIENCE_SECONDS = 10.0
MARK = "Markedanswer"


def _jwks(**keys: Any) -> bytes:
    return json.dumps(
        {
            "keys": [
                {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": id_}
                for id_, key in keys.items()
            ]
        }
    ).encode()


def _telling(content: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def _raw(*pieces: bytes, again: bytes = b"", every: float = 0.05) -> Answer:
    """Send these bytes as they are, and then one piece again and again."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        for piece in itertools.chain(pieces, itertools.repeat(again) if again else ()):
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(every)

    return answer


@dataclass
class Provider:
    """An identity provider's server, which answers as the test says."""

    port: int
    answer: Answer = field(default_factory=lambda: _telling(_jwks(ec=EC)))
    asked: int = 0

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}/keys"


def _certificate(folder: Path, name: str) -> Path:
    """Write a certificate that signs itself, with its key, and return where."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a client that hangs up is what is tested."""


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _certificate(tmp_path_factory.mktemp("certificates"), "localhost")


@pytest.fixture
def provider(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    # Where OpenSSL looks for whom to trust, as an operator of one's own authority sets it.
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for proxy in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    with _serving(certificate) as started:
        yield started


class _serving:  # noqa: N801 - used like a function
    def __init__(self, certificate: Path) -> None:
        provider = self._provider = Provider(0)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked += 1
                provider.answer(self)

            def log_message(self, *_: Any) -> None:
                """Keep quiet."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        provider.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def __enter__(self) -> Provider:
        self._thread.start()
        return self._provider

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(provider: Provider, clock: Clock) -> TokenKeys:
    return TokenKeys(provider.address, seconds=SECONDS, clock=clock)


def test_a_key_is_found_and_not_asked_for_again(keys: TokenKeys, provider: Provider) -> None:
    assert keys.of("ec") is not None
    assert keys.of("ec") is not None
    # The only one there is needs no name.
    assert keys.of(None) is not None
    assert provider.asked == 1


def test_keys_that_change_while_the_service_runs_are_followed(
    keys: TokenKeys, provider: Provider, clock: Clock
) -> None:
    assert keys.of("ec") is not None
    provider.answer = _telling(_jwks(ec=EC, next=STRANGER))
    clock.now += REFRESH_AT_LEAST_SECONDS
    assert keys.of("next") is not None
    provider.answer = _telling(_jwks(next=STRANGER))
    clock.now += REFRESH_SECONDS
    assert keys.of("ec") is None
    assert keys.of("next") is not None


def test_unknown_keys_do_not_have_the_server_asked_each_time(
    keys: TokenKeys, provider: Provider, clock: Clock
) -> None:
    for number in range(20):
        clock.now += REFRESH_AT_LEAST_SECONDS / 10
        assert keys.of(f"made up {number}") is None
    assert provider.asked == 2


BROKEN: dict[str, tuple[Answer, str]] = {
    "a redirect to http": (
        _telling(b"", 302, Location="http://localhost:1/keys"),
        "302, and redirects are not followed",
    ),
    "a redirect to https": (
        _telling(b"", 301, Location="https://localhost:1/keys"),
        "301, and redirects are not followed",
    ),
    "not there": (_telling(_jwks(ec=EC), 404), "answered 404"),
    "out of order": (_telling(_jwks(ec=EC), 503), "answered 503"),
    "huge": (_telling(b" " * (KEYS_BYTES_AT_MOST + 1)), f"more than {KEYS_BYTES_AT_MOST} bytes"),
    "without end": (
        _raw(b"HTTP/1.0 200 OK\r\n\r\n", again=b" " * 65536, every=0),
        f"more than {KEYS_BYTES_AT_MOST} bytes",
    ),
    "slow to begin": (lambda _: time.sleep(SECONDS * 3), "took more than 0.6 seconds"),
    "slow in its head": (
        _raw(b"HTTP/1.0 200 OK\r\n", again=b"x-more: y\r\n"),
        "took more than 0.6 seconds",
    ),
    "slow in its body": (
        _raw(b"HTTP/1.0 200 OK\r\n\r\n", again=b" "),
        "took more than 0.6 seconds",
    ),
    "cut off": (_raw(b'HTTP/1.0 200 OK\r\nContent-Length: 999\r\n\r\n{"keys"'), "not JSON"),
    "silent": (_raw(), "RemoteDisconnected"),
    "not http": (_raw(MARK.encode() + b"\r\n\r\n"), "BadStatusLine"),
    "a head too long": (
        _raw(b"HTTP/1.0 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n"),
        "LineTooLong",
    ),
    "not JSON": (_telling(b"<html>" + MARK.encode()), "not JSON"),
    "JSON too deep": (_telling(b"[" * 100_000), "not JSON"),
    "a list": (_telling(b"[]"), "no set of keys"),
    "no keys": (_telling(b"{}"), "no set of keys"),
    "keys that are text": (_telling(json.dumps({"keys": [MARK]}).encode()), "no set of keys"),
    "empty": (_telling(b""), "not JSON"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_server_that_misbehaves_leaves_the_keys_at_hand_and_adds_none(
    keys: TokenKeys, provider: Provider, clock: Clock, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    assert keys.of("ec") is not None
    provider.answer, told = BROKEN[how]
    clock.now += REFRESH_SECONDS
    with caplog.at_level(logging.ERROR), _at_most(PATIENCE_SECONDS):
        assert keys.of("next") is None
        assert keys.of("ec") is not None
    _assert_told(caplog, told)
    # It has not stopped asking.
    provider.answer = _telling(_jwks(next=STRANGER))
    end = time.monotonic() + PATIENCE_SECONDS
    while keys.of("next") is None:
        assert time.monotonic() < end
        clock.now += REFRESH_SECONDS


@pytest.mark.parametrize("how", BROKEN)
def test_without_keys_at_hand_a_server_that_misbehaves_gives_none(
    keys: TokenKeys, provider: Provider, how: str
) -> None:
    provider.answer, _ = BROKEN[how]
    with _at_most(PATIENCE_SECONDS):
        assert keys.of("ec") is None
        assert keys.of(None) is None


class _at_most:  # noqa: N801 - used like a function
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._end = time.monotonic() + self._seconds

    def __exit__(self, *_: object) -> None:
        assert time.monotonic() < self._end


def _assert_told(caplog: pytest.LogCaptureFixture, told: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not caplog.records and time.monotonic() < end:
        time.sleep(0.01)
    [line] = caplog.messages
    assert line.startswith("the keys for tokens cannot be read: ")
    assert line.endswith(told)
    assert MARK not in caplog.text


def test_a_server_that_nothing_certifies_is_not_believed(
    provider: Provider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(_certificate(tmp_path, "other.example")))
    assert TokenKeys(provider.address, seconds=SECONDS).of("ec") is None
    _assert_told(caplog, "SSLCertVerificationError")
    assert provider.asked == 0


def test_a_server_of_another_name_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = _certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    with _serving(other) as provider:
        assert TokenKeys(provider.address, seconds=SECONDS).of("ec") is None
        assert provider.asked == 0
    _assert_told(caplog, "SSLCertVerificationError")


def test_a_server_that_is_away_leaves_the_keys_for_a_day(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with _serving(certificate) as provider:
        keys = TokenKeys(provider.address, seconds=SECONDS, clock=clock)
        assert keys.of("ec") is not None
    for _ in range(3):
        clock.now += REFRESH_SECONDS
        assert keys.of("ec") is not None
    clock.now = AT_HAND_SECONDS
    assert keys.of("ec") is None
    assert keys.of(None) is None


def test_a_slow_server_holds_nobody_up_whose_key_is_at_hand(
    provider: Provider, clock: Clock
) -> None:
    keys = TokenKeys(provider.address, clock=clock)
    released = threading.Event()
    assert keys.of("ec") is not None

    def wait(_: BaseHTTPRequestHandler) -> None:
        released.wait(PATIENCE_SECONDS)

    provider.answer = wait
    clock.now += REFRESH_SECONDS
    first = threading.Thread(target=keys.of, args=("ec",))
    first.start()
    end = time.monotonic() + PATIENCE_SECONDS
    while provider.asked < 2 and time.monotonic() < end:
        time.sleep(0.005)
    for _ in range(100):
        assert keys.of("ec") is not None
    assert first.is_alive()
    released.set()
    first.join()
    assert provider.asked == 2


def test_many_at_once_ask_once_and_all_are_served(keys: TokenKeys, provider: Provider) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(keys.of("ec"))) for _ in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 12
    assert None not in found
    assert provider.asked == 1


def test_a_token_is_never_taken_unverified_while_the_server_is_away(provider: Provider) -> None:
    tokens = Tokens(TokenSettings(provider.address, ISSUER, AUDIENCE))
    provider.answer = _telling(b"", 503)
    for token in (signed(), signed(key_id=None), signed(STRANGER)):
        with pytest.raises(TokenInvalid):
            tokens.holder_of(token)


@pytest.fixture
def settings(tmp_path: Path, provider: Provider) -> Settings:
    return Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path / 'fanzha.db'}",
            "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
            "FANZHA_JWKS": provider.address,
            "FANZHA_JWT_ISSUER": ISSUER,
            "FANZHA_JWT_AUDIENCE": AUDIENCE,
        }
    )


def test_over_http_a_token_is_taken_with_the_servers_key_and_refused_without(
    client: FlaskClient, operator: Caller, check: Json, provider: Provider
) -> None:
    provider.answer = _telling(MARK.encode())
    by_token = Caller(client, signed())
    assert_problem(by_token.post(check), 401, "token_invalid")
    # Keys of the service's own need no server.
    assert operator.post(check).status_code == 200


def test_over_http_a_token_is_taken_with_the_servers_key(
    client: FlaskClient, check: Json, provider: Provider
) -> None:
    assert Caller(client, signed()).post(check).status_code == 200
    assert provider.asked == 1
    assert_problem(Caller(client, signed(STRANGER)).post(check), 401, "token_invalid")
