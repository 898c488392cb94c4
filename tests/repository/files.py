"""The files that the project keeps, as version control lists them."""

from __future__ import annotations

import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SERVICE = REPOSITORY / "service" / "fanzha"
RULES = REPOSITORY / "rulesets"

_LISTED = subprocess.run(
    ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd=REPOSITORY,
    capture_output=True,
    check=True,
).stdout.decode()

FILES = sorted(
    path for name in _LISTED.split("\0") if name and (path := REPOSITORY / name).is_file()
)


def named(path: Path) -> str:
    """Return a file's path in the repository."""
    return path.relative_to(REPOSITORY).as_posix()
