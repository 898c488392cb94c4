"""Reads a Dockerfile into its stages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One instruction, such as RUN, and what stands behind it."""

    instruction: str
    text: str

    @property
    def words(self) -> list[str]:
        """The list of an instruction in JSON form, whatever options stand before it."""
        words: list[str] = json.loads(self.text[self.text.index("[") :])
        return words


@dataclass
class Stage:
    """What comes from one FROM."""

    image: str
    name: str | None
    steps: list[Step] = field(default_factory=list)

    def each(self, instruction: str) -> list[Step]:
        return [step for step in self.steps if step.instruction == instruction]

    def one(self, instruction: str) -> Step:
        (step,) = self.each(instruction)
        return step


def read(path: Path) -> list[Stage]:
    stages: list[Stage] = []
    for step in _steps(path.read_text(encoding="utf-8")):
        if step.instruction == "FROM":
            image, _, name = step.text.partition(" AS ")
            stages.append(Stage(image, name or None))
        else:
            stages[-1].steps.append(step)
    return stages


def _steps(text: str) -> list[Step]:
    lines = [line.strip() for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = "\n".join(lines).replace("\\\n", "").splitlines()
    parts = [line.split(maxsplit=1) for line in whole if line]
    return [Step(instruction, rest.strip()) for instruction, rest in parts]
