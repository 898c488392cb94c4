"""What a plugin can bring: frozen descriptions, read once at the start."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, TypeVar, get_args

from fanzha.model.text import Text

Kind = Literal["boolean", "integer", "string", "enum", "date", "datetime"]
KINDS: frozenset[str] = frozenset(get_args(Kind))
ANY = "any"

API_VERSION = 1
"""Of the plugin API: raised when a plugin written for the one before would no longer work."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain: the word that callers post as `domain`, and the file of its check types.

    `prefix` is what the plugin's own facts, parameters and ids start with; no two enabled
    plugins may share one. `check_types` is the YAML file, absolute.
    """

    name: str
    title: Text
    prefix: str
    check_types: Path
    summary: Text


@dataclass(frozen=True, slots=True)
class DerivedFunction:
    """A computation that rule files may name under `derived:`.

    `inputs` is one kind per positional argument, or "any" for inputs of any kind, as many as the
    function takes.
    A datetime arrives with its offset, an enum value as its string, money as integer fen.
    `output` is the kind of the result and `unit` its unit where it is an integer. The function
    must be pure: no clock, no files, no network, no randomness. Missing inputs never reach it;
    it returns None where the inputs give no answer, and the derived fact is then missing too.
    """

    function: Callable[..., Any]
    inputs: tuple[Kind, ...] | Literal["any"]
    output: Kind
    doc: Text
    unit: str | None = None

    def takes(self, count: int) -> bool:
        """Tell whether the function can be called with so many positional arguments."""
        try:
            signature = inspect.signature(self.function)
        # Some functions of Python itself, such as `min`, do not tell their signature.
        except ValueError:
            return True
        try:
            signature.bind(*[None] * count)
        except TypeError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class PluginIdentity:
    """Who a contribution comes from: entry-point name, version, and distribution."""

    name: str
    version: str
    origin: str


class Contribution(NamedTuple, Generic[T]):
    """One contributed thing with the plugin that brought it."""

    plugin: PluginIdentity
    value: T
