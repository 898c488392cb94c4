"""Damages sound documents in the ways in which files and senders break."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    "\0", "\ufeff", "\u2028", "\x1b[31m", "\u202e", "\ud800", "😀", "ﷺ" * 40, "\t", "\r", "\r\n",
    "&a ", "*a", "<<: *a", "!!python/object/apply:os.system ['true']", "!!binary eA==", "!!set {a}",
    "!!timestamp 2023-02-30", "2023-02-30", "2023-02-29T25:00:00+08:00", "0x1F", "0o17", "1_000",
    "1e400", "-1e400", ".inf", ".nan", "NaN", "Infinity", "9" * 5000, "0." + "9" * 500, "-0",
    "yes", "no", "null", "~", "{", "}", "[", "]", "[" * 2000, "{a: " * 500, ": ", "- ", "? ", "#",
    "---\n", "...\n", "%YAML 9.9\n", "|\n", ">\n", '"', "'", "`", "@", "../../etc/passwd", "$(id)",
    "file:///etc/passwd", "C:\\con", "' OR 1=1 --", "{{7*7}}", "${x}", "%s%n", "__class__",
    "((" * 100, "not " * 200, "a == b == c", "a if b else c", "lambda: 0", "f'{a}'", "a[0]", "a()",
    "$", "$a.b", "1 <", "in", "not in []", "or", "and and",
)  # fmt: skip
"""What is put in: tags and references of YAML, numbers and dates that are none, and the like."""


@st.composite
def damaged(draw: st.DrawFn, sound: tuple[str, ...]) -> str:
    """Give one of the sound texts with a few pieces put in, taken out or put elsewhere."""
    text = draw(st.sampled_from(sound))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(["put in", "take out", "repeat", "replace"])):
            case "put in":
                text = text[:at] + draw(st.sampled_from(PIECES)) + text[at:]
            case "take out":
                text = text[:at] + text[at + length :]
            case "repeat":
                text = text[: at + length] + text[at:]
            case _:
                text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + length :]
    return text
