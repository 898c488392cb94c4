"""Everything that an operator can set, read once from the environment."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from fanzha.errors import Location, SettingError
from fanzha.model.text import Text

PREFIX = "FANZHA_"
MEBIBYTE = 1024 * 1024
HTTPS = "https://"

T = TypeVar("T")


class LogForm(StrEnum):
    """How the service logs."""

    JSON = "json"
    TEXT = "text"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable of the environment: its default as text and what it is for."""

    variable: str
    default: str
    purpose: Text

    def read(self, environ: Mapping[str, str], convert: Callable[[Setting, str], T]) -> T:
        """Return the converted value; one that is absent or empty means the default."""
        return convert(self, environ.get(self.variable, "").strip() or self.default)

    def refused(self, value: str, wrong: Text, hint: Text) -> SettingError:
        """Return the error for `value`, to be raised; `wrong` says what it must be."""
        return SettingError(
            Text(zh=f"`{value}` {wrong.zh}", en=f"`{value}` {wrong.en}"),
            hint=hint,
            where=Location(path=self.variable),
        )


DATABASE_URL = Setting(
    "FANZHA_DATABASE_URL",
    "sqlite:///var/fanzha.db",
    Text(
        zh="数据库：SQLite 文件，或 postgresql://用户@主机/库名",
        en="the database: an SQLite file, or postgresql://user@host/name",
    ),
)
PLUGINS = Setting(
    "FANZHA_PLUGINS",
    "telecom,banking,payments,internet",
    Text(zh="启用的插件名，以逗号分隔", en="names of the enabled plugins, with commas between"),
)
RULESETS = Setting(
    "FANZHA_RULESETS",
    "",
    Text(
        zh="另外加载的规则文件夹，以操作系统的路径分隔符分隔",
        en="further folders of rules, with the system's path separator between",
    ),
)
SECRET_KEY_FILE = Setting(
    "FANZHA_SECRET_KEY_FILE",
    "var/secret.key",
    Text(
        zh="用于计算个人信息摘要的密钥文件；丢失后旧摘要无法再比对",
        en="the key for digests of personal facts; once lost, old digests cannot be compared",
    ),
)
SIGNING_KEY_FILE = Setting(
    "FANZHA_SIGNING_KEY_FILE",
    "",
    Text(
        zh="为链头签名的 Ed25519 密钥文件；缺省为摘要密钥旁的 signing.key",
        en="the Ed25519 key that signs heads of chains; by default signing.key beside the secret",
    ),
)
HEADS_FILE = Setting(
    "FANZHA_HEADS_FILE",
    "",
    Text(
        zh="发布已签名链头的文件，只追加；缺省为摘要密钥旁的 heads.jsonl",
        en="where signed heads are published, only appended to; by default heads.jsonl beside "
        "the secret",
    ),
)
HEADS_URL = Setting(
    "FANZHA_HEADS_URL",
    "",
    Text(
        zh="另将链头以 POST 发往的地址，由不管理数据库的人保存",
        en="where heads are posted as well, for someone to keep who does not run the database",
    ),
)
HEADS_SECONDS = Setting(
    "FANZHA_HEADS_SECONDS",
    "60",
    Text(
        zh="每隔多少秒发布一次链头；0 为只在停止时发布",
        en="seconds between publications of heads; 0: only when a process stops",
    ),
)
HOST = Setting(
    "FANZHA_HOST", "127.0.0.1", Text(zh="服务监听的地址", en="the address that serve listens on")
)
PORT = Setting("FANZHA_PORT", "8000", Text(zh="服务监听的端口", en="the port serve listens on"))
MAXIMUM_BODY_BYTES = Setting(
    "FANZHA_MAXIMUM_BODY_BYTES",
    str(MEBIBYTE),
    Text(zh="请求体的最大字节数", en="the largest body of a request, in bytes"),
)
MAXIMUM_DEPTH = Setting(
    "FANZHA_MAXIMUM_DEPTH",
    "16",
    Text(zh="请求体 JSON 的最大嵌套层数", en="how deep the JSON of a body may be nested"),
)
MAXIMUM_FACTS = Setting(
    "FANZHA_MAXIMUM_FACTS",
    "1000",
    Text(
        zh="一项检查的事实与情节的最大总数", en="how many facts and circumstances a check may have"
    ),
)
MAXIMUM_PAGE = Setting(
    "FANZHA_MAXIMUM_PAGE",
    "200",
    Text(
        zh="列表每页的最大项数，即 `limit` 的上限",
        en="how many items a page of a list may have: the most that `limit` may ask for",
    ),
)
CHECK_SECONDS = Setting(
    "FANZHA_CHECK_SECONDS",
    "10",
    Text(
        zh="一项检查的时限，以秒计；超时答复 503 且不存储，超过三倍则更换工作进程",
        en="the limit of one check, in seconds; beyond it the answer is 503 and nothing is stored, "
        "and beyond three times it the worker is replaced",
    ),
)
RATE_LIMIT = Setting(
    "FANZHA_RATE_LIMIT",
    "",
    Text(
        zh="每个密钥在所有工作进程中的请求上限，如 600/minute（second、minute、hour）；空为不限",
        en="how many requests a key may send to all workers together, such as 600/minute (second, "
        "minute, hour); empty: no limit",
    ),
)
SELF_TESTS_WAITING = Setting(
    "FANZHA_SELF_TESTS_WAITING",
    "8",
    Text(
        zh="每个进程最多有多少次自检在等待；同时只执行一次",
        en="how many self-tests may wait in each process; one runs at a time",
    ),
)
JWKS = Setting(
    "FANZHA_JWKS",
    "",
    Text(
        zh="验证 JWT 的公钥集：文件或 https 网址；空为不接受 JWT",
        en="the public keys that JWTs are verified with: a file, or an https address; empty: none "
        "are taken",
    ),
)
JWT_ISSUER = Setting(
    "FANZHA_JWT_ISSUER",
    "",
    Text(
        zh="JWT 的签发者（`iss`），与 FANZHA_JWKS 同时设置",
        en="the issuer of JWTs (`iss`), to be set with FANZHA_JWKS",
    ),
)
JWT_AUDIENCE = Setting(
    "FANZHA_JWT_AUDIENCE",
    "",
    Text(
        zh="JWT 的受众（`aud`），与 FANZHA_JWKS 同时设置",
        en="the audience of JWTs (`aud`), to be set with FANZHA_JWKS",
    ),
)
EDITIONS = Setting(
    "FANZHA_EDITIONS",
    "64",
    Text(
        zh="每个进程保留的已编译规则版本数", en="compiled editions of the law kept in each process"
    ),
)

EXPIRING_DAYS = Setting(
    "FANZHA_EXPIRING_DAYS",
    "60",
    Text(
        zh="机构档案的评估在有效期届满前多少天列为即将到期",
        en="days before its end from which an attestation is reported as expiring",
    ),
)
DUE_SECONDS = Setting(
    "FANZHA_DUE_SECONDS",
    "300",
    Text(
        zh="每隔多少秒重新判断期限已届满的决定；0 为不自动判断",
        en="seconds between looks for decisions whose deadlines have passed; 0: none by itself",
    ),
)

PLUGIN_SECONDS = Setting(
    "FANZHA_PLUGIN_SECONDS",
    "1.0",
    Text(
        zh="其他发行包的插件函数每次运行的时限，以秒计；超时的检查得到 error",
        en="the limit of one run of a function of another distribution's plugin, in seconds; a "
        "check that runs into it is answered with error",
    ),
)
LOG = Setting(
    "FANZHA_LOG",
    "json",
    Text(
        zh="日志形式：json 每行一个对象，text 供人阅读，off 不写；写到标准错误",
        en="the form of logs: json, an object a line; text, for people to read; off, none; they "
        "go to standard error",
    ),
)
TRACE_HOOKS = Setting(
    "FANZHA_TRACE_HOOKS",
    "0",
    Text(
        zh="1：把每次钩子调用及其插件和结果写到标准错误",
        en="1: write every call of a hook, with its plugin and result, to standard error",
    ),
)

ALL = (
    DATABASE_URL,
    PLUGINS,
    RULESETS,
    SECRET_KEY_FILE,
    SIGNING_KEY_FILE,
    HEADS_FILE,
    HEADS_URL,
    HEADS_SECONDS,
    HOST,
    PORT,
    MAXIMUM_BODY_BYTES,
    MAXIMUM_DEPTH,
    MAXIMUM_FACTS,
    MAXIMUM_PAGE,
    CHECK_SECONDS,
    RATE_LIMIT,
    SELF_TESTS_WAITING,
    JWKS,
    JWT_ISSUER,
    JWT_AUDIENCE,
    EDITIONS,
    EXPIRING_DAYS,
    DUE_SECONDS,
    PLUGIN_SECONDS,
    TRACE_HOOKS,
    LOG,
)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many requests in each stretch of so many seconds."""

    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """Where the keys for tokens are, and which tokens are meant for this service."""

    keys: str
    issuer: str
    audience: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; docs/settings.md has a line for each."""

    database_url: str
    plugins: tuple[str, ...]
    rulesets: tuple[Path, ...]
    secret_key_file: Path
    signing_key_file: Path
    heads_file: Path
    heads_url: str | None
    heads_seconds: int
    host: str
    port: int
    maximum_body_bytes: int
    maximum_depth: int
    maximum_facts: int
    maximum_page: int
    check_seconds: float
    rate_limit: RateLimit | None
    self_tests_waiting: int
    jwks: str | None
    jwt_issuer: str | None
    jwt_audience: str | None
    editions: int
    expiring_days: int
    due_seconds: int
    plugin_seconds: float
    trace_hooks: bool
    log: LogForm

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read all settings; raise SettingError for the first that cannot be used."""
        environ = os.environ if environ is None else environ
        _refuse_misspelt(environ)
        secret_key_file = SECRET_KEY_FILE.read(environ, _path)
        return cls(
            database_url=DATABASE_URL.read(environ, _url),
            plugins=PLUGINS.read(environ, _names),
            rulesets=RULESETS.read(environ, _folders),
            secret_key_file=secret_key_file,
            signing_key_file=SIGNING_KEY_FILE.read(
                environ, _beside(secret_key_file, "signing.key")
            ),
            heads_file=HEADS_FILE.read(environ, _beside(secret_key_file, "heads.jsonl")),
            heads_url=HEADS_URL.read(environ, _web_address),
            heads_seconds=HEADS_SECONDS.read(environ, _integer(0, 86_400)),
            host=HOST.read(environ, _text),
            port=PORT.read(environ, _integer(1, 65_535)),
            maximum_body_bytes=MAXIMUM_BODY_BYTES.read(environ, _integer(1024, 64 * MEBIBYTE)),
            maximum_depth=MAXIMUM_DEPTH.read(environ, _integer(4, 64)),
            maximum_facts=MAXIMUM_FACTS.read(environ, _integer(1, 1000)),
            maximum_page=MAXIMUM_PAGE.read(environ, _integer(1, 1000)),
            check_seconds=CHECK_SECONDS.read(environ, _seconds(60)),
            rate_limit=RATE_LIMIT.read(environ, _rate),
            self_tests_waiting=SELF_TESTS_WAITING.read(environ, _integer(1, 1000)),
            jwks=JWKS.read(environ, _keys_place),
            jwt_issuer=JWT_ISSUER.read(environ, _text) or None,
            jwt_audience=JWT_AUDIENCE.read(environ, _text) or None,
            editions=EDITIONS.read(environ, _integer(1, 10_000)),
            expiring_days=EXPIRING_DAYS.read(environ, _integer(0, 3650)),
            due_seconds=DUE_SECONDS.read(environ, _integer(0, 86_400)),
            plugin_seconds=PLUGIN_SECONDS.read(environ, _seconds(60)),
            trace_hooks=bool(TRACE_HOOKS.read(environ, _integer(0, 1))),
            log=LOG.read(environ, _log_form),
        )

    @property
    def tokens(self) -> TokenSettings | None:
        """What tokens are verified with, None where none are taken; raise SettingError."""
        given = (self.jwks, self.jwt_issuer, self.jwt_audience)
        if self.jwks and self.jwt_issuer and self.jwt_audience:
            return TokenSettings(self.jwks, self.jwt_issuer, self.jwt_audience)
        for setting, value in zip((JWKS, JWT_ISSUER, JWT_AUDIENCE), given, strict=True):
            if any(given) and not value:
                raise setting.refused(
                    "",
                    Text(zh="缺少：三项须同时设置", en="is missing: all three go together"),
                    Text(zh=f"请设置 {setting.variable}", en=f"set {setting.variable} too"),
                )
        return None


WORKERS = Setting("WEB_CONCURRENCY", "2", Text(zh="工作进程数", en="worker processes"))
THREADS = Setting("FANZHA_THREADS", "16", Text(zh="每个进程的线程数", en="threads in each process"))
PLATFORM_PORT = Setting(
    "PORT",
    "",
    Text(
        zh="平台指定的端口；设置后监听所有网卡",
        en="the port that a platform gives; once set, all interfaces are listened on",
    ),
)

FOR_THE_SERVER = (WORKERS, THREADS, PLATFORM_PORT)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What concerns gunicorn's processes only; `gunicorn_conf` reads it."""

    workers: int
    threads: int
    port: int | None
    log: LogForm

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> ServerSettings:
        """Read them; raise SettingError for the first that cannot be used."""
        environ = os.environ if environ is None else environ
        port = environ.get(PLATFORM_PORT.variable, "").strip()
        return cls(
            workers=WORKERS.read(environ, _integer(1, 64)),
            # Each thread can hold a connection, of which there are at most 64 in a process.
            threads=THREADS.read(environ, _integer(1, 60)),
            port=PLATFORM_PORT.read(environ, _integer(1, 65_535)) if port else None,
            log=LOG.read(environ, _log_form),
        )


def _refuse_misspelt(environ: Mapping[str, str]) -> None:
    # Only near misses: orchestrators put variables of their own beside ours, such as
    # FANZHA_SERVICE_HOST for a service that is called fanzha.
    known = [setting.variable for setting in (*ALL, *FOR_THE_SERVER)]
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in known:
            continue
        for meant in difflib.get_close_matches(variable, known, n=1, cutoff=0.8):
            raise SettingError(
                Text(zh=f"未知设置 `{variable}`", en=f"unknown setting `{variable}`"),
                hint=Text(zh=f"是否指 `{meant}`？", en=f"did you mean `{meant}`?"),
                where=Location(path=variable),
            )


def _text(_: Setting, value: str) -> str:
    return value


def _log_form(setting: Setting, value: str) -> LogForm:
    if value not in set(LogForm):
        known = ", ".join(LogForm)
        raise setting.refused(
            value,
            Text(zh="不是日志的形式", en="is no form of logs"),
            Text(zh=f"可用：{known}", en=f"use one of {known}"),
        )
    return LogForm(value)


def _path(_: Setting, value: str) -> Path:
    return Path(value)


def _beside(file: Path, name: str) -> Callable[[Setting, str], Path]:
    def convert(_: Setting, value: str) -> Path:
        return Path(value) if value else file.with_name(name)

    return convert


def _web_address(setting: Setting, value: str) -> str | None:
    if value and re.match(r"https?://[^\s/]+", value) is None:
        raise setting.refused(
            value.partition(":")[0],
            Text(zh="不是网址的开头", en="does not begin a web address"),
            Text(zh="请写作 https://…", en="write it as https://…"),
        )
    return value or None


def _url(setting: Setting, value: str) -> str:
    if re.match(r"(sqlite|postgres|postgresql)(\+\w+)?://", value) is None:
        # The value is not shown whole: it can hold a password.
        raise setting.refused(
            value.partition(":")[0],
            Text(zh="不是可用的数据库地址", en="does not begin the URL of a usable database"),
            Text(
                zh=f"请使用 {DATABASE_URL.default} 或 postgresql://用户@主机/库名 的形式",
                en=f"use the form {DATABASE_URL.default} or postgresql://user@host/name",
            ),
        )
    return value


def _names(setting: Setting, value: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    hint = Text(
        zh=f"请写作以逗号分隔的名称，例如 {PLUGINS.default}",
        en=f"write names with commas between, such as {PLUGINS.default}",
    )
    if not names:
        wrong = Text(zh="没有写出任何插件", en="names no plugin")
        raise setting.refused(value, wrong, hint)
    for name in names:
        if re.fullmatch(r"[a-z][a-z0-9_]*", name) is None:
            raise setting.refused(
                name, Text(zh="不是插件名称", en="is not the name of a plugin"), hint
            )
        if names.count(name) > 1:
            raise setting.refused(name, Text(zh="重复出现", en="is named twice"), hint)
    return names


def _folders(setting: Setting, value: str) -> tuple[Path, ...]:
    folders = tuple(Path(part) for part in value.split(os.pathsep) if part)
    for folder in folders:
        # A law that is silently missing is the worst failure there is.
        if not folder.is_dir():
            raise setting.refused(
                str(folder),
                Text(zh="不是文件夹", en="is not a folder"),
                Text(
                    zh=f"请给出存在的文件夹，多个之间用 `{os.pathsep}` 分隔",
                    en=f"name folders that exist, with `{os.pathsep}` between",
                ),
            )
    return folders


def _integer(minimum: int, maximum: int) -> Callable[[Setting, str], int]:
    def convert(setting: Setting, value: str) -> int:
        hint = Text(
            zh=f"请填写 {minimum} 至 {maximum} 之间的整数",
            en=f"write a whole number from {minimum} to {maximum}",
        )
        # int() would take `1_000`, ` 7` and other scripts' digits too.
        if re.fullmatch(r"[0-9]{1,12}", value) is None:
            raise setting.refused(value, Text(zh="不是整数", en="is not a whole number"), hint)
        if not minimum <= int(value) <= maximum:
            raise setting.refused(value, Text(zh="超出范围", en="is out of range"), hint)
        return int(value)

    return convert


def _keys_place(setting: Setting, value: str) -> str | None:
    if "://" in value and not value.startswith(HTTPS):
        # Whoever can change the answer on its way could sign as anyone.
        raise setting.refused(
            value.partition(":")[0],
            Text(zh="不是 https 网址", en="does not begin an https address"),
            Text(zh="请写作 https://… 或文件路径", en="write https://…, or the path of a file"),
        )
    return value or None


def _rate(setting: Setting, value: str) -> RateLimit | None:
    if not value:
        return None
    found = re.fullmatch(r"([1-9][0-9]{0,8})/(second|minute|hour)", value)
    if found is None:
        raise setting.refused(
            value,
            Text(zh="不是可用的请求上限", en="is no limit of requests"),
            Text(zh="写作 600/minute", en="write it as 600/minute"),
        )
    return RateLimit(int(found[1]), {"second": 1, "minute": 60, "hour": 3600}[found[2]])


def _seconds(maximum: int) -> Callable[[Setting, str], float]:
    def convert(setting: Setting, value: str) -> float:
        # No exponent, no infinity: float() would take them.
        if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", value) is None or not (
            0 < float(value) <= maximum
        ):
            raise setting.refused(
                value,
                Text(zh="不是可用的秒数", en="is no number of seconds that can be used"),
                Text(
                    zh=f"请填写大于 0、不超过 {maximum} 的秒数，如 0.5",
                    en=f"write seconds above 0 and up to {maximum}, such as 0.5",
                ),
            )
        return float(value)

    return convert
