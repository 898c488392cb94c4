"""Digests that stand in the record where a personal fact would be, and the key they need."""

from __future__ import annotations

import glob
import hmac
import json
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from fanzha.errors import Location, SettingError, StoreUnavailable
from fanzha.model.text import Text
from fanzha.records.digesting import hmac_sha256

_log = logging.getLogger(__name__)

SECRET_BYTES = 32
_OTHERS_MAY = 0o077
_DIGEST = re.compile(r"hmac-sha256:([0-9a-f]{8}):[0-9a-f]{64}")
_SECRETS_DIFFER = Text(
    zh="没有保存新的内容，请稍后原样重试；若持续出现，说明各进程的摘要密钥不一致："
    "请恢复密钥文件并重启各进程，见 docs/record.md",
    en="nothing new was stored; try again in a moment, with the same content; if it stays, the"
    " processes' secrets differ: restore their files and restart the processes, see"
    " docs/record.md",
)


class PersonalDigests:
    """Keyed digests of personal facts: equal values can be matched, none can be read.

    The key is what protects them. Identity numbers and phone numbers are few enough to be tried
    one by one against a digest without a key.

    Safe for several threads: what is known is never changed, only replaced whole.
    """

    def __init__(
        self,
        secret: bytes,
        retired: Iterable[bytes] = (),
        *,
        read_again: Callable[[], Iterable[bytes]] = tuple,
    ) -> None:
        """`read_again` returns the secrets that are kept by now; it may raise SettingError."""
        for each in (secret, *(retired := tuple(retired))):
            if len(each) < SECRET_BYTES:
                raise ValueError(f"a secret has at least {SECRET_BYTES} bytes")
        self._secrets: Mapping[str, bytes] = _by_key_id((*retired, secret))
        self._read_again = read_again
        self._secret = secret
        self.key_id = key_id_of(secret)
        """Tells keys apart in the record and says nothing about the key."""

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The keys whose digests can be matched."""
        return tuple(self._secrets)

    def knows(self, digest: str) -> bool:
        """Tell whether the digest was made with any of the keys; if not, nothing can match it.

        Raises StoreUnavailable when that takes reading the keys again, and they cannot be read.
        """
        return self._secret_of(digest) is not None

    def matches(
        self, digest: str, fact_name: str, value: str | int | bool | date | datetime
    ) -> bool:
        """Tell whether the digest, made with any of the keys, is of this value.

        Raises StoreUnavailable as `knows` does: what cannot be compared is not told apart.
        """
        secret = self._secret_of(digest)
        return secret is not None and hmac.compare_digest(
            digest.encode(), _digest(key_id_of(secret), secret, fact_name, value).encode()
        )

    def digest(self, fact_name: str, value: str | int | bool | date | datetime) -> str:
        """Return `hmac-sha256:<key id>:<hex>` of the value under this fact's name."""
        return _digest(self.key_id, self._secret, fact_name, value)

    def _secret_of(self, digest: str) -> bytes | None:
        """Return the secret of a digest of the record, or None where there is none any more.

        Another process may have begun with a newer secret since this one did, so the files are
        read again for a key that is not known. Which key that is comes from our own database and
        never from a caller, so this is rare; and it costs less than finding the digest did.
        """
        form = _DIGEST.fullmatch(digest)
        if form is None:
            return None
        key_id = form[1]
        return self._secrets.get(key_id) or self._known_by_now().get(key_id)

    def _known_by_now(self) -> Mapping[str, bytes]:
        """Read the secrets again; new digests are made with the same one as before.

        Of two threads at once the slower one's reading stays. Each goes by its own, and a key
        that was lost in this way is read once more when it is asked for.
        """
        try:
            read = _by_key_id(self._read_again())
        except SettingError as error:
            # The text is ours and names a file: for the log, and not for callers.
            _log.error("the secrets of digests cannot be read again: %s", error)
            raise StoreUnavailable(
                Text(zh="无法读取摘要密钥", en="the secrets of digests cannot be read"),
                hint=_SECRETS_DIFFER,
            ) from error
        known = {**read, **self._secrets}
        self._secrets = known
        return known


def secret_missing() -> StoreUnavailable:
    """Return the error for a digest whose secret is nowhere: what it is of cannot be told."""
    return StoreUnavailable(
        Text(
            zh="缺少此前所用的摘要密钥，无法比对",
            en="the secret of an earlier digest is missing, so that it cannot be compared",
        ),
        hint=_SECRETS_DIFFER,
    )


def _by_key_id(found: Iterable[bytes]) -> dict[str, bytes]:
    return {key_id_of(each): each for each in found}


def key_id_of(secret: bytes) -> str:
    """Return the short name of a key, which says nothing about it."""
    return hmac.digest(secret, b"fanzha key id", "sha256").hex()[:8]


def _digest(
    key_id: str, secret: bytes, fact_name: str, value: str | int | bool | date | datetime
) -> str:
    plain = value.isoformat() if isinstance(value, date) else value
    # JSON keeps the name from running into the value, and "1" apart from 1 and from true.
    message = _as_json([fact_name, plain])
    return f"hmac-sha256:{key_id}:{hmac_sha256(secret, message.encode())}"


_as_json = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
"""Made once: `json.dumps` makes an encoder each time."""


def rotate_secret(path: Path) -> tuple[str, str]:
    """Put a new secret into `path`, keep the old one beside it, and return both key ids.

    The old one stays as `<name>.<key id>`, for what was digested with it to be matched.
    Processes that run go on making digests with the old one until they are started again, and
    match those of the new one. Raises SettingError where `load_secret` would.
    """
    old = load_secret(path)
    retired = path.with_name(f"{path.name}.{key_id_of(old)}")
    if not retired.exists():
        os.link(path, retired)
    draft = _draft(path)
    new = load_secret(draft)
    # In one step: a process that starts beside this one finds the one or the other.
    draft.replace(path)
    return key_id_of(old), key_id_of(new)


def load_secrets(path: Path) -> tuple[bytes, ...]:
    """Return the secret in `path` and those before it; raise SettingError for unusable files."""
    # The newest first: one that is replaced just now has been read, or stands beside it already.
    return load_secret(path), *load_retired(path)


def load_retired(path: Path) -> tuple[bytes, ...]:
    """Return the secrets that were in `path` before; raise SettingError for unusable files."""
    named = re.compile(re.escape(path.name) + r"\.[0-9a-f]{8}")
    found = (each for each in path.parent.glob(f"{glob.escape(path.name)}.*"))
    return tuple(load_secret(each) for each in sorted(found) if named.fullmatch(each.name))


def create_secret(path: Path) -> bytes:
    """Return the secret in `path`, made first from 32 random bytes when there is no file yet.

    Raises SettingError where `load_secret` would.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written apart and then linked: a process that starts beside this one finds either no
    # file or a whole one, and all of them end with the same secret.
    draft = _draft(path)
    try:
        os.link(draft, path)
    except FileExistsError:
        return load_secret(path)
    finally:
        draft.unlink()
    return load_secret(path)


def _draft(path: Path) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return draft


def load_secret(path: Path) -> bytes:
    """Return the bytes of the file; raise SettingError when it is missing, short or open."""
    try:
        mode = path.stat().st_mode
        secret = path.read_bytes()
    except OSError as error:
        raise _unusable(
            path,
            Text(zh=f"无法读取密钥文件：{error.strerror}", en=f"cannot read it: {error.strerror}"),
            Text(
                zh="请恢复该文件的备份；新装的服务会自动生成",
                en="restore it from your backup; a new installation makes one by itself",
            ),
        ) from error
    if mode & _OTHERS_MAY:
        raise _unusable(
            path,
            Text(zh="密钥文件可被其他用户读取", en="other users can read the key"),
            Text(zh=f"请执行 chmod 600 {path}", en=f"run chmod 600 {path}"),
        )
    if len(secret) < SECRET_BYTES:
        raise _unusable(
            path,
            Text(
                zh=f"密钥只有 {len(secret)} 字节，至少需要 {SECRET_BYTES} 字节",
                en=f"the key has {len(secret)} bytes and needs at least {SECRET_BYTES}",
            ),
            Text(zh="请恢复该文件的备份", en="restore it from your backup"),
        )
    return secret


def _unusable(path: Path, message: Text, hint: Text) -> SettingError:
    return SettingError(message, hint=hint, where=Location(file=str(path)))
