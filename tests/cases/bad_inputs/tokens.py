"""Tokens that prove nothing, and callers who may not do what they ask."""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from libs.runtime.clock import now
from tests.cases.bad_inputs.case import Case, Got, checked, refused
from tests.cases.bad_inputs.requests import number_in, size_in, worst
from tests.cases.bad_inputs.system import System
from tests.cases.bad_inputs.world import JSON, World, succeeded
from tests.support.eventually import eventually

LIST = ("order", "GET", "/v1/orders")
AT_ONCE = 10
"""Questions of a caller in a hurry that are under way together."""


async def scheme(world: World, case: Case) -> Got:
    """Another scheme than Bearer."""
    return refused(case, await _with(world, "Basic bWlhOnNlY3JldA=="))


async def forged(world: World, case: Case) -> Got:
    """A token that was not signed as it must be, or says what it must not, as the case describes it."""
    makers: Mapping[str, Callable[[System], str]] = {
        "alg none": _unsigned,
        "HS256": _with_the_public_key,
        "unknown kid": _of_a_stranger,
        "expired": lambda system: _said(system, exp=-60, iat=-600, nbf=-600),
        "no exp": lambda system: _said(system, exp=None),
        "wrong aud": lambda system: _said(system, aud=["fieldfact-dispatch"]),
        "KiB of claims": lambda system: _said(system, note="x" * size_in(case.input)),
        "one bit flipped": _flipped,
        "as a string": lambda system: _said(system, roles="admin"),
    }
    make = next(make for words, make in makers.items() if words in case.input)
    times = min(number_in(case.input.rpartition(",")[2]), 50) if "times" in case.input else 1
    return worst(case, [await _with(world, f"Bearer {make(world.system)}") for _ in range(times)])


async def in_the_query(world: World, case: Case) -> Got:
    """A good token where it must not stand."""
    token = world.system.token("service_manager")
    return refused(case, await world.system.ask(*LIST, role="", params={"access_token": token}))


async def doubled(world: World, case: Case) -> Got:
    """Two Authorization headers, both good."""
    pair = ("authorization", f"Bearer {world.system.token('service_manager')}")
    return refused(case, await world.system.ask(*LIST, headers=[pair, pair]))


async def cross_site(world: World, case: Case) -> Got:
    """A page of another origin asks."""
    return refused(case, await world.system.ask(*LIST, headers={"origin": "null"}))


async def read_only(world: World, case: Case) -> Got:
    """An analyst on every route that changes something."""
    answers = [
        await _mutate(world.system, service, method.upper(), path, "analyst")
        for service in world.system.addresses
        for path, operations in (await world.system.described(service)).get("paths", {}).items()
        for method in operations
        if method in ("post", "put", "patch", "delete")
    ]
    return worst(case, answers)


async def _mutate(system: System, service: str, method: str, path: str, role: str) -> httpx.Response:
    headers = {**JSON, "idempotency-key": "cases", "if-none-match": "*"}
    return await system.ask(
        service, method, path.replace("{", "").replace("}", ""), role=role, content="{}", headers=headers
    )


async def price_by_dispatcher(world: World, case: Case) -> Got:
    """A dispatcher sets a price by hand."""
    body = json.dumps({"unit_price": "1.00", "reason": "Cheaper"})
    return refused(case, await world.post(f"{await world.order()}/lines/1/override-price", body, role="dispatcher"))


async def technician_by_clerk(world: World, case: Case) -> Got:
    """A clerk assigns a technician to an order."""
    body = json.dumps({"preferred_technician": "W-1"})
    path = await world.order()
    return refused(
        case, await world.system.ask("order", "PATCH", path, content=body, headers=JSON, role="subscription_clerk")
    )


async def own_list(world: World, case: Case) -> Got:
    """A list as the portal sees it: its own customer's orders, and none when it asks for another's."""
    for name in ("open", "foreign"):
        await world.order(name)
    query = {"customer": "C-2"} if "another" in case.input else {}

    async def is_known() -> bool:
        return {"C-1", "C-2"} <= set(await _customers(world))

    await eventually(is_known, within=20)
    answer = await world.system.ask(*LIST, role="customer", params={**query, "limit": "1000"})
    seen = {row["customer"] for row in answer.json().get("items", [])}
    return checked(answer, case.error_code, seen == (set() if query else {"C-1"}))


async def _customers(world: World) -> list[str]:
    answer = succeeded(await world.system.ask(*LIST, params={"limit": "1000"}))
    return [row["customer"] for row in answer.json()["items"]]


async def internal_route(world: World, case: Case) -> Got:
    """What operators do is not to be found where callers ask."""
    paths = ("/admin/rebuild", "/v1/rebuild", "/metrics")
    return worst(case, [await world.system.ask("order", "GET", path, role="customer") for path in paths])


async def foreign_scope(world: World, case: Case) -> Got:
    """A service with the scope of another one asks for a change."""
    token = world.system.token("service", subject="dispatch", scope="dispatch.write")
    headers = {**JSON, "authorization": f"Bearer {token}", "if-none-match": "*"}
    return refused(
        case, await world.system.ask("reference", "PUT", "/v1/customers/C-9", content='{"name": "X"}', headers=headers)
    )


async def too_often(world: World, case: Case) -> Got:
    """One caller asks so often on a service that allows less, while another caller is not held up."""
    world.system.own  # noqa: B018 - the limit of a service that is not ours is not known
    token = world.system.token("analyst", subject=world.name("hasty"))
    ask = ("reporting", "GET", "/v1/reports/sla-orders/00000000-0000-4000-8000-000000000000/ledger?clock=response")
    refusals = list[Got]()
    for _ in range(number_in(case.input) // AT_ONCE):
        asked = [world.system.ask(*ask, headers={"authorization": f"Bearer {token}"}) for _ in range(AT_ONCE)]
        answers = await asyncio.gather(*asked)
        refusals += [refused(case, one) for one in answers if one.status_code == httpx.codes.TOO_MANY_REQUESTS]
        if refusals:
            break
    other = await world.system.ask(*ask, role="analyst")
    got = refusals[0] if refusals else Got(200, "none")
    return (
        got
        if other.status_code == httpx.codes.NOT_FOUND
        else Got(got.status, got.error_code, ("holds up another caller",))
    )


async def _with(world: World, authorization: str) -> httpx.Response:
    return await world.system.ask(*LIST, headers={"authorization": authorization})


def _said(system: System, **changed: Any) -> str:
    """A token signed by the issuer that says something else. Instants are seconds from now."""
    issued = int(now().timestamp())
    claims = json.loads(_part(system.token("service_manager"), 1)) | changed
    for name in {"exp", "iat", "nbf"} & changed.keys():
        claims[name] = None if changed[name] is None else issued + changed[name]
    return _signed({name: value for name, value in claims.items() if value is not None}, system.issuer._key)


def _signed(claims: Mapping[str, Any], key: ECKey) -> str:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}
    return jws.serialize_compact(header, json.dumps(claims).encode(), key)


def _unsigned(system: System) -> str:
    return f"{_coded({'alg': 'none', 'typ': 'at+jwt'})}.{system.token('service_manager').split('.')[1]}."


def _with_the_public_key(system: System) -> str:
    (public,) = system.issuer.key_set()["keys"]
    key = OctKey.import_key(json.dumps(public).encode())
    header = {"alg": "HS256", "typ": "at+jwt", "kid": public["kid"]}
    return jws.serialize_compact(header, _part(system.token("service_manager"), 1), key)


def _of_a_stranger(system: System) -> str:
    stranger = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    return _signed(json.loads(_part(system.token("service_manager"), 1)), stranger)


def _flipped(system: System) -> str:
    head, claims, signature = system.token("service_manager").split(".")
    raw = bytearray(_decoded(signature))
    raw[10] ^= 1
    return f"{head}.{claims}.{base64.urlsafe_b64encode(bytes(raw)).decode().rstrip('=')}"


def _part(token: str, number: int) -> bytes:
    return _decoded(token.split(".")[number])


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _coded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
