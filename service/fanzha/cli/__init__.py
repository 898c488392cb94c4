"""The command line; no rule logic."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """fanzha (反诈)."""
