"""Runs worked cases: each is judged like a posted check and compared with what it expects.

A case names every obligation that is violated, undetermined or pending, and every liability; any
other one fails it. What it names must have been evaluated: a status that the conditions, read
again by the reference evaluator, do not bear out fails it too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanzha.engine import Status
from fanzha.errors import FanzhaError, WrongSelfTest
from fanzha.model.text import Text
from fanzha.rulesets.cursor import suggest
from fanzha.rulesets.folders import builtin_folder
from fanzha.usecases.cases import Case, judge_case
from fanzha.usecases.explain import explain_duty
from fanzha.usecases.judged_duty import JudgedDuty
from fanzha.usecases.judgement import Judgement
from fanzha.usecases.rulebook import Rulebook

_log = logging.getLogger(__name__)

Json = dict[str, Any]

_TO_NAME = {Status.VIOLATED, Status.UNDETERMINED, Status.PENDING, Status.ERROR}
_VIOLATED_MUST_BE = {Status.FULFILLED: False, Status.VIOLATED: True}


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is otherwise than its case expects."""

    message: Text
    obligation: str | None = None
    title: Text | None = None
    needs: tuple[tuple[str, ...], ...] = ()
    """Sets of missing facts, any of which would settle the status."""
    facts: Json | None = None
    """The facts that the obligation names, as far as they are known."""
    derivation: Json | None = None

    def as_json(self) -> Json:
        """Return what is known of it as plain JSON values."""
        shown: Json = {"message": self.message.as_json()}
        if self.obligation is not None:
            shown["obligation"] = self.obligation
        if self.title is not None:
            shown["title"] = self.title.as_json()
        if self.needs:
            shown["needs"] = [list(each) for each in self.needs]
        if self.facts is not None:
            shown["facts"] = self.facts
        if self.derivation is not None:
            shown["derivation"] = self.derivation
        return shown


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of one case."""

    case: Case
    failures: tuple[Failure, ...]
    duration_seconds: float

    @property
    def passed(self) -> bool:
        """Whether everything is as the case expects."""
        return not self.failures

    def as_json(self) -> Json:
        """Return it as plain JSON values."""
        return {
            "id": self.case.id,
            "place": self.case.place,
            "title": self.case.title.as_json(),
            "check_type": self.case.check_type,
            "passed": self.passed,
            "duration_microseconds": round(self.duration_seconds * 1_000_000),
            "failures": [each.as_json() for each in self.failures],
        }


def select_cases(cases: Iterable[Case], target: str | None, rulebook: Rulebook) -> list[Case]:
    """Return the cases that `target` names: a domain, an instrument, a plugin, or None for all.

    Raises WrongSelfTest for a word that names none of them, and where there is no case: a test
    that tests nothing must not pass.
    """
    enabled = [each for each in cases if not _belongs_to_a_plugin_left_out(each, rulebook)]
    is_chosen = _chooser(target, rulebook)
    return _not_empty([each for each in enabled if is_chosen(each)], target or "*")


def select_cases_in(cases: Iterable[Case], path: Path) -> list[Case]:
    """Return the cases that lie in a folder; raise WrongSelfTest where there is none."""
    resolved = path.resolve()
    found = [each for each in cases if each.file.resolve().is_relative_to(resolved)]
    return _not_empty(found, str(path))


def _chooser(target: str | None, rulebook: Rulebook) -> Callable[[Case], bool]:
    law = rulebook.law
    plugins = {each.name for each in rulebook.plugins.identities}
    if target is None:
        return lambda _: True
    if target in law.domains:
        return lambda case: case.domain == target
    if target in law.instruments:
        return lambda case: case.instrument == target
    if target in plugins:
        contributed = [each for each in rulebook.plugins.domains if each.plugin.name == target]
        domains = {each.value.name for each in contributed}
        return lambda case: case.domain in domains or case.folder == target
    known = sorted({*law.domains, *law.instruments, *plugins})
    raise WrongSelfTest(
        Text(
            zh=f"`{target[:60]}` 不是领域、规范性文件或插件",
            en=f"`{target[:60]}` is no domain, instrument or plugin",
        ),
        hint=suggest(target[:60], known)
        or Text(
            zh="领域：" + "、".join(sorted(law.domains)) + "；规范性文件见 fanzha rulesets list",
            en="domains: " + ", ".join(sorted(law.domains)) + "; instruments: see "
            "fanzha rulesets list",
        ),
    )


def _belongs_to_a_plugin_left_out(case: Case, rulebook: Rulebook) -> bool:
    # Not simply every unknown domain: one that is misspelt must fail its case.
    if case.domain in rulebook.law.domains or not case.domain.isidentifier():
        return False
    return (builtin_folder() / "check_types" / f"{case.domain}.yaml").is_file()


def _not_empty(cases: list[Case], shown: str) -> list[Case]:
    if not cases:
        raise WrongSelfTest(
            Text(zh=f"`{shown}` 没有案例", en=f"`{shown}` has no worked cases"),
            hint=Text(
                zh="案例写在规则旁的 *.cases.yaml 中",
                en="cases stand beside the rules, in *.cases.yaml",
            ),
        )
    return cases


def run_case(
    case: Case, rulebook: Rulebook, *, timer: Callable[[], float] = time.perf_counter
) -> CaseResult:
    """Judge one case and return what came of it; nothing that it does raises."""
    began = timer()
    try:
        failures = tuple(_failures(case, rulebook))
    # The edge of a case: one that breaks must not hide what the others show.
    except Exception as error:  # noqa: BLE001
        _log.error("case %s broke", case.id, exc_info=error)
        name = type(error).__name__
        failures = (
            Failure(Text(zh=f"案例执行出错：{name}", en=f"the case could not be run: {name}")),
        )
    return CaseResult(case, failures, timer() - began)


def run_cases(cases: Sequence[Case], rulebook: Rulebook) -> Iterator[CaseResult]:
    """Judge the cases one after the other, in their order."""
    for case in cases:
        yield run_case(case, rulebook)


def report_of(results: Sequence[CaseResult], rulebook: Rulebook, target: str | None) -> Json:
    """Return the whole run as plain JSON values, with the law that it was run under."""
    failed = sum(not each.passed for each in results)
    return {
        "target": target,
        "passed": failed == 0,
        "totals": {
            "cases": len(results),
            "passed": len(results) - failed,
            "failed": failed,
            "duration_microseconds": round(
                sum(each.duration_seconds for each in results) * 1_000_000
            ),
        },
        "bundles": rulebook.bundles,
        "cases": [each.as_json() for each in results],
    }


def _failures(case: Case, rulebook: Rulebook) -> Iterator[Failure]:
    expected_error = case.expect.get("error")
    try:
        judgement, decision = judge_case(case, rulebook)
    except FanzhaError as error:
        if expected_error != error.code:
            yield Failure(
                Text(
                    zh=f"检查未被接受：{error.code}：{error.message.zh}",
                    en=f"the check was refused: {error.code}: {error}",
                )
            )
        return
    if expected_error is not None:
        yield Failure(
            Text(
                zh=f"error：期望 {expected_error}，但检查被接受",
                en=f"error: expected {expected_error}, but the check was accepted",
            )
        )
        return
    yield from _of_the_whole(case.expect, decision)
    yield from differing_statuses(case.statuses, judgement, decision, rulebook)
    yield from _liabilities(case.expect.get("liabilities") or {}, decision)
    found = decision["exposure"]
    for key, value in (case.expect.get("exposure") or {}).items():
        if found.get(key) != value:
            yield _otherwise(f"exposure.{key}", value, found.get(key))


def _of_the_whole(expect: Json, decision: Json) -> Iterator[Failure]:
    for key in ("outcome", "advice"):
        if key in expect and expect[key] != decision.get(key):
            yield _otherwise(key, expect[key], decision.get(key))


def _otherwise(what: str, expected: Any, found: Any) -> Failure:
    return Failure(
        Text(
            zh=f"{what}：期望 {expected}，实际 {found}",
            en=f"{what}: expected {expected}, found {found}",
        )
    )


def differing_statuses(
    expected: Mapping[str, str], judgement: Judgement, decision: Json, rulebook: Rulebook
) -> Iterator[Failure]:
    """Yield each status that is not expected, not found, or not borne out by its conditions."""
    yield from _Statuses(judgement, decision, rulebook).failures(expected)


class _Statuses:
    """Compares the statuses of one decision, and explains those that differ."""

    def __init__(self, judgement: Judgement, decision: Json, rulebook: Rulebook) -> None:
        self._judgement = judgement
        self._rulebook = rulebook
        self._duties = {each.obligation.id: each for each in judgement.duties}
        self._answers = {each["id"]: each for each in decision["obligations"]}

    def failures(self, expected: Mapping[str, str]) -> Iterator[Failure]:
        for id_, status in expected.items():
            duty = self._duties.get(id_)
            found = duty.status.value if duty else "not in scope"
            if found != status:
                yield self._failure(
                    id_,
                    f"期望 {status}，实际 {found}",
                    f"expected {status}, found {found}",
                )
            elif duty is not None and not self._is_borne_out(duty):
                yield self._failure(
                    id_,
                    f"结论为 {status}，但重新计算条件并非如此",
                    f"found {status}, but its conditions say otherwise when read again",
                )
        for id_, duty in self._duties.items():
            if id_ not in expected and duty.status in _TO_NAME:
                found = duty.status.value
                yield self._failure(
                    id_, f"{found}，案例没有写出", f"{found}, which the case does not name"
                )

    def _is_borne_out(self, duty: JudgedDuty) -> bool:
        """Tell whether it really applied, and whether the breach is there or not there."""
        if duty.status not in _VIOLATED_MUST_BE:
            return True
        derivation = explain_duty(duty, self._judgement, self._rulebook)
        return (
            derivation["applies"]["truth"] is True
            and derivation["violated"]["truth"] is _VIOLATED_MUST_BE[duty.status]
        )

    def _failure(self, id_: str, zh: str, en: str) -> Failure:
        duty = self._duties.get(id_)
        if duty is None:
            return Failure(Text(zh=f"{id_}：{zh}", en=f"{id_}: {en}"), id_)
        answer = self._answers[id_]
        needs = tuple(
            tuple(each["fact"] for each in need) for need in answer.get("needs", ()) if need
        )
        facts = answer.get("basis", {}).get("facts")
        because = _because(needs, facts)
        return Failure(
            Text(zh=f"{id_}：{zh}{because.zh}", en=f"{id_}: {en}{because.en}"),
            id_,
            duty.obligation.title,
            needs,
            facts,
            explain_duty(duty, self._judgement, self._rulebook),
        )


def _because(needs: tuple[tuple[str, ...], ...], facts: Json | None) -> Text:
    if needs:
        shown = [list(each) for each in needs]
        return Text(zh=f"（缺少其中之一：{shown}）", en=f" (needs one of {shown})")
    if facts is None:
        return Text(zh="（不适用）", en=" (it does not apply)")
    return Text(zh=f"（事实 {facts}）", en=f" (facts {facts})")


def _liabilities(expected: Mapping[str, list[str]], decision: Json) -> Iterator[Failure]:
    for word, zh, firm in (("firm", "确定", True), ("possible", "可能", False)):
        wanted = sorted(expected.get(word) or ())
        found = sorted(each["id"] for each in decision["liabilities"] if each["firm"] is firm)
        if wanted != found:
            yield Failure(
                Text(
                    zh=f"{zh}的责任：期望 {wanted}，实际 {found}",
                    en=f"{word} liabilities: expected {wanted}, found {found}",
                )
            )
