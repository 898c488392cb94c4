"""`/metrics`: what Prometheus reads."""

from __future__ import annotations

from flask import Response

from fanzha.model.text import Text
from fanzha.web import metrics
from fanzha.web.answers import answer_bytes
from fanzha.web.documentation import Resource, described

blueprint = Resource("metrics", Text(zh="运行指标", en="Metrics"))


@blueprint.route("/metrics")
@described(
    Text(zh="运行指标", en="Numbers of the running service"),
    Text(
        zh="Prometheus 文本格式，为所有工作进程之和；不含机构和事实，不访问数据库。"
        "请勿对外开放此地址。",
        en="In Prometheus' text form, summed over all workers; names no institution and "
        "no fact, and asks no database. Keep this address inside.",
    ),
    media_type="text/plain",
)
def read_metrics() -> Response:
    """Answer all numbers."""
    # Without a key: keys are in the database, and these are wanted most when it is away.
    return answer_bytes(metrics.exposition(), media_type=metrics.MEDIA_TYPE)
