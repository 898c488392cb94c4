"""`/v1/plugins`: what is installed and what is enabled."""

from __future__ import annotations

from flask import Response

from fanzha.errors import WrongQuery
from fanzha.model.text import Text
from fanzha.usecases import catalogue
from fanzha.web.answers import answer
from fanzha.web.context import service
from fanzha.web.documentation import Resource, described
from fanzha.web.request import current_request
from fanzha.web.schemas.catalogue import PluginsShape

blueprint = Resource("plugins", Text(zh="插件", en="Plugins"))


@blueprint.route("/v1/plugins")
@described(
    Text(zh="列出插件", en="List plugins"),
    Text(
        zh="已安装的插件：版本、来源、是否启用、实现的钩子和检查类型。",
        en="The installed plugins: version, origin, whether enabled, hooks and check types.",
    ),
    answer=PluginsShape,
    refusals=(WrongQuery,),
)
def list_plugins() -> Response:
    """Answer the installed plugins."""
    current_request().refuse_unknown_query(())
    return answer({"plugins": catalogue.plugins(service().rulebook)})
