"""A request: its id, its body within the limit, and its query, read strictly."""

from __future__ import annotations

import difflib
import random
import re
import time
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, cast

import flask
from flask.globals import request_ctx

from fanzha.errors import Location, WrongQuery
from fanzha.model.access import KeyHolder
from fanzha.model.text import Text
from fanzha.web.http_errors import MediaTypeUnsupported

# What may be echoed: short, and nothing that a header, a log or a terminal would read as more.
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Request(flask.Request):
    """One request, with the moment it began."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.began = time.perf_counter()
        self.decision: Mapping[str, Any] | None = None
        """What this request had decided, for whoever counts and logs."""
        self.keeps_decision = False
        self.holder: KeyHolder | None = None
        """Whose key came with it, once that has been looked up and counted."""

    @cached_property
    def id(self) -> str:
        """The client's own X-Request-Id where it is a short plain token, else a new one."""
        given = self.headers.get("X-Request-Id")
        if given is not None and _PLAIN.fullmatch(given):
            return given
        # It tells requests apart and guards nothing, so it need not come from the system, whose
        # random numbers would let another thread run first.
        return f"{random.getrandbits(64):016x}"

    def read_json_bytes(self) -> bytes:
        """Return the body, unread as JSON; raise MediaTypeUnsupported, or 413 beyond the limit."""
        # Without a type it is taken as what it must be; strict reading follows in any case.
        if self.mimetype not in {"application/json", ""} or "Content-Encoding" in self.headers:
            raise MediaTypeUnsupported(
                Text(
                    zh="请求体必须是未压缩的 JSON",
                    en="the body must be JSON that is not compressed",
                ),
                hint=Text(
                    zh="请发送请求头 Content-Type: application/json",
                    en="send the header Content-Type: application/json",
                ),
                where=Location(path="Content-Type"),
            )
        return self.get_data(cache=False, parse_form_data=False)

    def refuse_unknown_query(self, known: Collection[str]) -> None:
        """Raise WrongQuery for a parameter that is not known, or that stands twice.

        One that was passed over would look as if it had been heeded: `?asof=` for `?as_of=`.
        """
        if not self.query_string:
            return
        for name, values in self.args.lists():
            where = Location(path=name[:60])
            if name not in known:
                raise WrongQuery(
                    Text(
                        zh=f"没有查询参数 `{name[:60]}`",
                        en=f"there is no query parameter `{name[:60]}`",
                    ),
                    hint=_known(name[:60], known),
                    where=where,
                )
            if len(values) > 1:
                raise WrongQuery(
                    Text(zh=f"`{name}` 出现了两次", en=f"`{name}` stands twice"),
                    hint=Text(zh="请只保留一个", en="keep one of them"),
                    where=where,
                )


def current_request() -> Request:
    """Return the request that is being answered: itself, which outlives the answering."""
    return cast("Request", request_ctx.request)


def _known(word: str, known: Collection[str]) -> Text:
    if not known:
        return Text(zh="该地址没有查询参数", en="this address takes none")
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return Text(zh=f"是否应为 `{near[0]}`", en=f"did you mean `{near[0]}`")
    return Text(zh="可用：" + "、".join(known), en="known: " + ", ".join(known))
