"""`/v1/self-tests`: worked cases run in the background, and what came of them."""

from __future__ import annotations

from flask import Response

from fanzha import errors
from fanzha.model.access import Scope
from fanzha.model.text import Text
from fanzha.usecases.paging import PAGING
from fanzha.web.answers import answer
from fanzha.web.context import allowed, holder, idempotency_key, json_body, service
from fanzha.web.documentation import Resource, described, in_path
from fanzha.web.http_errors import MediaTypeUnsupported
from fanzha.web.request import current_request
from fanzha.web.schemas.self_test import (
    SelfTestDetailShape,
    SelfTestForm,
    SelfTestShape,
    SelfTestsShape,
)

blueprint = Resource("self-tests", Text(zh="自检", en="Self-tests"))


@blueprint.route("/v1/self-tests", method="POST")
@described(
    Text(zh="发起自检", en="Start a self-test"),
    Text(
        zh="在后台判断规则旁的案例：全部，或一个领域、规范性文件、插件的。立即答复，"
        "进度和报告见 Location 所指地址。",
        en="Judges the worked cases beside the rules in the background: all, or those of a domain, "
        "an instrument or a plugin. Answers at once; Location tells where progress and report are.",
    ),
    body=SelfTestForm,
    answer=SelfTestShape,
    status=202,
    headers={"Location": Text(zh="自检的地址", en="address of the run")},
    refusals=(
        errors.WrongQuery,
        errors.MalformedBody,
        errors.DuplicateKey,
        errors.TooDeep,
        errors.NotAuthenticated,
        errors.KeyKindWrong,
        errors.ScopeMissing,
        errors.BodyTooLarge,
        MediaTypeUnsupported,
        errors.WrongSelfTest,
        errors.SelfTestsBusy,
        errors.StoreUnavailable,
    ),
    needs_key=True,
    takes_idempotency_key=True,
)
def post_self_test() -> Response:
    """Queue a run."""
    request = current_request()
    starter = allowed(Scope.SELF_TESTS)
    request.refuse_unknown_query(())
    body = json_body(may_be_empty=True)
    run = service().start_self_test(body, starter, idempotency_key=idempotency_key())
    response = answer(run, status=202)
    response.headers["Location"] = f"/v1/self-tests/{run['id']}"
    return response


@blueprint.route("/v1/self-tests")
@described(
    Text(zh="列出自检", en="List self-tests"),
    Text(zh="最近的在前，逐页列出。", en="In pages, the newest first."),
    answer=SelfTestsShape,
    query=PAGING,
    refusals=(errors.WrongQuery, errors.NotAuthenticated, errors.StoreUnavailable),
    needs_key=True,
)
def list_self_tests() -> Response:
    """Answer one page."""
    holder()
    current_request().refuse_unknown_query(PAGING)
    asked = dict(current_request().args)
    maximum_page = service().settings.maximum_page
    return answer(service().self_tests.page(asked, maximum_page=maximum_page))


@blueprint.route(
    "/v1/self-tests/<run_id>",
    parameters=in_path("run_id", Text(zh="自检编号", en="id of the run")),
)
@described(
    Text(zh="查看一次自检", en="Read a self-test"),
    Text(
        zh="进度；结束后附报告：每个案例的结果，未通过的说明义务、事实和推导过程。"
        "执行进程消失的标为 abandoned。",
        en="Its progress and, once it is done, its report: what came of each case, and for those "
        "that fail the obligation, its facts and how its status follows. A run whose process has "
        "gone is `abandoned`.",
    ),
    answer=SelfTestDetailShape,
    refusals=(
        errors.WrongQuery,
        errors.NotAuthenticated,
        errors.NotFound,
        errors.StoreUnavailable,
    ),
    needs_key=True,
)
def get_self_test(run_id: str) -> Response:
    """Answer one run."""
    holder()
    current_request().refuse_unknown_query(())
    return answer(service().self_tests.get(run_id))
