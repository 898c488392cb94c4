"""Signed tokens: whose they are, and what is wrong with those that are refused."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from flask.testing import FlaskClient
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from fanzha.errors import TokenInvalid
from fanzha.model.access import SCOPES, KeyKind, Scope
from fanzha.settings import Settings, TokenSettings
from fanzha.web.token_keys import REFRESH_AT_LEAST_SECONDS, REFRESH_SECONDS
from fanzha.web.tokens import Tokens
from tests.web.conftest import Caller
from tests.web.places import assert_problem

Json = dict[str, Any]

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
STRANGER = ec.generate_private_key(ec.SECP256R1())
SECRET = "a shared secret of more than thirty-two bytes"
ISSUER, AUDIENCE = "https://id.example", "fanzha"


def _public() -> list[Json]:
    secret = base64.urlsafe_b64encode(SECRET.encode()).decode()
    return [
        {**RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "rsa", "use": "sig"},
        {**RSAAlgorithm.to_jwk(SHORT_RSA.public_key(), as_dict=True), "kid": "short"},
        {**ECAlgorithm.to_jwk(EC.public_key(), as_dict=True), "kid": "ec"},
        {**OKPAlgorithm.to_jwk(ED.public_key(), as_dict=True), "kid": "ed"},
        {"kty": "oct", "k": secret, "kid": "oct"},
        {"kty": "unheard-of", "kid": "new"},
    ]


class Clock:
    """A clock that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": _public()}))
    return path


@pytest.fixture
def settings(tmp_path: Path, keys_file: Path) -> Settings:
    return Settings.from_environment(
        {
            "FANZHA_DATABASE_URL": f"sqlite:///{tmp_path / 'fanzha.db'}",
            "FANZHA_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
            "FANZHA_JWKS": str(keys_file),
            "FANZHA_JWT_ISSUER": ISSUER,
            "FANZHA_JWT_AUDIENCE": AUDIENCE,
        }
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(keys_file: Path, clock: Clock) -> Tokens:
    return Tokens(TokenSettings(str(keys_file), ISSUER, AUDIENCE), clock=clock)


def signed(
    key: Any = EC, algorithm: str = "ES256", key_id: str | None = "ec", **changes: Any
) -> str:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": int(time.time()) + 600,
        "sub": "telecom-001",
        **changes,
    }
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(present, key, algorithm, headers={"kid": key_id} if key_id else None)


@pytest.mark.parametrize(
    ("key", "algorithm", "key_id"),
    [(RSA, "RS256", "rsa"), (EC, "ES256", "ec"), (ED, "EdDSA", "ed")],
)
def test_a_token_is_its_institutions_by_each_algorithm(
    tokens: Tokens, key: Any, algorithm: str, key_id: str
) -> None:
    holder = tokens.holder_of(signed(key, algorithm, key_id))
    assert (holder.kind, holder.institution) == (KeyKind.INSTITUTION, "telecom-001")
    assert holder.scopes == SCOPES[KeyKind.INSTITUTION]


def test_a_person_acts_for_the_institution_that_the_token_names(tokens: Tokens) -> None:
    holder = tokens.holder_of(signed(sub="officer-7", fanzha_institution="bank-001"))
    assert holder.institution == "bank-001"
    assert holder.key_id == "token:officer-7"


@pytest.mark.parametrize("role", ["regulator", "auditor", "operator"])
def test_a_token_of_another_role_is_no_institutions(tokens: Tokens, role: str) -> None:
    holder = tokens.holder_of(signed(sub="pbc", fanzha_role=role, fanzha_institution="bank-001"))
    assert (holder.kind, holder.institution) == (KeyKind(role), None)
    assert holder.supervisor == ("pbc" if role == "regulator" else None)


def test_scopes_make_a_token_narrower_and_never_wider(tokens: Tokens) -> None:
    holder = tokens.holder_of(signed(scope="openid decisions:read institutions:write"))
    assert holder.scopes == {Scope.DECISIONS_READ}
    assert tokens.holder_of(signed(scope="openid")).scopes == frozenset()


def _unsigned() -> str:
    return jwt.encode(
        {"iss": ISSUER, "aud": AUDIENCE, "sub": "telecom-001", "exp": int(time.time()) + 600},
        None,
        "none",
        headers={"kid": "ec"},
    )


REFUSED: dict[str, Callable[[], str]] = {
    "expired": lambda: signed(exp=int(time.time()) - 60),
    "without end": lambda: signed(exp=None),
    "not yet": lambda: signed(nbf=int(time.time()) + 600),
    "another issuer": lambda: signed(iss="https://other.example"),
    "without issuer": lambda: signed(iss=None),
    "another audience": lambda: signed(aud="other"),
    "without audience": lambda: signed(aud=None),
    "without subject": lambda: signed(sub=None),
    "a subject that is empty": lambda: signed(sub=""),
    "a subject too long": lambda: signed(sub="x" * 201),
    "a subject with a line feed": lambda: signed(sub="a\nb"),
    "an unknown role": lambda: signed(fanzha_role="god"),
    "a role that is no text": lambda: signed(fanzha_role=["operator"]),
    "an institution that is no text": lambda: signed(fanzha_institution=7),
    "an end that no calendar has": lambda: signed(exp=10**18),
    "an end that is text": lambda: signed(exp=str(int(time.time()) + 600)),
    "scopes that are a list": lambda: signed(scope=["decisions:read"]),
    "a stranger's key": lambda: signed(STRANGER),
    "an unknown key": lambda: signed(key_id="nobody"),
    "no key named": lambda: signed(key_id=None),
    "another algorithm": lambda: signed(RSA, "RS512", "rsa"),
    "a shared secret": lambda: signed(SECRET, "HS256", "oct"),
    "a shared secret under a public key's name": lambda: signed(SECRET, "HS256", "ec"),
    "a key that is too short": lambda: signed(SHORT_RSA, "RS256", "short"),
    "unsigned": _unsigned,
    "no token": lambda: "a.b.c",
    "nothing between the dots": lambda: "..",
    "other characters": lambda: "密.钥.匙",
    "changed": lambda: signed()[:-8] + "AAAAAAAA",
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("made", REFUSED)
def test_a_token_that_does_not_fit_is_refused(tokens: Tokens, made: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.holder_of(REFUSED[made]())


def test_a_new_key_is_found_once_the_keys_may_be_read_again(
    tokens: Tokens, keys_file: Path, clock: Clock
) -> None:
    tokens.holder_of(signed())
    added = {**ECAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True), "kid": "next"}
    keys_file.write_text(json.dumps({"keys": [*_public(), added]}))
    with pytest.raises(TokenInvalid):
        tokens.holder_of(signed(STRANGER, key_id="next"))
    clock.now += REFRESH_AT_LEAST_SECONDS
    assert tokens.holder_of(signed(STRANGER, key_id="next")).institution == "telecom-001"


def test_a_key_that_was_withdrawn_is_refused_after_a_while(
    tokens: Tokens, keys_file: Path, clock: Clock
) -> None:
    tokens.holder_of(signed())
    keys_file.write_text(json.dumps({"keys": []}))
    clock.now += REFRESH_SECONDS
    with pytest.raises(TokenInvalid):
        tokens.holder_of(signed())


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"keys": 7}', '{"keys": [7]}'])
def test_keys_that_cannot_be_read_leave_those_at_hand(
    tokens: Tokens, keys_file: Path, clock: Clock, content: str
) -> None:
    tokens.holder_of(signed())
    keys_file.write_text(content)
    clock.now += REFRESH_SECONDS
    assert tokens.holder_of(signed()).institution == "telecom-001"


def test_without_any_keys_every_token_is_refused(tmp_path: Path) -> None:
    tokens = Tokens(TokenSettings(str(tmp_path / "none.json"), ISSUER, AUDIENCE))
    with pytest.raises(TokenInvalid):
        tokens.holder_of(signed())


def test_over_http_tokens_and_keys_are_taken_side_by_side(
    client: FlaskClient, operator: Caller, check: Json
) -> None:
    by_token = Caller(client, signed())
    place = by_token.post(check).headers["Location"]
    assert operator.get(place).status_code == 200
    assert_problem(Caller(client, signed(sub="bank-001")).get(place), 404, "not_found")
    seen = Caller(client, signed(sub="miit", fanzha_role="regulator")).get(place)
    assert seen.status_code == 200


def test_over_http_a_wrong_token_is_not_authenticated(client: FlaskClient, check: Json) -> None:
    answer = Caller(client, signed(aud="other")).post(check)
    assert_problem(answer, 401, "token_invalid")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
