"""The command line; no rule logic. Each file in `commands/` is one command and registers itself."""

from __future__ import annotations

import importlib
import pkgutil

import click

import fanzha
from fanzha.cli.failures import FailingWell


@click.group(cls=FailingWell, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(fanzha.__version__, prog_name="fanzha", message="%(prog)s %(version)s")
def main() -> None:
    """反诈：依《反电信网络诈骗法》判断合规义务。

    fanzha judges checks against China's Anti-Telecom and Online Fraud Law.

    Exit code: 0 nothing found, 1 something found, 2 wrong call or input.
    """


def _register_commands() -> None:
    from fanzha.cli import commands

    for module in pkgutil.iter_modules(commands.__path__):
        importlib.import_module(f"{commands.__name__}.{module.name}")


_register_commands()
