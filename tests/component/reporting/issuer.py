"""An issuer of access tokens, with a key of its own."""

import json
from datetime import timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from libs.runtime import clock
from libs.runtime.auth.tokens import audience_of
from libs.runtime.settings import ServiceSettings

ISSUER: str = ServiceSettings.model_fields["token_issuer"].default


class Issuer:
    """Signs tokens for the reporting service."""

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256", {"kid": "test", "use": "sig"})

    def write_keys(self, folder: Path) -> Path:
        """The file with the public key."""
        path = folder / "keys.json"
        path.write_text(json.dumps(KeySet([self._key]).as_dict(private=False)))
        return path

    def token(self, *roles: str, **about: str) -> str:
        """A token of somebody with these roles, and what else it says of him."""
        now = int(clock.now().timestamp())
        until = now + int(timedelta(minutes=5).total_seconds())
        claims = {"iss": ISSUER, "aud": audience_of("reporting"), "sub": "somebody", "roles": list(roles), **about}
        header = {"alg": "ES256", "kid": "test", "typ": "at+jwt"}
        return jwt.encode(header, {**claims, "iat": now, "nbf": now, "exp": until}, self._key)
