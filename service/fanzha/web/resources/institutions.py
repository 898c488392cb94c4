"""`/v1/institutions/{id}`: who an institution is in law, and its profile of standing facts."""

from __future__ import annotations

from typing import Any

from flask import Response

from fanzha import errors
from fanzha.model.access import Scope
from fanzha.model.text import Text
from fanzha.usecases.attestation_form import ProfileForm
from fanzha.usecases.registry_entry import EntryForm, entry_as_json, read_entry
from fanzha.web.answers import answer
from fanzha.web.context import allowed, asked_day, json_body, require_access, service
from fanzha.web.documentation import Resource, described, in_path
from fanzha.web.http_errors import BadRequest, MediaTypeUnsupported
from fanzha.web.law_query import AS_OF, AS_OF_SCHEMA
from fanzha.web.request import current_request
from fanzha.web.schemas.institution import InstitutionShape, ProfileShape

_ENTRY = "/v1/institutions/<institution_id>"
_PROFILE = f"{_ENTRY}/profile"
_IN_PATH = in_path("institution_id", Text(zh="机构编号", en="id of the institution"))
_OF_BODIES = (
    BadRequest,
    errors.WrongQuery,
    errors.MalformedBody,
    errors.NotANumber,
    errors.DuplicateKey,
    errors.TooDeep,
    errors.NotAuthenticated,
    errors.KeyKindWrong,
    errors.ScopeMissing,
    errors.BodyTooLarge,
    MediaTypeUnsupported,
    errors.Problems,
    errors.WrongEnvelope,
    errors.BadDate,
    errors.StoreUnavailable,
)

blueprint = Resource("institutions", Text(zh="机构", en="Institutions"))


@blueprint.route(_ENTRY, parameters=_IN_PATH)
@described(
    Text(zh="查看机构登记", en="Read the entry of an institution"),
    Text(
        zh="机构查看本机构，监管机关查看所监管的机构；运营者和审计可以查看任何机构。",
        en="An institution reads its own entry, a regulator those of the institutions it "
        "supervises; operators and auditors read any.",
    ),
    answer=InstitutionShape,
    refusals=(
        errors.WrongQuery,
        errors.NotAuthenticated,
        errors.KeyKindWrong,
        errors.ScopeMissing,
        errors.WrongInstitution,
        errors.NotFound,
        errors.StoreUnavailable,
    ),
    needs_key=True,
)
def get_institution(institution_id: str) -> Response:
    """Answer the registry's entry."""
    require_access(institution_id, Scope.INSTITUTIONS_READ)
    current_request().refuse_unknown_query(())
    return _entry(institution_id)


@blueprint.route(_ENTRY, parameters=_IN_PATH, method="PUT")
@described(
    Text(zh="登记机构", en="Register an institution"),
    Text(
        zh="须用运营者密钥。已登记的以此内容代替。角色须是法律所载，主管机关的角色除外；"
        "许可期间之外的行为仍按角色判断，并附 `not_licensed` 提示。",
        en="Takes an operator's key. What was registered is replaced. Roles are those of the law, "
        "without those of authorities; an act outside the licence is judged by the roles all the "
        "same, with the note `not_licensed`.",
    ),
    body=EntryForm,
    answer=InstitutionShape,
    refusals=(
        *_OF_BODIES,
        errors.WrongEntry,
        errors.UnknownRole,
        errors.RoleOfAuthority,
    ),
    needs_key=True,
)
def put_institution(institution_id: str) -> Response:
    """Register the posted entry and answer it."""
    allowed(Scope.INSTITUTIONS_WRITE)
    current_request().refuse_unknown_query(())
    application = service()
    application.register(read_entry(institution_id, _body(), application.law.roles))
    return _entry(institution_id)


@blueprint.route(_PROFILE, parameters=_IN_PATH)
@described(
    Text(zh="查看机构档案", en="Read a profile"),
    Text(
        zh="每个事实最新的评估，以及对常设义务的报告：已履行、违反、尚不能确定、即将到期、"
        "已到期、从未评估。",
        en="The newest attestation of each fact, and the report on the standing duties: met, "
        "breached, open with what they need, expiring, expired, never attested.",
    ),
    answer=ProfileShape,
    query=AS_OF,
    query_schemas=AS_OF_SCHEMA,
    refusals=(
        errors.WrongQuery,
        errors.BadDate,
        errors.NotAuthenticated,
        errors.KeyKindWrong,
        errors.ScopeMissing,
        errors.WrongInstitution,
        errors.NotFound,
        errors.StoreUnavailable,
    ),
    needs_key=True,
)
def get_profile(institution_id: str) -> Response:
    """Answer the profile with its report."""
    require_access(institution_id, Scope.INSTITUTIONS_READ)
    current_request().refuse_unknown_query(AS_OF)
    return answer(service().profile(institution_id, asked_day()))


@blueprint.route(_PROFILE, parameters=_IN_PATH, method="PUT")
@described(
    Text(zh="评估机构档案", en="Attest a profile"),
    Text(
        zh="用本机构或者运营者的密钥。评估只增不改，每个事实以最新记录的为准；未写到的事实不变。"
        "只接受该机构的检查类型所读取的事实，不接受个人信息和单个事件的事实。",
        en="Takes the institution's own key or an operator's. Attestations are only ever added, "
        "and the one of a fact recorded last counts; facts that are not named stay as they are. "
        "Only facts that the institution's check types read are taken, and none that is personal "
        "or of one event.",
    ),
    body=ProfileForm,
    answer=ProfileShape,
    refusals=(
        *_OF_BODIES,
        errors.WrongInstitution,
        errors.NotFound,
        errors.WrongAttestation,
        errors.UnknownFact,
        errors.NotAttestable,
        errors.WrongType,
        errors.OutOfRange,
    ),
    needs_key=True,
)
def put_profile(institution_id: str) -> Response:
    """Add the posted attestations and answer the profile."""
    require_access(institution_id, Scope.PROFILES_WRITE)
    current_request().refuse_unknown_query(())
    application = service()
    application.attest(institution_id, _body())
    return answer(application.profile(institution_id))


def _body() -> dict[str, Any]:
    return json_body()


def _entry(institution_id: str) -> Response:
    application = service()
    found = application.institution(institution_id)
    return answer(entry_as_json(found, application.law.roles))
