"""The one tree of errors that people see: a stable code, what was wrong, where, and what to do.

Each class maps to one HTTP status and one exit code, in this file and nowhere else. Messages
are lower case without a final period, with the user's input in backticks; the hint is apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from fanzha.model.text import Text

EXIT_FOUND_SOMETHING = 1
EXIT_WRONG_CALL = 2


@dataclass(frozen=True, slots=True)
class Location:
    """Where something is wrong: a place in a file, or a path inside a posted body."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        parts = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return ":".join(parts) or (self.path or "")


class FanzhaError(Exception):
    """What every error shown to a person is."""

    code: ClassVar[str] = "error"
    title: ClassVar[Text] = Text(zh="错误", en="Error")
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = EXIT_WRONG_CALL
    retry_after_seconds: int = 5
    """When to try again, where that helps: with 429 and 503."""

    def __init__(
        self, message: Text, *, hint: Text | None = None, where: Location | None = None
    ) -> None:
        self.message = message
        self.hint = hint
        self.where = where
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where and str(self.where) else ""
        hint = f" ({self.hint.en})" if self.hint else ""
        return f"{place}{self.message.en}{hint}"

    def as_json(self) -> dict[str, Any]:
        """Return code, message, hint and place as plain JSON values."""
        body: dict[str, Any] = {"code": self.code, "message": self.message.as_json()}
        if self.hint:
            body["hint"] = self.hint.as_json()
        if self.where:
            place = {
                "file": self.where.file,
                "line": self.where.line,
                "column": self.where.column,
                "path": self.where.path,
            }
            body["where"] = {name: value for name, value in place.items() if value is not None}
        return body


class Problems(FanzhaError):
    """Several errors found in one go; the answer lists them all."""

    code = "invalid"
    title = Text(zh="内容有误", en="Invalid content")
    http_status = 422

    def __init__(self, errors: Sequence[FanzhaError]) -> None:
        self.errors = tuple(errors)
        first = self.errors[0]
        # A single cause keeps its own code, title and status: callers act on those.
        if len({error.code for error in self.errors}) == 1:
            self.code = first.code  # type: ignore[misc]
            self.title = first.title  # type: ignore[misc]
            self.http_status = first.http_status  # type: ignore[misc]
        super().__init__(first.message, hint=first.hint, where=first.where)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


def raise_if_any(errors: Iterable[FanzhaError]) -> None:
    """Raise all collected errors together, or do nothing when there are none."""
    collected = list(errors)
    if collected:
        raise Problems(collected)


# --- rules as data -------------------------------------------------------------------------


class RulesetError(FanzhaError):
    """A mistake in a file of rules; stops the start and is listed by `fanzha rulesets check`."""

    code = "ruleset_invalid"
    title = Text(zh="规则文件有误", en="Invalid ruleset")
    http_status = 500
    exit_code = EXIT_FOUND_SOMETHING

    def __init__(
        self,
        message: Text,
        *,
        code: str | None = None,
        hint: Text | None = None,
        where: Location | None = None,
    ) -> None:
        if code:
            self.code = code  # type: ignore[misc]
        super().__init__(message, hint=hint, where=where)


class ExpressionError(RulesetError):
    """A condition that cannot be read or does not fit the vocabulary; `where.column` is set."""

    code = "expression_invalid"
    title = Text(zh="条件表达式有误", en="Invalid condition")


class PluginError(FanzhaError):
    """A plugin that is missing, misnamed or breaks its contract; stops the start."""

    code = "plugin_invalid"
    title = Text(zh="插件有误", en="Invalid plugin")


class PluginIncomplete(PluginError):
    """Something that a plugin or a folder of rules lacks before it may be enabled."""

    code = "plugin_incomplete"
    title = Text(zh="插件尚不完整", en="The plugin is not complete")
    exit_code = EXIT_FOUND_SOMETHING


class SettingError(FanzhaError):
    """A setting of the environment that cannot be used; stops the start."""

    code = "setting_invalid"
    title = Text(zh="设置有误", en="Invalid setting")


# --- what a caller posts -------------------------------------------------------------------


class RequestError(FanzhaError):
    """Something wrong with what a caller sent."""

    http_status = 422


class MalformedBody(RequestError):
    """The body is not the JSON that can be read at all."""

    code = "json_broken"
    title = Text(zh="请求体不是有效的 JSON", en="The body is not valid JSON")
    http_status = 400


class NotANumber(MalformedBody):
    """NaN or an infinity, which JSON does not have."""

    code = "json_not_a_number"
    title = Text(zh="JSON 中不允许 NaN 或无穷大", en="NaN and infinities are not JSON")


class DuplicateKey(MalformedBody):
    """The same key twice in one object: which one counts would be a guess."""

    code = "json_duplicate_key"
    title = Text(zh="JSON 键重复", en="Duplicate key in JSON")


class TooDeep(MalformedBody):
    """Nested deeper than a check ever is."""

    code = "json_too_deep"
    title = Text(zh="JSON 嵌套过深", en="JSON is nested too deeply")


class BodyTooLarge(RequestError):
    """The body is over the limit."""

    code = "body_too_large"
    title = Text(zh="请求体过大", en="The body is too large")
    http_status = 413


class WrongQuery(RequestError):
    """A query parameter that the call does not have, or a value of one that it does not take."""

    code = "query_invalid"
    title = Text(zh="查询参数有误", en="A query parameter is wrong")
    http_status = 400


class WrongEnvelope(RequestError):
    """A field of the check itself (not of its facts) is missing, unknown or of a wrong form."""

    code = "check_invalid"
    title = Text(zh="检查请求字段有误", en="A field of the check is wrong")


class BadDate(RequestError):
    """A date or time that does not exist or carries no offset."""

    code = "date_invalid"
    title = Text(zh="日期或时间有误", en="Invalid date or time")


class UnknownFact(RequestError):
    """A fact name that no vocabulary has."""

    code = "fact_unknown"
    title = Text(zh="未知事实", en="Unknown fact")


class WrongType(RequestError):
    """A fact value of another type than the vocabulary says."""

    code = "fact_wrong_type"
    title = Text(zh="事实的类型有误", en="Wrong type of fact")


class OutOfRange(RequestError):
    """A fact value outside its bounds or its list of values."""

    code = "fact_out_of_range"
    title = Text(zh="事实的值超出范围", en="Fact out of range")


class TimesOutOfOrder(RequestError):
    """Two times of one check in an order in which nothing can happen."""

    code = "times_out_of_order"
    title = Text(zh="时间先后矛盾", en="Times in an order that cannot be")


class ContradictedElement(RequestError):
    """A stated element that the operational facts of the same check contradict."""

    code = "element_contradicted"
    title = Text(zh="陈述的要件与业务事实矛盾", en="Stated element contradicts the facts")


class UnknownDomain(RequestError):
    """No enabled plugin has this domain."""

    code = "domain_unknown"
    title = Text(zh="未知领域", en="Unknown domain")
    http_status = 404


class UnknownCheckType(RequestError):
    """The domain has no such check type."""

    code = "check_type_unknown"
    title = Text(zh="未知检查类型", en="Unknown check type")
    http_status = 404


class UnknownInstitution(RequestError):
    """The registry has no such institution."""

    code = "institution_unknown"
    title = Text(zh="未登记的机构", en="Institution not registered")


class WrongInstitution(RequestError):
    """The key belongs to another institution than the one named."""

    code = "institution_wrong"
    title = Text(zh="机构与密钥不符", en="The key belongs to another institution")
    http_status = 403


class KeyKindWrong(RequestError):
    """A call that keys of this kind are never for."""

    code = "key_kind_wrong"
    title = Text(zh="密钥种类不符", en="Wrong kind of key")
    http_status = 403


class ScopeMissing(RequestError):
    """A call that keys of this kind are for, with a key that was made for less."""

    code = "scope_missing"
    title = Text(zh="密钥的权限不足", en="The key may do less than this")
    http_status = 403


class WrongKeyRequest(RequestError):
    """A key that cannot be made, changed or found as asked."""

    code = "key_request_invalid"
    title = Text(zh="密钥请求有误", en="A key cannot be made or changed like this")


class IdempotencyKeyMalformed(RequestError):
    """An `Idempotency-Key` that cannot be used."""

    code = "idempotency_key_malformed"
    title = Text(zh="Idempotency-Key 格式有误", en="The Idempotency-Key cannot be used")
    http_status = 400


class IdempotencyKeyReused(RequestError):
    """An `Idempotency-Key` that stands for a request with other content."""

    code = "idempotency_key_reused"
    title = Text(zh="Idempotency-Key 已用于其他请求", en="The Idempotency-Key is another request's")


class JudgmentUnattributed(RequestError):
    """A fact that a person must judge, without who judged it."""

    code = "judgment_unattributed"
    title = Text(zh="须由人判断的事实未写明评估人", en="A judgment without its assessor")


class WrongAssessment(RequestError):
    """Who says a fact, when or why, in a form that cannot be used."""

    code = "assessment_invalid"
    title = Text(zh="评估信息有误", en="An assessment cannot be used")


class WrongAttestation(RequestError):
    """A field of an attestation is missing, unknown or of a wrong form."""

    code = "attestation_invalid"
    title = Text(zh="档案评估的字段有误", en="A field of an attestation is wrong")


class NotAttestable(RequestError):
    """A fact that no profile may hold: of one event, personal, or read for nobody like this."""

    code = "fact_not_attestable"
    title = Text(zh="该事实不能记入机构档案", en="The fact cannot stand in a profile")


class WrongEntry(RequestError):
    """A field of a registry entry is missing, unknown or of a wrong form."""

    code = "institution_invalid"
    title = Text(zh="机构登记内容有误", en="A registry entry is wrong")


class UnknownRole(RequestError):
    """A role that the law as loaded does not know."""

    code = "role_unknown"
    title = Text(zh="未知角色", en="Unknown role")


class RoleOfAuthority(RequestError):
    """A role of an authority, whose own duties are not judged here."""

    code = "role_of_authority"
    title = Text(zh="主管机关的角色不能登记", en="A role of an authority is not registered")


class NotAuthenticated(RequestError):
    """No key, or one that is not known."""

    code = "key_invalid"
    title = Text(zh="缺少有效密钥", en="A valid key is missing")
    http_status = 401


class TokenInvalid(RequestError):
    """A signed token that cannot be verified, or does not say who calls."""

    code = "token_invalid"
    title = Text(zh="令牌无效", en="The token is not valid")
    http_status = 401


class NotFound(RequestError):
    """Nothing stored or loaded under this id."""

    code = "not_found"
    title = Text(zh="未找到", en="Not found")
    http_status = 404


class SupersededUnknown(RequestError):
    """The decision to be corrected is not one of this institution's."""

    code = "superseded_unknown"
    title = Text(zh="没有可更正的决定", en="No such decision to correct")


class AlreadySuperseded(RequestError):
    """Another decision already stands in place of the one to be corrected."""

    code = "superseded_already"
    title = Text(zh="该决定已被取代", en="The decision has been superseded already")
    http_status = 409


class WrongSelfTest(RequestError):
    """A self-test that cannot be run: its target is unknown, or has no worked cases."""

    code = "self_test_invalid"
    title = Text(zh="自检请求有误", en="The self-test cannot be run")


class SelfTestsBusy(RequestError):
    """Too many self-tests wait already."""

    code = "self_tests_busy"
    title = Text(zh="等待的自检过多", en="Too many self-tests are waiting")
    http_status = 429


class TooManyFacts(RequestError):
    """More facts than a check may have."""

    code = "facts_too_many"
    title = Text(zh="事实过多", en="Too many facts")


class RateExceeded(RequestError):
    """More requests with one key than it may send in a stretch of time."""

    code = "rate_exceeded"
    title = Text(zh="请求过于频繁", en="Too many requests")
    http_status = 429


class CheckTooSlow(FanzhaError):
    """A check that ran into its time limit; there is no verdict and nothing was stored."""

    code = "check_too_slow"
    title = Text(zh="检查超过时限", en="The check took too long")
    http_status = 503


class StoreUnavailable(FanzhaError):
    """The database did not take the decision; nothing was answered and nothing is half-written."""

    code = "store_unavailable"
    title = Text(zh="存储不可用", en="The store is unavailable")
    http_status = 503


class DecisionPurged(RequestError):
    """The contents of the decision were removed when their time was over."""

    code = "decision_purged"
    title = Text(zh="决定的内容已清除", en="The contents of the decision were purged")
    http_status = 410


class ReplayImpossible(FanzhaError):
    """A decision that cannot be judged again: its rules or a plugin are not there any more."""

    code = "replay_impossible"
    title = Text(zh="无法重新判断该决定", en="The decision cannot be replayed")
    http_status = 409


class WrongAuditFile(FanzhaError):
    """A file of heads, of an export or of a key that cannot be read as such."""

    code = "audit_file_invalid"
    title = Text(zh="审计文件无法使用", en="A file for the audit cannot be used")
    http_status = 422
