"""`python -m fanzha` is the command `fanzha`."""

from __future__ import annotations

from fanzha.cli import main

if __name__ == "__main__":
    main(prog_name="fanzha")
