"""One ruleset of the engine and the loop that runs it; every rule of living with it is here.

The engine is native code that trusts its caller. A mistake here is a dead worker, so each step
says what it must keep to.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import durable_rules_engine
import orjson

from fanzha.errors import FanzhaError
from fanzha.model.text import Text
from fanzha.model.value_types import Folded

MAXIMUM_BRANCHES = 60
"""Alternatives in one ruleset: the engine's stack holds 64 and is corrupted by one more."""

MAXIMUM_PROPERTIES = 250
"""Properties of one fact; the engine takes 255, among them `id` and `sid`."""

CATCH_ALL = "z"
RESERVED = (CATCH_ALL, "id", "sid", "$s")
_SID = "0"
_STARTED = 0
_numbers = itertools.count()
_counting = threading.Lock()
_dropped = 0


def handles_dropped() -> int:
    """Return how many rulesets this process has given up after an error of the engine."""
    return _dropped


class EngineError(FanzhaError):
    """The engine failed; there is no verdict, and its ruleset is made anew."""

    code = "engine_failed"
    title = Text(zh="规则引擎出错", en="The rules engine failed")


class Session:
    """Rules in the engine's form, and what fires for a fact. Safe for several threads."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._lock = threading.Lock()
        self._handle: int | None = None
        # INVARIANT: every fact fires at least the catch-all. The engine corrupts its heap when it
        # deletes the state of a fact that fired nothing.
        everything = {**rules, CATCH_ALL: {"all": [{"m": {CATCH_ALL: 1}}]}}
        self._rules = _json(everything)

    def fire(self, *facts: Mapping[str, Folded]) -> set[str]:
        """Return the names of the rules that are true of the facts, taken together.

        Raises EngineError; the ruleset is then made anew at the next call.
        """
        numbered = [
            {CATCH_ALL: 1, "id": number, "sid": _SID, **each}
            for number, each in enumerate(facts, start=1)
        ]
        # One fact at a time under a lock: states are found by a hash of `sid` alone, so it is a
        # constant, and nothing that a client wrote gets there.
        with self._lock:
            try:
                return self._run(numbered)
            except Exception as error:
                # INVARIANT: after an error the handle is never touched again, not even to free
                # it: its memory may be damaged.
                self._handle = None
                _count_dropped()
                raise _failed(error) from error

    def _run(self, facts: Sequence[Mapping[str, Folded]]) -> set[str]:
        if self._handle is None:
            self._handle = durable_rules_engine.create_ruleset(
                f"fanzha{next(_numbers)}", self._rules
            )
        if len(facts) == 1:
            code, state = durable_rules_engine.assert_fact(self._handle, _json(facts[0]))
        else:
            code, state = durable_rules_engine.assert_facts(self._handle, _json(facts))
        if code != _STARTED:
            raise RuntimeError(f"the engine answered {code} to a fact")
        fired: set[str] = set()
        started = durable_rules_engine.start_action_for_state(self._handle, state)
        message = started[1] if started else None
        complete = durable_rules_engine.complete_and_start_action
        while message:
            # The message is `{"<rule>":{…}}`; all the rest of it is what we sent.
            fired.add(message[2 : message.index('"', 2)])
            message = complete(self._handle, state)
        # Before the state is deleted: deleting that of a fact that fired nothing ends the process.
        if CATCH_ALL not in fired:
            raise RuntimeError("the engine did not see the fact")
        durable_rules_engine.delete_state(self._handle, _SID)
        fired.discard(CATCH_ALL)
        return fired

    def close(self) -> None:
        """Give the engine's memory back."""
        with self._lock:
            if self._handle is not None:
                durable_rules_engine.delete_ruleset(self._handle)
                self._handle = None

    def __del__(self) -> None:
        # A session that was closed and then used once more has a ruleset again.
        self.close()


def _count_dropped() -> None:
    global _dropped
    with _counting:
        _dropped += 1


def _json(value: object) -> str:
    # Strings are compared as their escaped text, so rules and facts go through one encoder.
    return orjson.dumps(value).decode()


def _failed(error: Exception) -> EngineError:
    # The engine's words and ours are fixed, with a code; any other text could quote a fact.
    is_plain = isinstance(error, (durable_rules_engine.error, RuntimeError))
    told = str(error) if is_plain else type(error).__name__
    return EngineError(
        Text(zh=f"规则引擎无法判断：{told}", en=f"the rules engine cannot judge this: {told}"),
        hint=Text(
            zh="请重试；如仍出错，请将该检查交给服务维护人员",
            en="try again; if it persists, give the check to whoever runs the service",
        ),
    )
