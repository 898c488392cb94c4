"""Whatever a file or a body holds, a loader reads it or says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fanzha.cli.institution_file import read_institutions, read_profile
from fanzha.errors import FanzhaError
from fanzha.model.parsing import parse
from fanzha.rulesets.yaml_reader import read_file
from fanzha.usecases.cases import read_cases
from fanzha.usecases.check_form import read_check
from fanzha.usecases.json_input import read_json_object
from fanzha.usecases.rulebook import Rulebook
from tests.hostile.damage import damaged
from tests.repository.files import REPOSITORY
from tests.web.places import CLEAN_CHECK, INSTITUTIONS

FEW = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CASES = (REPOSITORY / "rulesets/atofl/telecom.cases.yaml").read_text("utf-8")
RULES = (REPOSITORY / "rulesets/atofl/telecom.yaml").read_text("utf-8")
PROFILE = """\
- assessor: 合规部
  evidence: 2026-01 report
  assessed_at: 2026-01-05
  valid_until: 2027-01-05
  facts: {anti_fraud_unit_established: true}
"""
REGISTRY = INSTITUTIONS.read_text("utf-8")
_NOW = datetime(2026, 3, 3, tzinfo=UTC)
CHECK = CLEAN_CHECK.read_text("utf-8")
CONDITIONS = (
    "phone_card_issued and phone_cards_held >= $telecom.phone_card.max_per_user_per_operator",
    "card_channel in ['shop', 'online'] or not (a + 2 * b > 30 - c)",
    "flagged_at + $delay < acted_at",
)


def _says_what_is_wrong(read: Callable[[], object]) -> None:
    """Run a loader: it returns or raises our own error, which has something to say."""
    refusal = None
    try:
        read()
    except FanzhaError as error:
        refusal = error
    if refusal is not None:
        assert refusal.code != "error"
        assert refusal.message.zh
        assert refusal.message.en
        # What an answer is written with: it takes no halves of characters.
        assert orjson.dumps(refusal.as_json())


def _file(folder: Path, content: str | bytes) -> Path:
    path = folder / "file.cases.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(errors="replace"))
    return path


LOADERS: dict[str, Callable[[Path], object]] = {
    "rules": lambda path: read_file(path, "file.yaml"),
    "cases": lambda path: read_cases([], {"file.cases.yaml": path}),
    "institutions": read_institutions,
    "profile": read_profile,
}
SOUND = {"rules": RULES, "cases": CASES, "institutions": REGISTRY, "profile": PROFILE}


@pytest.mark.parametrize("name", LOADERS)
def test_the_sound_files_are_read(name: str, tmp_path: Path) -> None:
    assert LOADERS[name](_file(tmp_path, SOUND[name]))


@pytest.mark.parametrize("name", LOADERS)
@FEW
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(name: str, data: Any, tmp_path: Path) -> None:
    text = data.draw(damaged((SOUND[name],)))
    _says_what_is_wrong(lambda: LOADERS[name](_file(tmp_path, text)))


@pytest.mark.parametrize("name", LOADERS)
@FEW
@given(content=st.binary(max_size=300))
@example(content="机构: [一]".encode("gb18030"))
@example(content="a: b".encode("utf-16"))
@example(content=b"\x00")
@example(content=b"\xed\xa0\x80")
def test_bytes_that_are_no_text_are_refused(name: str, content: bytes, tmp_path: Path) -> None:
    _says_what_is_wrong(lambda: LOADERS[name](_file(tmp_path, content)))


@pytest.mark.parametrize("name", LOADERS)
def test_what_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    for path in (tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(FanzhaError):
            LOADERS[name](path)


@FEW
@given(text=damaged(CONDITIONS) | st.text(max_size=200))
@example(text="a" * 100_000)
@example(text="(" * 90 + "a" + ")" * 90)
@example(text="not " * 5000 + "a")
@example(text="9" * 5000 + " > 1")
@example(text="a\0")
def test_a_condition_is_read_or_refused(text: str) -> None:
    # It comes from a file in UTF-8, which holds no halves of characters.
    whole = text.encode(errors="replace").decode()
    _says_what_is_wrong(lambda: parse(whole))


@FEW
@given(text=damaged((CHECK,)))
def test_a_damaged_check_is_read_or_refused(text: str, rulebook: Rulebook) -> None:
    def read() -> None:
        body = read_json_object(text.encode(errors="surrogatepass"))
        read_check(body, rulebook.law, rulebook.reader, _NOW)

    _says_what_is_wrong(read)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@FEW
@given(data=st.data())
def test_a_check_with_any_values_is_read_or_refused(data: Any, rulebook: Rulebook) -> None:
    check = json.loads(CHECK)
    for field in data.draw(st.lists(st.sampled_from(sorted(check)), min_size=1, max_size=3)):
        check[field] = data.draw(JSON)
    for fact in data.draw(st.lists(st.sampled_from(sorted(rulebook.law.facts)), max_size=3)):
        if isinstance(check["facts"], dict):
            check["facts"][fact] = data.draw(JSON)

    def read() -> None:
        body = read_json_object(json.dumps(check).encode())
        read_check(body, rulebook.law, rulebook.reader, _NOW)

    _says_what_is_wrong(read)
