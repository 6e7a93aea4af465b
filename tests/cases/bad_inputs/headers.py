"""Versions and keys in headers: If-Match, If-None-Match, Idempotency-Key."""

import asyncio
import json
import re

import httpx

from tests.cases.bad_inputs.case import Case, Got, checked, refused
from tests.cases.bad_inputs.requests import worst
from tests.cases.bad_inputs.world import HEADER, JSON, World, succeeded
from tests.support.workload import HOUR

CHANGE = json.dumps({"description": "Changed"})
SAID = re.compile(r"If-Match: (?P<value>\*|(?:W/)?\"[^\"]*\"(?:, \"[^\"]*\")*|\S+)(?:.* version is (?P<version>\d+))?")


async def no_version(world: World, case: Case) -> Got:
    """A PUT of a record that is there, without the version it replaces."""
    return refused(case, await world.put("customers/C-1", '{"name": "Changed"}', {}))


async def if_match(world: World, case: Case) -> Got:
    """A revision with the header of the case; a bare number stands for the tag of the version as far from the present
    one as it is from the case's."""
    path = await world.order()
    version, stream = await world.tag(path)
    found = SAID.search(case.input)
    value, theirs = (found["value"], int(found["version"] or 8)) if found else ("", 8)

    def tag(number: re.Match[str]) -> str:
        said = int(number[1])
        meant = said + version - theirs if 0 <= said < 1000 else said
        return f'"{meant}-{stream}"'

    return refused(case, await _revise(world, path, re.sub(r'"(-?\d+)"', tag, value)))


async def foreign_tag(world: World, case: Case) -> Got:
    """The tag of another order at the same version."""
    path, other = await world.order(), await world.order("posted")
    version, _ = await world.tag(path)
    return refused(case, await _revise(world, path, f'"{version}-{other.rpartition("/")[2][:8]}"'))


async def _revise(world: World, path: str, tag: str) -> httpx.Response:
    return await world.system.ask("order", "PATCH", path, content=CHANGE, headers=JSON | {"if-match": tag})


async def not_new(world: World, case: Case) -> Got:
    """A record that is to be new and is there."""
    return refused(case, await world.put("customers/C-1", '{"name": "Again"}', {"if-none-match": "*"}))


async def malformed_key(world: World, case: Case) -> Got:
    """Every key that the case speaks of."""
    if "256" in case.input:
        keys = [["k" * 256]]
    elif "two" in case.input:
        keys = [["one", "two"]]
    else:
        keys = [[""], ["   "], ["schlüssel"]]
    answers = []
    for values in keys:
        named = [("Content-Type", "application/json"), *(("Idempotency-Key", key) for key in values)]
        answers.append(await world.system.ask_raw("order", "POST", "/v1/orders", *named, content=json.dumps(HEADER)))
    return worst(case, answers)


async def same_request(world: World, case: Case) -> Got:
    """The same request twice; the members of the second stand in another order where the case says so."""
    key = world.name()
    path = f"{await world.order()}/lines"
    first = succeeded(await world.post(path, json.dumps(HOUR), idempotency_key=key))
    members = HOUR if "order" not in case.input else dict(reversed(HOUR.items()))
    again = await world.post(path, json.dumps(members), idempotency_key=key)
    return replayed(case, first, again)


def replayed(case: Case, first: httpx.Response, again: httpx.Response) -> Got:
    """Whether the second answer is the first one, byte for byte, and says so."""
    same = (first.status_code, first.content, first.headers["etag"]) == (
        *(again.status_code, again.content),
        again.headers.get("etag"),
    )
    return checked(again, case.error_code, same, again.headers.get("idempotency-replayed") == "true")


async def other_path(world: World, case: Case) -> Got:
    """The key of one request on another path."""
    key = world.name()
    succeeded(await world.post("/v1/orders", json.dumps(HEADER), idempotency_key=key))
    return refused(case, await world.post(f"{await world.order()}/lines", json.dumps(HOUR), idempotency_key=key))


async def after_refusal(world: World, case: Case) -> Got:
    """A mended body under the key of a refused one."""
    key = world.name()
    wrong = await world.post("/v1/orders", json.dumps(HEADER | {"service_date": "x"}), idempotency_key=key)
    mended = await world.post("/v1/orders", json.dumps(HEADER), idempotency_key=key)
    return checked(mended, case.error_code, wrong.status_code == 422, "idempotency-replayed" not in mended.headers)


async def at_once(world: World, case: Case) -> Got:
    """The same request many times at once: it happens once, and whoever is not told so at once is told to wait."""
    key, path = world.name(), f"{await world.order()}/lines"
    before, _ = await world.tag(path.removesuffix("/lines"))
    answers = await asyncio.gather(
        *(world.post(path, json.dumps(HOUR), idempotency_key=key) for _ in range(20)),
    )
    after, _ = await world.tag(path.removesuffix("/lines"))
    created = [answer for answer in answers if answer.status_code == 201]
    waiting = {answer.json()["error_code"] for answer in answers if answer.status_code != 201}
    fresh = [answer for answer in created if "idempotency-replayed" not in answer.headers]
    return checked(created[0], case.error_code, after == before + 1, len(fresh) == 1, waiting <= {"in_progress"})
