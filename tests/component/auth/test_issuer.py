"""The local issuer gives a token to anybody, and runs nowhere but in development."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.issuer import LocalIssuer, issuer_app, kept_key
from libs.runtime.auth.keys import Keys
from libs.runtime.auth.tokens import Tokens
from tests.architecture.tree import ROOT

ISSUER = LocalIssuer("http://issuer.test")


@pytest.fixture
def http() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(issuer_app(ISSUER)), base_url=ISSUER.url)


ASKED: list[Mapping[str, Any]] = [
    {"params": {"subject": "tom", "role": "technician", "worker_id": "W-1"}},
    {"data": {"subject": "tom", "role": "technician", "worker_id": "W-1"}},
    {"json": {"subject": "tom", "role": ["technician"], "worker_id": "W-1"}},
]


@pytest.mark.parametrize("asked", ASKED)
async def test_a_token_that_every_service_takes(asked: Mapping[str, Any], http: httpx.AsyncClient) -> None:
    answer = (await http.post("/token", **asked)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 600)

    async def fetch() -> bytes:
        return (await http.get("/.well-known/jwks.json")).content

    for service in ("reference", "agreement", "order", "subscription_billing", "reporting", "invoicing"):
        judge = Tokens(service, ISSUER.url, Keys(fetch))
        caller = await judge.caller([f"Bearer {answer['access_token']}"])
        assert (caller.subject, caller.worker_id) == ("tom", "W-1")
        assert caller.roles == {"technician"}


@pytest.mark.parametrize("asked", [{}, {"subject": "tom"}, {"subject": "tom", "role": "chief"}, {"role": "analyst"}])
async def test_a_token_for_nobody_or_nothing(asked: Mapping[str, str], http: httpx.AsyncClient) -> None:
    assert (await http.post("/token", params=asked)).status_code == 400


async def test_only_the_public_key_is_shown(http: httpx.AsyncClient) -> None:
    (key,) = (await http.get("/.well-known/jwks.json")).json()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (await http.get("/healthz")).status_code == 200


def test_a_kept_key_is_the_same_again_and_its_owner_s_alone(tmp_path: Path) -> None:
    file = tmp_path / "issuer" / "key.json"
    first, second = LocalIssuer("http://a.test", kept_key(file)), LocalIssuer("http://a.test", kept_key(file))
    assert first.key_set() == second.key_set()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["d"]


@pytest.mark.parametrize("mode", ["production", None])
def test_it_does_not_start_in_production(mode: str | None) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "FIELDFACT_MODE"}
    environment |= {"FIELDFACT_MODE": mode} if mode else {}
    command = [sys.executable, "-m", "deploy.local.issuer"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "FIELDFACT_MODE=development only" in ended.stderr
