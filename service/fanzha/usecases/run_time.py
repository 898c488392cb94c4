"""How long checks have run: one that takes too long is refused, one that hangs is noticed.

Nothing can stop a thread in the middle. A check looks at the clock between its steps, and before
it is stored; for one that comes to no next step, the process has itself replaced.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fanzha.errors import CheckTooSlow
from fanzha.model.text import Text

HANGS_AFTER = 3
"""How many times over its limit a check is taken to hang."""


class RunTimes:
    """The checks under way in one process."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._begun: dict[object, float] = {}

    @contextmanager
    def running(self) -> Iterator[Callable[[], None]]:
        """Count a check as under way, and give what raises CheckTooSlow once its time is over."""
        check, begun = object(), self._clock()

        def refuse_late() -> None:
            if self._clock() - begun > self._seconds:
                raise CheckTooSlow(
                    Text(
                        zh=f"检查超过时限 {self._seconds:g} 秒，没有结论",
                        en=f"the check took more than {self._seconds:g} seconds and has no verdict",
                    ),
                    hint=Text(
                        zh="没有保存任何内容，请稍后重试",
                        en="nothing was kept; try again in a moment",
                    ),
                )

        self._begun[check] = begun
        try:
            yield refuse_late
        finally:
            del self._begun[check]

    @property
    def has_hung(self) -> bool:
        """Whether a check has run for several times its limit and still does."""
        since = self._clock() - HANGS_AFTER * self._seconds
        # A copy: other threads add and remove while this one looks.
        return any(begun < since for begun in list(self._begun.values()))
