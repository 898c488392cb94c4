"""Compares what a page shows of a value with the whole value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

DIFFERS_EACH_TIME = {"id", "recorded_at", "known_at"}
"""Keys of a decision whose values a page can only give as an example."""


def differences(shown: Any, whole: Any, path: str = "", *, top: bool = True) -> Iterator[str]:
    """Yield where `shown` says something else than `whole`.

    A page may leave keys of an object and elements of a list out; what it shows must be there,
    lists in the same order.
    """
    if isinstance(shown, dict) and isinstance(whole, dict):
        for key, value in shown.items():
            if key not in whole:
                yield f"{path}.{key}: not there"
            elif not (top and key in DIFFERS_EACH_TIME):
                yield from differences(value, whole[key], f"{path}.{key}", top=key == "check")
    elif isinstance(shown, list) and isinstance(whole, list):
        position = 0
        for number, each in enumerate(shown):
            while position < len(whole) and any(differences(each, whole[position], top=False)):
                position += 1
            if position == len(whole):
                yield f"{path}[{number}]: {each} is not there, or not in this order"
                return
            position += 1
    elif shown != whole or type(shown) is not type(whole):
        yield f"{path}: the page says {shown!r}, in truth {whole!r}"
