"""`/healthz` and `/readyz`: for whoever runs the service."""

from __future__ import annotations

from flask import Response

from fanzha.errors import StoreUnavailable
from fanzha.model.text import Text
from fanzha.web.answers import answer
from fanzha.web.context import service
from fanzha.web.documentation import Resource, described
from fanzha.web.schemas.catalogue import HealthShape, ReadinessShape

blueprint = Resource("health", Text(zh="运行状态", en="Health"))


@blueprint.route("/healthz")
@described(
    Text(zh="进程是否存活", en="Does the process live"),
    Text(zh="不访问数据库。", en="Asks no database."),
    answer=HealthShape,
)
def is_alive() -> Response:
    """Answer that the process lives."""
    return answer({"status": "ok"})


@blueprint.route("/readyz")
@described(
    Text(zh="是否可以接受检查", en="Can it take checks"),
    Text(
        zh="规则已加载，数据库可用且结构为最新；否则答复 503 并说明原因。",
        en="The rules are loaded, and the database answers with the newest schema; otherwise 503, "
        "and what is not ready.",
    ),
    answer=ReadinessShape,
    refusals=(StoreUnavailable,),
)
def is_ready() -> Response:
    """Answer whether decisions can be made and kept."""
    application = service()
    # The rules need no question: without them the process does not start.
    application.records.require_ready()
    return answer({"status": "ready", "bundles": application.rulebook.bundles})
