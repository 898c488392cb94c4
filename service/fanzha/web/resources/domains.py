"""`/v1/domains`: what can be checked."""

from __future__ import annotations

from flask import Response

from fanzha.errors import WrongQuery
from fanzha.model.text import Text
from fanzha.usecases import catalogue
from fanzha.web.answers import answer
from fanzha.web.context import service
from fanzha.web.documentation import Resource, described
from fanzha.web.request import current_request
from fanzha.web.schemas.catalogue import DomainsShape

blueprint = Resource("domains", Text(zh="领域", en="Domains"))


@blueprint.route("/v1/domains")
@described(
    Text(zh="列出领域与检查类型", en="List domains and check types"),
    Text(zh="已启用插件提供的领域。", en="The domains that the enabled plugins bring."),
    answer=DomainsShape,
    refusals=(WrongQuery,),
)
def list_domains() -> Response:
    """Answer the domains with their check types."""
    current_request().refuse_unknown_query(())
    return answer({"domains": catalogue.domains(service().rulebook)})
