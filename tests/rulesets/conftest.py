"""The bad rule files are there to be refused: their cases are no tests."""

from __future__ import annotations

collect_ignore = ["bad"]
