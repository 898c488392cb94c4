"""The query parameters by which a part of the law is asked for."""

from __future__ import annotations

from typing import Any

from fanzha.model.text import Text

AS_OF = {
    "as_of": Text(
        zh="适用法律之日，缺省为中国的今天",
        en="the day whose law is asked for; by default today in China",
    )
}
AS_OF_SCHEMA: dict[str, dict[str, Any]] = {"as_of": {"type": "string", "format": "date"}}

PARTS = {
    **AS_OF,
    "domain": Text(zh="只列该领域", en="only this domain"),
    "check_type": Text(
        zh="只列该检查类型，写作 领域/类型", en="only this one, as domain/check_type"
    ),
    "instrument": Text(zh="只列该法律文件（如 atofl）", en="only this instrument, such as atofl"),
}
