"""Commands whose answer is lost: the database goes away before the commit, or the service is killed after it."""

import asyncio
import json

import httpx
import psycopg

from tests.cases.bad_inputs.case import Case, Got, checked
from tests.cases.bad_inputs.world import HEADER, World
from tests.support.eventually import eventually
from tests.support.proxy import proxy_to


async def before_commit(world: World, case: Case) -> Got:
    """The database lets nobody in for a moment; the same key is asked again once it does."""
    evidence, key = world.system.own.evidence, world.name()
    name = evidence.database("order").rpartition("/")[2]
    async with await psycopg.AsyncConnection.connect(f"{evidence.server}", autocommit=True) as server:
        await server.execute(f'alter database "{name}" allow_connections false'.encode())
        await server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        failed = await world.post("/v1/orders", json.dumps(HEADER), idempotency_key=key)
        await server.execute(f'alter database "{name}" allow_connections true'.encode())
    answers: list[httpx.Response] = []

    async def answered() -> bool:
        answers.append(await world.post("/v1/orders", json.dumps(HEADER), idempotency_key=key))
        return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

    await eventually(answered, within=30)
    fresh = "idempotency-replayed" not in answers[-1].headers
    return checked(answers[-1], case.error_code, failed.status_code == 503, fresh)


async def after_commit(world: World, case: Case) -> Got:
    """The answer is kept back once the fact is stored, the service is killed and started again, and asked again."""
    own, key = world.system.own, world.name()
    stored = len(own.evidence.facts("order"))
    token = {"authorization": f"Bearer {world.system.token('service_manager')}"}
    async with proxy_to("127.0.0.1", own.ports["order"]) as (proxy, port):
        proxy.hold_answer_to(b"POST /v1/orders")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=token, trust_env=False) as client:
            asking = asyncio.create_task(client.post("/v1/orders", json=HEADER, headers={"idempotency-key": key}))

            async def is_stored() -> bool:
                return len(own.evidence.facts("order")) == stored + 1

            await eventually(is_stored, within=20)
            own.kill("order")
            await asyncio.wait([asking], timeout=20)
    lost = asking.exception() is not None
    await asyncio.to_thread(own.start, "order")
    again = await world.post("/v1/orders", json.dumps(HEADER), idempotency_key=key)
    once = len(own.evidence.facts("order")) == stored + 1
    return checked(again, case.error_code, lost, once, again.headers.get("idempotency-replayed") == "true")
