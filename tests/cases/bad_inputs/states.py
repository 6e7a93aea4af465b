"""Commands that the state refuses, and what agreements and the clocks of service levels are told wrongly."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import httpx

from libs.runtime.clock import now
from tests.cases.bad_inputs.case import Case, Got, OutOfScope, refused
from tests.cases.bad_inputs.fields import CALENDAR
from tests.cases.bad_inputs.world import HEADER, JSON, World, succeeded
from tests.support.workload import HOUR

CLOCKS = {"response": {"targets": {"normal": "PT4H"}}, "resolution": {"targets": {"normal": "PT8H"}}}
POLICY = {"name": "Cases", "effective_on": "2026-01-01", "calendar": "CASES", "clocks": CLOCKS}
AGREEMENT = {"project": "P-1", "group": "CASES", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
TERMINATION = {"on": "2026-06-30", "reason": "Sold"}


async def cancel_posted(world: World, case: Case) -> Got:
    """An order that is posted is canceled; it stays as it was."""
    path = await world.order("posted")
    before = await world.tag(path)
    got = refused(case, await world.post(f"{path}/cancel", "{}"))
    return got if await world.tag(path) == before else Got(got.status, got.error_code, ("it changed",))


async def of_agreement(world: World, case: Case) -> Got:
    """An agreement is told what its state does not take."""
    early = (date.fromisoformat(AGREEMENT["starts_on"]) - timedelta(days=1)).isoformat()
    steps: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
        "terminate before": ("active", "terminate", TERMINATION | {"on": early}),
        "terminate twice": ("terminated", "terminate", TERMINATION),
        "renew a terminated": ("terminated", "renew", {"to": "2027-12-31"}),
        "not suspended": ("active", "resume", {}),
    }
    found = next((step for words, step in steps.items() if words in case.input), None)
    if found is None:
        raise OutOfScope("no command of an agreement is meant")
    state, command, body = found
    return refused(case, await _say(world, f"{await agreement(world, state)}/{command}", body))


async def of_validity(world: World, case: Case) -> Got:
    """The validity of an agreement."""
    said = json.loads(case.input)
    body = AGREEMENT | {"starts_on": said["from"], "ends_on": said.get("to")}
    await level(world)
    return refused(case, await _say(world, "/v1/agreements", body))


async def agreement_of_nobody(world: World, case: Case) -> Got:
    """An agreement on a project, and so for a customer, that is not recorded."""
    await level(world)
    return refused(case, await _say(world, "/v1/agreements", AGREEMENT | {"project": "P-404"}))


async def agreement_of_a_stranger(world: World, case: Case) -> Got:
    """An order of one customer under the agreement of another."""
    own = (await agreement(world, "active")).rpartition("/")[2]
    body = HEADER | {"project": "P-2", "agreement": own}
    return refused(case, await world.post("/v1/orders", json.dumps(body)))


async def of_sla_policy(world: World, case: Case) -> Got:
    """The budgets of a service level."""
    await level(world)
    said = json.loads(case.input)
    named = [clock for clock in CLOCKS if f"{clock}Minutes" in said]
    clocks = {clock: {"targets": {"normal": f"PT{said[f'{clock}Minutes']}M"}} for clock in named}
    return refused(case, await _put(world, f"sla-policies/{world.name('SLA')}", POLICY | {"clocks": clocks}))


async def of_pause(world: World, case: Case) -> Got:
    """A clock that is said to go on before it stopped."""
    path = await measured(world)
    said, began = json.loads(case.input), now()
    if said["resumeAt"] >= said["pauseAt"]:
        raise OutOfScope("the pause is as it should be")
    paused, resumed = (began + timedelta(seconds=seconds) for seconds in (60, 30))
    succeeded(await world.post(f"{path}/stop-sla-recording", json.dumps({"at": paused.isoformat()})))
    return refused(case, await world.post(f"{path}/start-sla-recording", json.dumps({"at": resumed.isoformat()})))


async def pause_twice(world: World, case: Case) -> Got:
    """A clock that is paused is paused again."""
    path = await measured(world)
    succeeded(await world.post(f"{path}/stop-sla-recording", "{}"))
    return refused(case, await world.post(f"{path}/stop-sla-recording", "{}"))


async def resume_running(world: World, case: Case) -> Got:
    """A clock that runs is resumed."""
    return refused(case, await world.post(f"{await measured(world)}/start-sla-recording", "{}"))


async def level(world: World) -> None:
    """A calendar, a policy and a group, known to the agreement service."""
    await world.needs("agreement", "PUT /v1/sla-policies/{key}")
    calendar = await world.put("calendars/CASES", json.dumps(CALENDAR), {"if-none-match": "*"})
    await world.heard("agreement", calendar.headers.get("position", ""))
    await _put(world, "sla-policies/CASES", POLICY)
    await _put(world, "agreement-groups/CASES", {"description": "Cases", "sla_policy": "CASES"})


async def agreement(world: World, state: str) -> str:
    """The path of an agreement in a state: active or terminated."""
    name = f"agreement {state}"
    if name not in world.orders:
        await level(world)
        path = str(succeeded(await _say(world, "/v1/agreements", AGREEMENT)).headers["location"])
        succeeded(await _say(world, f"{path}/lines", HOUR))
        last = succeeded(await _say(world, f"{path}/activate", {}))
        if state == "terminated":
            last = succeeded(await _say(world, f"{path}/terminate", TERMINATION))
        for service in {"order", "subscription_billing"} & set(world.system.addresses):
            await world.heard(service, last.headers["position"])
        world.orders[name] = path
    return world.orders[name]


async def measured(world: World) -> str:
    """The path of a new order under the agreement, whose clocks run."""
    await world.needs("order", "POST /v1/orders/{order}/stop-sla-recording")
    own = (await agreement(world, "active")).rpartition("/")[2]
    header = {"agreement": own, "service_date": HEADER["service_date"]}
    return str(succeeded(await world.post("/v1/orders", json.dumps(header))).headers["location"])


async def _say(world: World, path: str, body: Mapping[str, Any]) -> httpx.Response:
    await world.needs("agreement", "POST /v1/agreements")
    headers = JSON | {"idempotency-key": world.name()}
    return await world.system.ask("agreement", "POST", path, content=json.dumps(body), headers=headers)


async def _put(world: World, path: str, body: Mapping[str, Any]) -> httpx.Response:
    headers = JSON | {"if-none-match": "*"}
    return await world.system.ask("agreement", "PUT", f"/v1/{path}", content=json.dumps(body), headers=headers)
