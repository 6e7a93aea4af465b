"""A token issuer for demos and tests: whoever asks gets what he asks for. `python -m deploy.local.issuer`."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from libs.runtime.auth.caller import ROLES
from libs.runtime.auth.policy import scope_of
from libs.runtime.auth.tokens import audience_of
from libs.runtime.clock import now

SERVICES = ("reference", "agreement", "order", "subscription_billing", "reporting", "invoicing")
LIFETIME = timedelta(minutes=10)

_ONE = ("subject", "worker_id", "customer_id")
_MANY = ("role", "team")


class LocalIssuer:
    """Signs access tokens with a key of its own."""

    def __init__(self, issuer_url: str, key: ECKey | None = None) -> None:
        self.url = issuer_url
        self._key = key or new_key()

    def token(self, subject: str, roles: Sequence[str], audiences: Sequence[str] = SERVICES, **claims: Any) -> str:
        """A token for services. `claims` are added or replace ours; None takes one away."""
        issued = int(now().timestamp())
        scopes = [scope_of(service, reads=reads) for service in audiences for reads in (True, False)]
        whole = {
            "iss": self.url,
            "aud": [audience_of(service) for service in audiences],
            "sub": subject,
            "iat": issued,
            "nbf": issued,
            "exp": issued + int(LIFETIME.total_seconds()),
            "roles": list(roles),
            "scope": " ".join(scopes) if "service" in roles else "",
        } | claims
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self._key.kid}
        return jwt.encode(header, {name: value for name, value in whole.items() if value is not None}, self._key)

    def key_set(self) -> dict[str, Any]:
        """The public key, as a JSON Web Key Set."""
        return dict(KeySet([self._key]).as_dict(private=False))


def new_key() -> ECKey:
    """A key that nobody else has."""
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)


def kept_key(file: Path) -> ECKey:
    """The key in the file, which only its owner may read; a new one is written there when there is none."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(new_key().as_dict(private=True)))
    return ECKey.import_key(json.loads(file.read_text()))


def issuer_app(issuer: LocalIssuer) -> Starlette:
    """The issuer over HTTP: its keys, its health, and POST /token with a query, a form or JSON."""

    async def keys(_: Request) -> Response:
        return JSONResponse(issuer.key_set())

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def token(request: Request) -> Response:
        asked = await _asked(request)
        subject, roles = asked.pop("subject", ""), asked.pop("role", [])
        if not subject or not roles or not set(roles) <= ROLES:
            return JSONResponse({"error": "invalid_request", "roles": sorted(ROLES)}, 400)
        signed = issuer.token(subject, roles, **asked)
        seconds = int(LIFETIME.total_seconds())
        return JSONResponse({"access_token": signed, "token_type": "Bearer", "expires_in": seconds})

    return Starlette(
        routes=[
            Route("/.well-known/jwks.json", keys),
            Route("/healthz", health),
            Route("/token", token, methods=["POST"]),
        ]
    )


async def _asked(request: Request) -> dict[str, Any]:
    """What a token is to say, wherever it was written."""
    body, fields = await request.body(), parse_qs(request.url.query)
    if request.headers.get("content-type", "").startswith("application/json"):
        given: Mapping[str, Any] = json.loads(body or b"{}")
        fields |= {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    else:
        fields |= parse_qs(body.decode())
    one = {name: fields[name][-1] for name in _ONE if name in fields}
    many = {name: fields[name] for name in _MANY if name in fields}
    return one | ({"teams": many.pop("team")} if "team" in many else {}) | many


def main() -> None:
    """Runs the issuer until SIGTERM or SIGINT. Refuses to start anywhere but in development."""
    if os.environ.get("FIELDFACT_MODE", "production") != "development":
        raise SystemExit("this issuer gives a token to anybody: it runs with FIELDFACT_MODE=development only")
    host, port = os.environ.get("HTTP_HOST", "127.0.0.1"), int(os.environ.get("HTTP_PORT", "8100"))
    url = os.environ.get("TOKEN_ISSUER", f"http://{host}:{port}")
    kept = os.environ.get("ISSUER_KEY_FILE")
    issuer = LocalIssuer(url, kept_key(Path(kept)) if kept else None)
    uvicorn.run(issuer_app(issuer), host=host, port=port, log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
