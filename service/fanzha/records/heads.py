"""Signs the heads of chains and publishes them where whoever holds the database cannot reach.

A chain alone shows no cut tail: what is left of it is whole. A head that was published says how
long the chain once was, and its signature that this service said so.
"""

from __future__ import annotations

import base64
import fcntl
import logging
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from fanzha.errors import Location, WrongAuditFile
from fanzha.model.text import Text
from fanzha.records.chain import Head, canonical, written
from fanzha.records.digesting import sha256
from fanzha.records.personal import create_secret

_log = logging.getLogger(__name__)

HEAD_FORM = "fanzha.head/1"
_POST_SECONDS = 10.0
_TRIES = 3
_PAUSE_SECONDS = 1.0
_WAITING_AT_MOST = 10_000
_CUT_OFF = (
    "%(file)s 第 %(line)d 行不完整，已略过：写入中断，或被人毁坏；请与另存的副本比对"
    " · line %(line)d of %(file)s is cut off and was passed over: a write broke off, or someone"
    " destroyed it; compare the file with a copy kept elsewhere"
)
"""In both languages: the command line shows it to the person who verifies."""

Json = dict[str, Any]


class Signer:
    """Signs with the Ed25519 key of a file, which is made when it is first needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._key: Ed25519PrivateKey | None = None
        self._lock = threading.Lock()

    @property
    def key(self) -> Ed25519PrivateKey:
        """The private key; raises SettingError for a file that cannot be used."""
        with self._lock:
            if self._key is None:
                self._key = Ed25519PrivateKey.from_private_bytes(create_secret(self.path)[:32])
            return self._key

    @property
    def public(self) -> Ed25519PublicKey:
        """The public key, which anyone may have."""
        return self.key.public_key()

    def sign(self, head: Head, now: datetime) -> Json:
        """Return the signed line for one head."""
        line: Json = {
            "form": HEAD_FORM,
            "institution": head.institution,
            "writer": head.writer,
            "sequence": head.sequence,
            "hash": head.hash,
            "published_at": written(now),
            "key": key_id(self.public),
        }
        signature = self.key.sign(canonical(line))
        return {**line, "signature": base64.b64encode(signature).decode()}


def key_id(public: Ed25519PublicKey) -> str:
    """Return the short name of a public key."""
    return sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw))[:16]


def public_pem(public: Ed25519PublicKey) -> str:
    """Return the public key as PEM."""
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Return the key of a PEM file; raise WrongAuditFile."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _wrong_key(path) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _wrong_key(path)
    return key


def is_signed(line: Mapping[str, Any], keys: Iterable[Ed25519PublicKey]) -> bool:
    """Tell whether one of these keys signed the line as it is."""
    named = {key_id(each): each for each in keys}
    key = named.get(str(line.get("key")))
    if key is None:
        return False
    signed = {name: value for name, value in line.items() if name != "signature"}
    try:
        key.verify(base64.b64decode(str(line.get("signature")), validate=True), canonical(signed))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


class HeadPublisher:
    """Publishes the heads that have moved, every so many seconds and at the end."""

    def __init__(
        self,
        signer: Signer,
        changed: Callable[[], list[Head]],
        *,
        file: Path,
        url: str | None = None,
        seconds: float = 0,
    ) -> None:
        self.signer = signer
        self.file = file
        self._changed = changed
        self._url = url
        self._seconds = seconds
        self._heads: dict[tuple[str, str], Head] = {}
        self._unsent: list[bytes] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Publish in the background from now on; with 0 seconds only at the end."""
        if self._seconds:
            self._thread = threading.Thread(target=self._run, name="fanzha-heads", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Publish what is left and stop; raises nothing, for more is to be closed after this."""
        self._stop.set()
        if self._thread:
            self._thread.join()
        self._publish_or_log()

    def publish(self, further: Iterable[Head] = ()) -> None:
        """Publish now whatever has moved, with `further` heads.

        What cannot be published is logged and tried again the next time.
        """
        with self._lock:
            for head in [*self._changed(), *further]:
                self._heads[head.institution, head.writer] = head
            if self._heads:
                try:
                    self._append()
                # The edge: heads that stay unpublished must not stop decisions.
                except Exception as error:  # noqa: BLE001
                    _log.error("heads cannot be written: %s", type(error).__name__)
            if self._unsent:
                self._send()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            self._publish_or_log()

    def _publish_or_log(self) -> None:
        try:
            self.publish()
        # The edge of the thread: were it to end, no head would be published any more.
        except Exception as error:  # noqa: BLE001
            _log.error("could not publish heads: %s", type(error).__name__)

    def _append(self) -> None:
        now = datetime.now(UTC)
        lines = [canonical(self.signer.sign(each, now)) + b"\n" for each in self._heads.values()]
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab+", buffering=0) as file:
            # Lines of processes that share the file do not mix.
            fcntl.flock(file, fcntl.LOCK_EX)
            before = os.fstat(file.fileno()).st_size
            data = b"".join(lines)
            if before and os.pread(file.fileno(), 1, before - 1) != b"\n":
                # A process died while it wrote: what it left must not spoil the next line.
                data = b"\n" + data
            if file.write(data) != len(data):
                # The beginning of a line would spoil the next one.
                file.truncate(before)
                raise OSError("the file took a part only")
            os.fsync(file.fileno())
        self._heads = {}
        if self._url:
            self._unsent = [*self._unsent, *lines][-_WAITING_AT_MOST:]

    def _send(self) -> None:
        request = urllib.request.Request(
            str(self._url),
            data=b"".join(self._unsent),
            headers={"Content-Type": "application/x-ndjson"},
            method="POST",
        )
        for attempt in range(_TRIES):
            try:
                with urllib.request.urlopen(request, timeout=_POST_SECONDS):
                    self._unsent = []
                    return
            except (OSError, urllib.error.URLError, HTTPException, ValueError) as error:
                _log.warning("heads were not taken: %s", type(error).__name__)
            if self._stop.wait(_PAUSE_SECONDS * 2**attempt):
                return


def read_heads(path: Path) -> list[Json]:
    """Return the lines of a file of published heads; raise WrongAuditFile.

    A line that is cut off is passed over with a warning, for a process that died may have left
    it, or someone destroyed it; the heads on the other lines count all the same. A file with such
    lines and no head is refused: it would prove nothing.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WrongAuditFile(
            Text(zh=f"无法读取：{error.strerror}", en=f"cannot be read: {error.strerror}"),
            hint=Text(
                zh="用 --heads 指明保存已发布链头的文件",
                en="name the file of published heads with --heads",
            ),
            where=Location(file=str(path)),
        ) from error
    lines = []
    cut_off = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            # What is JSON was written whole; only the rest can be a write that broke off.
            cut_off.append(number)
            continue
        if not _is_head(value):
            raise _not_a_head(path, number)
        lines.append(value)
    if cut_off and not lines:
        raise _not_a_head(path, cut_off[0])
    for number in cut_off:
        _log.warning(_CUT_OFF, {"file": path, "line": number})
    return lines


def _is_head(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.get("form") == HEAD_FORM
        and isinstance(value.get("sequence"), int)
        and all(isinstance(value.get(name), str) for name in ("institution", "writer", "hash"))
    )


def _not_a_head(path: Path, line: int) -> WrongAuditFile:
    return WrongAuditFile(
        Text(zh="不是一条已发布的链头", en="not the line of a published head"),
        hint=Text(
            zh="该文件只追加；请与另存的副本比对",
            en="the file is only appended to; compare it with a copy kept elsewhere",
        ),
        where=Location(file=str(path), line=line),
    )


def _wrong_key(path: Path) -> WrongAuditFile:
    return WrongAuditFile(
        Text(zh="不是 Ed25519 公钥（PEM）", en="not an Ed25519 public key in PEM"),
        hint=Text(zh="用 fanzha audit key 输出公钥", en="fanzha audit key prints the public key"),
        where=Location(file=str(path)),
    )
