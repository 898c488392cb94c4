"""Turns errors into what a person or a script reads, and into the exit code."""

from __future__ import annotations

import traceback
from typing import Any

import click

from fanzha.cli import output
from fanzha.cli.usage import wrong_call
from fanzha.errors import EXIT_WRONG_CALL, FanzhaError, Problems

_FINDINGS = "fanzha.findings"


class FailingWell(click.Group):
    """A group of commands whose errors are shown with code, place and hint in both languages."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the options of the group itself; leave where they cannot be used."""
        try:
            return super().make_context(*args, **extra)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            _print_error(wrong_call(error))
            raise click.exceptions.Exit(EXIT_WRONG_CALL) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; leave with the exit code of its errors."""
        try:
            return super().invoke(ctx)
        except FanzhaError as error:
            _leave(ctx, error)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            _leave(ctx, wrong_call(error))
        # Whoever read our output has gone (`| head`): click leaves quietly.
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        # The edge: a mistake of ours must not leave with 1, which means "found something".
        except Exception:  # noqa: BLE001
            traceback.print_exc()
            ctx.exit(EXIT_WRONG_CALL)


def mistakes_are_findings(ctx: click.Context) -> None:
    """Let a command that looks for mistakes in rules leave with 1 when it finds some.

    Elsewhere such a mistake keeps the command from doing its work: to leave with 1 would say that
    a check is not compliant.
    """
    ctx.meta[_FINDINGS] = True


def _leave(ctx: click.Context, error: FanzhaError) -> None:
    errors = _flatten(error)
    if output.wants_json(ctx):
        output.print_json({"errors": [each.as_json() for each in errors]})
    else:
        for each in errors:
            _print_error(each)
    found = ctx.meta.get(_FINDINGS, False)
    ctx.exit(max(each.exit_code for each in errors) if found else EXIT_WRONG_CALL)


def _flatten(error: FanzhaError) -> list[FanzhaError]:
    if isinstance(error, Problems):
        return [inner for each in error.errors for inner in _flatten(each)]
    return [error]


def _print_error(error: FanzhaError) -> None:
    console = output.errors_console()
    console.print(
        f"[bold red]错误 error[/] [bold]\\[{error.code}][/] {error.title.zh} · {error.title.en}"
    )
    if error.where and str(error.where):
        console.print("  [dim]位置 at[/] ", output.plain(str(error.where)), sep="")
    console.print("  ", output.plain(error.message.zh), sep="")
    console.print("  ", output.plain(error.message.en), sep="")
    if error.hint:
        console.print("  [green]→[/] ", output.plain(error.hint.zh), sep="")
        console.print("  [green]→[/] ", output.plain(error.hint.en), sep="")
