"""`/v1/checks`: one check in, one decision out."""

from __future__ import annotations

from flask import Response

from fanzha import errors
from fanzha.errors import Location, WrongQuery
from fanzha.model.text import Text
from fanzha.usecases.check_form import CheckForm
from fanzha.web.answers import answer_bytes
from fanzha.web.context import caller, idempotency_key, json_body, service
from fanzha.web.documentation import Resource, described
from fanzha.web.http_errors import BadRequest, MediaTypeUnsupported
from fanzha.web.request import current_request
from fanzha.web.schemas.decision import DecisionShape

FULL = "full"
REPEATED = "Idempotency-Replayed"

blueprint = Resource("checks", Text(zh="检查", en="Checks"))


@blueprint.route("/v1/checks", method="POST")
@described(
    Text(zh="提交一项检查", en="Post a check"),
    Text(
        zh="判断一项已办或拟办的行为：适用哪些义务、是否履行、还缺哪些事实、可能承担什么责任。"
        "决定先存储后答复；`record: false` 只判断不存储。",
        en="Judges one act that is done or proposed: which duties apply, whether they are met, "
        "which facts are missing and what liability follows. The decision is stored before it is "
        "answered; with `record: false` it is judged and not stored.",
    ),
    body=CheckForm,
    answer=DecisionShape,
    headers={
        "Location": Text(zh="已存储的决定的地址", en="address of the decision, when it is stored"),
        REPEATED: Text(zh="true：此前已答复", en="true: it was answered before"),
    },
    query={"explain": Text(zh="full：附上推导过程", en="full: with how each status follows")},
    query_schemas={"explain": {"type": "string", "enum": [FULL]}},
    refusals=(
        BadRequest,
        WrongQuery,
        errors.MalformedBody,
        errors.NotANumber,
        errors.DuplicateKey,
        errors.TooDeep,
        errors.NotAuthenticated,
        errors.WrongInstitution,
        errors.KeyKindWrong,
        errors.ScopeMissing,
        errors.UnknownDomain,
        errors.UnknownCheckType,
        errors.BodyTooLarge,
        MediaTypeUnsupported,
        errors.Problems,
        errors.WrongEnvelope,
        errors.BadDate,
        errors.UnknownFact,
        errors.WrongType,
        errors.OutOfRange,
        errors.JudgmentUnattributed,
        errors.WrongAssessment,
        errors.TimesOutOfOrder,
        errors.ContradictedElement,
        errors.UnknownInstitution,
        errors.SupersededUnknown,
        errors.AlreadySuperseded,
        errors.TooManyFacts,
        errors.CheckTooSlow,
        errors.StoreUnavailable,
    ),
    needs_key=True,
    takes_idempotency_key=True,
)
def post_check() -> Response:
    """Judge the posted check and answer its decision."""
    # The hot path: the body is read once, strictly, and the stored bytes are what is sent.
    request = current_request()
    institution = caller()
    request.refuse_unknown_query(("explain",))
    explain = _wants_explanation(request.args.get("explain"))
    application = service()
    body = json_body()
    stored = body.get("record") is not False
    answered = application.evaluate(
        body,
        explain=explain,
        record=stored,
        caller=institution,
        idempotency_key=idempotency_key(),
    )
    if not answered.is_repeated:
        request.decision, request.keeps_decision = answered.decision, stored
    response = answer_bytes(answered.content)
    if stored:
        response.headers["Location"] = f"/v1/decisions/{answered.decision['id']}"
    if answered.is_repeated:
        response.headers[REPEATED] = "true"
    return response


def _wants_explanation(word: str | None) -> bool:
    if word not in {None, FULL}:
        raise WrongQuery(
            Text(zh="`explain` 的值无效", en="the value of `explain` cannot be used"),
            hint=Text(zh=f"可用：{FULL}", en=f"known: {FULL}"),
            where=Location(path="explain"),
        )
    return word == FULL
