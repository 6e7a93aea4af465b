"""Access tokens: RFC 9068, signed by the one issuer, for this service, now. Source: security 6.2."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Protocol

from joserfc import jws
from joserfc.errors import JoseError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from libs.runtime import clock
from libs.runtime.auth.caller import Caller, Role
from libs.runtime.auth.keys import PublicKey
from libs.runtime.http.json import parse
from libs.runtime.http.problems import Refused

ALGORITHMS = ("ES256", "RS256")
TYPES = ("at+jwt", "application/at+jwt")
LEEWAY = timedelta(seconds=30)
LONGEST_LIFE = timedelta(minutes=10)

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_Name = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]


class KeySource(Protocol):
    """Where public keys come from."""

    async def key(self, key_id: str) -> PublicKey | None:
        """The key of this id, or None."""


class Claims(BaseModel):
    """The claims that we read; others are not looked at."""

    model_config = ConfigDict(strict=True, frozen=True)

    iss: str
    aud: str | list[str]
    sub: _Name
    exp: Annotated[int, Field(ge=0, lt=2**40)]
    nbf: Annotated[int, Field(ge=0, lt=2**40)]
    iat: Annotated[int, Field(ge=0, lt=2**40)]
    roles: list[Role]
    customer_id: _Name | None = None
    worker_id: _Name | None = None
    teams: list[_Name] = []
    scope: str = ""

    @property
    def audiences(self) -> list[str]:
        """All services for which the token is."""
        return [self.aud] if isinstance(self.aud, str) else self.aud

    @property
    def is_whole(self) -> bool:
        """Whether people who are held to their own things say who they are, and no one poses as our own policies."""
        technician = "technician" not in self.roles or self.worker_id
        customer = "customer" not in self.roles or self.customer_id
        return bool(technician and customer) and not self.sub.startswith("service:")

    def caller(self) -> Caller:
        """The caller, before any policy has granted anything."""
        return Caller(
            subject=self.sub,
            roles=frozenset(self.roles),
            customer_id=self.customer_id,
            worker_id=self.worker_id,
            teams=tuple(self.teams),
            scopes=frozenset(self.scope.split()),
        )


def audience_of(service: str) -> str:
    """The audience by which tokens name a service."""
    return f"fieldfact-{service}"


@dataclass(frozen=True)
class Tokens:
    """What a service takes for proof of who calls. `any_lifetime` is for development."""

    service: str
    issuer: str
    keys: KeySource
    any_lifetime: bool = False
    now: Callable[[], datetime] = clock.now

    async def caller(self, authorization: Sequence[str]) -> Caller:
        """The caller whom the Authorization headers prove. Refused (401) with a code and nothing more; Unavailable
        while the issuer's keys are not to be had."""
        claims = await self._claims(_bearer(authorization))
        if claims.iss != self.issuer or not claims.is_whole:
            raise invalid()
        if audience_of(self.service) not in claims.audiences:
            raise unauthenticated("token_audience", "The token is for another service.")
        self._check_time(claims)
        return claims.caller()

    async def _claims(self, token: str) -> Claims:
        try:
            signed = jws.extract_compact(token.encode())
            header = signed.headers()
            if str(header.get("typ", "")).lower() not in TYPES or header.get("alg") not in ALGORITHMS:
                raise invalid()
            key = await self.keys.key(str(header.get("kid", "")))
            if key is None or not jws.validate_compact(signed, key, ALGORITHMS):
                raise invalid()
            return Claims.model_validate(parse(signed.payload or b""))
        except (JoseError, ValidationError, ValueError, Refused) as fault:
            raise invalid() from fault

    def _check_time(self, claims: Claims) -> None:
        now, leeway = int(self.now().timestamp()), int(LEEWAY.total_seconds())
        if claims.exp <= now - leeway:
            raise unauthenticated("token_expired", "The token has expired.")
        if claims.nbf > now + leeway or claims.iat > now + leeway or claims.exp <= claims.iat:
            raise invalid()
        if not self.any_lifetime and claims.exp - claims.iat > LONGEST_LIFE.total_seconds():
            raise invalid()


def unauthenticated(error_code: str, detail: str) -> Refused:
    """A refusal for want of a good token, with the challenge of RFC 6750."""
    error = "" if error_code in ("token_missing", "token_scheme") else ', error="invalid_token"'
    return Refused(401, error_code, detail, www_authenticate=f'Bearer realm="fieldfact"{error}')


def invalid() -> Refused:
    """The refusal of a token; it does not say why."""
    return unauthenticated("token_invalid", "The token is not valid here.")


def _bearer(authorization: Sequence[str]) -> str:
    if not authorization or not authorization[0].strip():
        raise unauthenticated("token_missing", "The request carries no token.")
    scheme, _, token = authorization[0].strip().partition(" ")
    if scheme.lower() != "bearer":
        raise unauthenticated("token_scheme", "The token is a bearer token.")
    if not _COMPACT.fullmatch(token):
        raise invalid()
    return token


def looks_like_a_token(value: Any) -> bool:
    """Whether a text has the form of a signed token."""
    return bool(_COMPACT.fullmatch(str(value))) and str(value).startswith("ey")
