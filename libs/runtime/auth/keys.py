"""The issuer's public keys: from its address or a file, and from nowhere else."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from libs.runtime import clock
from libs.runtime.faults import Unavailable

SELDOM = timedelta(minutes=1)
"""An unknown key id makes us look again at most so often. Source: security 6.2."""

FIRST = timedelta(seconds=1)
"""The same while there is no key at all: issuer and services start together."""

SECONDS = 3.0
LARGEST = 256 * 1024

Fetch = Callable[[], Awaitable[bytes]]
PublicKey = ECKey | RSAKey


class Keys:
    """The keys by id. `fetch` answers a JSON Web Key Set; OSError or httpx.HTTPError when it cannot."""

    def __init__(self, fetch: Fetch, now: Callable[[], datetime] = clock.now) -> None:
        self._fetch, self._now = fetch, now
        self._keys: dict[str, PublicKey] = {}
        self._looked_at: datetime | None = None
        self._looking = asyncio.Lock()

    async def key(self, key_id: str) -> PublicKey | None:
        """The key of this id, or None. Unavailable as long as no key set was ever read."""
        if key_id not in self._keys and self._may_look():
            async with self._looking:
                if key_id not in self._keys and self._may_look():
                    await self._look()
        if not self._keys:
            raise Unavailable("the issuer's keys are not to be had")
        return self._keys.get(key_id)

    def _may_look(self) -> bool:
        pause = SELDOM if self._keys else FIRST
        return self._looked_at is None or self._now() - self._looked_at >= pause

    async def _look(self) -> None:
        """Reads the key set; the old one stays when that fails."""
        self._looked_at = self._now()
        try:
            self._keys = read_keys(await self._fetch())
        except (OSError, httpx.HTTPError, ValueError, JoseError) as fault:
            if not self._keys:
                raise Unavailable("the issuer's keys are not to be had") from fault


def read_keys(key_set: bytes) -> dict[str, PublicKey]:
    """The signing keys of a JSON Web Key Set that have an id and a kind that we take. ValueError or JoseError."""
    document = json.loads(key_set)
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("not a key set")
    keys = KeySet.import_key_set({"keys": document["keys"]}).keys
    return {key.kid: key for key in keys if isinstance(key, ECKey | RSAKey) and key.kid and key.get("use") != "enc"}


def keys_at(url: str) -> Keys:
    """The keys at an address. No proxy of the environment is asked and no redirect followed."""

    async def fetch() -> bytes:
        async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client, client.stream("GET", url) as answer:
            answer.raise_for_status()
            read = b""
            async for chunk in answer.aiter_bytes():
                read += chunk
                if len(read) > LARGEST:
                    raise ValueError("the key set is too large")
            return read

    return Keys(fetch)


def keys_in(path: str) -> Keys:
    """The keys in a file, which may be replaced while we run."""

    async def fetch() -> bytes:
        return await asyncio.to_thread(Path(path).read_bytes)

    return Keys(fetch)
