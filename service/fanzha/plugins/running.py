"""Runs what plugins compute: our own inline, a stranger's under a time limit.

Python cannot stop a function that hangs. So a stranger's function runs in a thread of its own;
once it is over its limit the answer no longer waits, the function counts as broken for the life
of the process, and the process says that it should be replaced.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from fanzha.plugins.contributions import DerivedFunction

Timer = Callable[[], float]


class FunctionHangs(Exception):
    """A function was over its limit, in this call or in an earlier one."""


class FunctionLeft(Exception):
    """A function raised what is no error, such as KeyboardInterrupt, which would end a process."""


@dataclass
class Spent:
    """How often the functions of one plugin ran, and how long altogether."""

    calls: int = 0
    seconds: float = 0.0
    hanging: list[str] = field(default_factory=list)
    """Functions that were over their limit and are not called again."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def add(self, seconds: float) -> None:
        """Count one call."""
        with self._lock:
            self.calls += 1
            self.seconds += seconds


class Runner:
    """Calls derived functions by their names, and keeps account of each plugin's time."""

    def __init__(
        self,
        functions: Mapping[str, DerivedFunction],
        owners: Mapping[str, str],
        *,
        trusted: Collection[str],
        seconds: float,
        timer: Timer = time.perf_counter,
    ) -> None:
        """`trusted` are the owners whose functions run inline, without a limit."""
        self.seconds = seconds
        self._calls = {name: each.function for name, each in functions.items()}
        self._spent = {owner: Spent() for owner in owners.values()}
        self._spent_by_function = {name: self._spent[owner] for name, owner in owners.items()}
        self._limited = frozenset(name for name in functions if owners[name] not in trusted)
        self._hanging: set[str] = set()
        self._threads = _Threads()
        self._timer = timer

    def run(self, name: str, *arguments: Any) -> Any:
        """Return what the function returns; raise what it raises, FunctionHangs or FunctionLeft."""
        if name in self._hanging:
            raise FunctionHangs(name)
        function, spent, began = self._calls[name], self._spent_by_function[name], self._timer()
        try:
            if name not in self._limited:
                return function(*arguments)
            return self._threads.call(function, arguments, self.seconds)
        except FunctionHangs:
            self._hanging.add(name)
            spent.hanging.append(name)
            raise
        finally:
            spent.add(self._timer() - began)

    def spent(self, owner: str) -> Spent:
        """Return the account of one plugin."""
        return self._spent.get(owner) or Spent()

    @property
    def is_worn(self) -> bool:
        """Whether a function hangs in here, so that the process should be replaced."""
        return bool(self._hanging)


class _Call:
    __slots__ = ("arguments", "done", "error", "function", "result")

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.function = function
        self.arguments = arguments
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()

    def run(self) -> None:
        try:
            self.result = self.function(*self.arguments)
        # Carried to the thread that waits, which raises it there; `exit()` in here would only
        # end this thread, and nobody would know.
        except BaseException as error:  # noqa: BLE001
            self.error = error
        finally:
            self.done.release()


class _Threads:
    """As many threads as calls ever ran at once, kept for the next ones.

    Daemons: one that hangs must not keep the process from ending.
    """

    def __init__(self) -> None:
        self._idle: SimpleQueue[SimpleQueue[_Call]] = SimpleQueue()

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Any:
        call = _Call(function, arguments)
        self._inbox().put(call)
        if not call.done.acquire(timeout=seconds):
            raise FunctionHangs
        if call.error is not None:
            if not isinstance(call.error, Exception | SystemExit):
                raise FunctionLeft from call.error
            raise call.error
        return call.result

    def _inbox(self) -> SimpleQueue[_Call]:
        try:
            return self._idle.get_nowait()
        except Empty:
            inbox: SimpleQueue[_Call] = SimpleQueue()
            threading.Thread(
                target=self._work, args=(inbox,), name="fanzha-plugin", daemon=True
            ).start()
            return inbox

    def _work(self, inbox: SimpleQueue[_Call]) -> None:
        while True:
            inbox.get().run()
            self._idle.put(inbox)
