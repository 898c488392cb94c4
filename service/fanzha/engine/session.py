"""One ruleset of the engine and the calls that run it; every rule of living with it is here.

The engine is native code that trusts its caller. A mistake here is a dead worker, so each step
says what it must keep to.
"""

from __future__ import annotations

import itertools
import string
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import durable_rules_engine
import orjson

from fanzha.errors import FanzhaError
from fanzha.model.text import Text
from fanzha.model.value_types import Folded

MAXIMUM_BRANCHES = 60
"""Alternatives in one ruleset: the engine's stack holds 64 and is corrupted by one more."""

MAXIMUM_PROPERTIES = 250
"""Properties of one fact; the engine takes 255, among them `id` and `sid`."""

MAXIMUM_TEXT_BYTES = 2**16 - 1
"""Bytes of a text as it is escaped in JSON; the engine keeps 16 bits of its length."""

MAXIMUM_NUMBER = 2**63 - 1
"""The engine's numbers wrap beyond it."""

CATCH_ALL = "z"
RESERVED = (CATCH_ALL, "id", "sid", "$s")
NAMES = (string.digits + string.ascii_letters).replace(CATCH_ALL, "")
"""Names of the alternatives of a standing session in their order, one character each."""

_SID = "0"
_IDENTIFIED = f'"{CATCH_ALL}":1,"id":1,"sid":"{_SID}"'
_TO_RETRACT = f'{{"id":1,"sid":"{_SID}"}}'
_STARTED = 0
_BEFORE_NAMES = len('{"r":[{"')
_AROUND_EACH = len('{"n":},')
_AROUND_ALL = len('{"r":[]}') - len(",")
_numbers = itertools.count()
_counting = threading.Lock()
_dropped = 0
_Found = TypeVar("_Found")


def handles_dropped() -> int:
    """Return how many rulesets this process has given up after an error of the engine."""
    return _dropped


def encoded(value: object) -> str:
    """Return a value as JSON. The engine compares strings as they are escaped in it, so all that
    it reads comes from here.
    """
    return orjson.dumps(value).decode()


def compared(value: Folded) -> str:
    """Return a value that the engine compares, as JSON; raise EngineError for what it cannot."""
    if isinstance(value, int):
        if not -MAXIMUM_NUMBER <= value <= MAXIMUM_NUMBER:
            raise _failed(RuntimeError("a number is too large"))
        return encoded(value)
    written = orjson.dumps(value)
    if len(written) - len('""') > MAXIMUM_TEXT_BYTES:
        raise _failed(RuntimeError("a text is too long"))
    return written.decode()


class EngineError(FanzhaError):
    """The engine failed; there is no verdict, and its ruleset is made anew."""

    code = "engine_failed"
    title = Text(zh="规则引擎出错", en="The rules engine failed")


class _Ruleset:
    """Rules in the engine's form; the ruleset is made when it is needed, and anew after errors."""

    def __init__(self, rules: str) -> None:
        self._lock = threading.Lock()
        self._handle: int | None = None
        self._rules = rules

    def _guarded(self, run: Callable[[int, str], _Found], given: str) -> _Found:
        # One message at a time under a lock: states are found by a hash of `sid` alone, so it is
        # a constant, and nothing that a client wrote gets there.
        with self._lock:
            # INVARIANT: after an error the handle is never touched again, not even to free it:
            # its memory may be damaged. An interrupt leaves its state half way.
            handle, self._handle = self._handle, None
            try:
                if handle is None:
                    name = f"fanzha{next(_numbers)}"
                    handle = durable_rules_engine.create_ruleset(name, self._rules)
                found = run(handle, given)
            except BaseException as error:
                _count_dropped()
                if isinstance(error, Exception):
                    raise _failed(error) from error
                raise
            self._handle = handle
            return found

    def close(self) -> None:
        """Give the engine's memory back."""
        with self._lock:
            handle, self._handle = self._handle, None
            if handle is not None:
                self._free(handle)

    def _free(self, handle: int) -> None:
        durable_rules_engine.delete_ruleset(handle)

    def __del__(self) -> None:
        # A session that was closed and then used once more has a ruleset again.
        self.close()


class StandingSession(_Ruleset):
    """Alternatives over one fact, and which of them are true. Safe for several threads.

    The engine's state stays from one fact to the next, and the fact is taken out of it: making a
    state costs more than all the rest. It takes about 10 KB an alternative.
    """

    def __init__(self, patterns: Sequence[Any]) -> None:
        # The engine reads each `all` of a rule, also a second and third, which no dictionary has.
        # As one rule that takes what is true together (`cap`), all alternatives are answered at
        # once; as a rule each, they are asked for one by one.
        # INVARIANT: every fact fires at least the catch-all. The engine corrupts its heap when
        # it deletes the state of a fact that fired nothing.
        named = [*zip(NAMES, patterns, strict=False), (CATCH_ALL, {CATCH_ALL: 1})]
        self._names = {name for name, _ in named}
        alternatives = "".join(f'"all":[{{"{name}":{encoded(each)}}}],' for name, each in named)
        super().__init__(f'{{"r":{{{alternatives}"cap":{len(named)}}}}}')
        self._stands = False
        if len(patterns) > MAXIMUM_BRANCHES:
            raise ValueError(f"{len(patterns)} alternatives in one ruleset")

    def fire(self, properties: str) -> str:
        """Return the names of the patterns that are true; the first pattern has the first name.

        `properties` are those of the fact as JSON, each with a comma before it. Raises
        EngineError; the ruleset is then made anew at the next call.
        """
        return self._guarded(self._run, f"{{{_IDENTIFIED}{properties}}}")

    def _run(self, handle: int, fact: str) -> str:
        self._stands = False
        code, state = durable_rules_engine.assert_fact(handle, fact)
        if code != _STARTED:
            raise RuntimeError(f"the engine answered {code} to a fact")
        started = durable_rules_engine.start_action_for_state(handle, state)
        answer: str = started[1] if started else ""
        # `{"r":[{"<name>":<fact>},{"<name>":<fact>}]}`, the fact as it was sent each time.
        step = _AROUND_EACH + len(fact)
        fired = answer[_BEFORE_NAMES::step]
        is_whole = len(answer) == _AROUND_ALL + len(fired) * step
        if CATCH_ALL not in fired or not is_whole or not self._names.issuperset(fired):
            raise RuntimeError("the engine did not see the fact")
        if durable_rules_engine.complete_and_start_action(handle, state):
            raise RuntimeError("the engine did not answer at once")
        durable_rules_engine.retract_fact(handle, _TO_RETRACT)
        self._stands = True
        return fired.replace(CATCH_ALL, "")

    def rest(self) -> None:
        """Give the memory of the state back; the next fact makes it anew."""
        if self._stands:
            self._guarded(self._delete_state, _SID)

    def _delete_state(self, handle: int, sid: str) -> None:
        if self._stands:
            self._stands = False
            durable_rules_engine.delete_state(handle, sid)

    def _free(self, handle: int) -> None:
        self._delete_state(handle, _SID)
        super()._free(handle)


class Session(_Ruleset):
    """Rules over several facts, and which of them fire. Safe for several threads.

    The state is deleted after each call. A fact that was joined with another must not be
    retracted: the engine then reads beyond the frame that the other has left already.
    """

    def __init__(self, rules: Mapping[str, Any]) -> None:
        # INVARIANT: every fact fires at least the catch-all. The engine corrupts its heap when it
        # deletes the state of a fact that fired nothing.
        super().__init__(encoded({**rules, CATCH_ALL: {"all": [{"m": {CATCH_ALL: 1}}]}}))

    def fire(self, *facts: Mapping[str, Folded]) -> set[str]:
        """Return the names of the rules that are true of the facts, taken together.

        Raises EngineError; the ruleset is then made anew at the next call.
        """
        if any(len(each) > MAXIMUM_PROPERTIES for each in facts):
            # It would take the fact in part, say nothing of it and end the process later.
            raise _failed(RuntimeError("a fact has too many properties"))
        numbered = (
            f'{{"{CATCH_ALL}":1,"id":{number},"sid":"{_SID}"{_listed(each)}}}'
            for number, each in enumerate(facts, start=1)
        )
        return self._guarded(self._run, f"[{','.join(numbered)}]")

    def _run(self, handle: int, facts: str) -> set[str]:
        code, state = durable_rules_engine.assert_facts(handle, facts)
        if code != _STARTED:
            raise RuntimeError(f"the engine answered {code} to a fact")
        fired: set[str] = set()
        started = durable_rules_engine.start_action_for_state(handle, state)
        message = started[1] if started else None
        complete = durable_rules_engine.complete_and_start_action
        while message:
            # The message is `{"<rule>":{…}}`; all the rest of it is what we sent.
            fired.add(message[2 : message.index('"', 2)])
            message = complete(handle, state)
        # Before the state is deleted: deleting that of a fact that fired nothing ends the process.
        if CATCH_ALL not in fired:
            raise RuntimeError("the engine did not see the fact")
        durable_rules_engine.delete_state(handle, _SID)
        fired.discard(CATCH_ALL)
        return fired


def _listed(properties: Mapping[str, Folded]) -> str:
    return "".join(f',"{name}":{compared(value)}' for name, value in properties.items())


def _count_dropped() -> None:
    global _dropped
    with _counting:
        _dropped += 1


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
