"""Wrong calls of the command line, told in the form and the languages of all other errors."""

from __future__ import annotations

import click

from fanzha.errors import FanzhaError, Location
from fanzha.model.text import Text


class WrongCall(FanzhaError):
    """A command, option or argument that cannot be used."""

    code = "call_wrong"
    title = Text(zh="命令用法有误", en="Wrong call")


def wrong_call(error: click.UsageError) -> WrongCall:
    """Return what click found wrong with a call as one of our errors."""
    command = error.ctx.command_path if error.ctx else "fanzha"
    return WrongCall(
        Text(zh=_in_chinese(error), en=_in_english(error)),
        hint=Text(zh=f"用法见 {command} --help", en=f"see {command} --help"),
        where=Location(path=command),
    )


def _in_english(error: click.UsageError) -> str:
    message = error.format_message().rstrip(".")
    return message[:1].lower() + message[1:]


def _in_chinese(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return f"没有选项 `{error.option_name}`"
        case click.MissingParameter():
            return f"缺少 {_name(error)}"
        case click.BadParameter():
            return f"{_name(error)} 的值不能使用：{error.message.rstrip('.')}"
        case _:
            return f"无法理解：{error.format_message()}"


def _name(error: click.BadParameter) -> str:
    if error.param is None:
        return "参数"
    shown = error.param.get_error_hint(error.ctx) if error.ctx else str(error.param.name)
    return f"`{shown.strip(chr(39))}`"
