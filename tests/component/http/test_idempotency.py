"""A command that comes again is answered again, not done again."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from libs.runtime import clock
from tests.component.http.door import Door, code
from tests.component.http.jobs import MemoryStore, Remark
from tests.support.eventually import eventually

JOB = '{"customer": "C-1", "worker": "W-1"}'


async def test_the_answer_to_a_creation() -> None:
    answer = await Door().posts("/v1/jobs", JOB)
    job = answer.json()["id"]
    assert (answer.status_code, answer.json()) == (201, {"id": job, "version": 1, "number": None, "state": "open"})
    assert answer.headers["etag"] == f'"1-{job[:8]}"'
    assert answer.headers["location"] == f"/v1/jobs/{job}"
    publisher, partition, position = answer.headers["position"].split(".")
    assert (publisher, int(partition) in range(12), position) == ("order", True, "1")
    assert "idempotency-replayed" not in answer.headers


@pytest.mark.parametrize("body", [JOB, ' {"worker":"W-1" , "customer":"\\u0043-1"} '])
async def test_the_same_again_is_answered_byte_for_byte(body: str) -> None:
    door = Door()
    first, second = await door.posts("/v1/jobs", JOB), await door.posts("/v1/jobs", body)
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["idempotency-replayed"] == "true"
    for name in ("etag", "position", "location", "content-type"):
        assert second.headers[name] == first.headers[name]
    assert len(door.store.requests) == 1


async def test_a_command_answered_before_is_answered_again_whatever_happened_since() -> None:
    door = Door()
    job = (await door.opens()).json()["id"]
    first = await door.posts(f"/v1/jobs/{job}/close", "{}", idempotency_key="close")
    again = await door.posts(f"/v1/jobs/{job}/close", "{}", idempotency_key="close")
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/jobs", '{"customer": "C-2", "worker": "W-1"}'), ("/v1/jobs/{job}/close", "{}")]
)
async def test_the_key_of_another_request(path: str, body: str) -> None:
    door = Door()
    job = (await door.posts("/v1/jobs", JOB)).json()["id"]
    assert code(await door.posts(path.format(job=job), body)) == (422, "idempotency_key_reused")
    assert len(door.store.requests) == 1


async def test_a_key_belongs_to_its_caller() -> None:
    door = Door()
    mine = await door.posts("/v1/jobs", JOB)
    headers = {"idempotency-key": "a-key", "content-type": "application/json"}
    theirs = await door.as_("noa", "service_manager").post("/v1/jobs", content=JOB, headers=headers)
    assert mine.json()["id"] != theirs.json()["id"]


@pytest.mark.parametrize("key", ["k" * 256, "", " ", "k ", " k", "\x7f", "é", "a\tb"])
async def test_no_key_at_all(key: str) -> None:
    headers: Any = {b"content-type": b"application/json", b"idempotency-key": key.encode()}
    answer = await Door().http.post("/v1/jobs", content=JOB, headers=headers)
    assert code(answer) == (400, "invalid_idempotency_key")


async def test_no_key_and_two_keys() -> None:
    http = Door().http
    kind = ("content-type", "application/json")
    assert code(await http.post("/v1/jobs", content=JOB, headers=[kind])) == (400, "idempotency_key_required")
    twice = [kind, ("idempotency-key", "a"), ("idempotency-key", "a")]
    assert code(await http.post("/v1/jobs", content=JOB, headers=twice)) == (400, "invalid_idempotency_key")


@pytest.mark.parametrize("key", ["k" * 255, "!", "a b", "6f1c2a60-1111-4222-8333-444444444444"])
async def test_a_key_of_printable_characters(key: str) -> None:
    assert (await Door().posts("/v1/jobs", JOB, idempotency_key=key)).status_code == 201


async def test_a_refused_body_leaves_its_key_free() -> None:
    door = Door()
    assert code(await door.posts("/v1/jobs", '{"customer": "C-1"}')) == (422, "missing")
    assert (await door.posts("/v1/jobs", JOB)).status_code == 201


async def test_twenty_at_once_are_done_once() -> None:
    door = Door()
    door.store.hold = asyncio.Event()
    asked = [asyncio.create_task(door.posts("/v1/jobs", JOB)) for _ in range(20)]
    await eventually(lambda: sum(task.done() for task in asked) == 19)
    door.store.hold.set()
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert {code(answer) for answer in answers if answer.status_code == 409} == {(409, "in_progress")}
    assert {answer.headers["retry-after"] for answer in answers if answer.status_code == 409} == {"1"}
    assert len(door.store.requests) == 1
    assert (await door.posts("/v1/jobs", JOB)).headers["idempotency-replayed"] == "true"


class Overtaken(MemoryStore):
    """Another process answers the same key after this one looked: what it did refuses us."""

    asked = 0

    async def answered(self, actor: str, key: str) -> Any:
        self.asked += 1
        return None if self.asked in self.blind else await super().answered(actor, key)

    blind: tuple[int, ...] = ()


async def test_who_is_overtaken_by_himself_gets_his_own_answer() -> None:
    door = Door()
    store = Overtaken()
    door.app.state.front = replace(door.app.state.front, store=store)
    job = (await door.opens()).json()["id"]
    first = await door.posts(f"/v1/jobs/{job}/close", "{}", idempotency_key="close")
    store.blind = (store.asked + 1,)
    second = await door.posts(f"/v1/jobs/{job}/close", "{}", idempotency_key="close")
    assert (second.status_code, second.content) == (200, first.content)
    assert second.headers["idempotency-replayed"] == "true"


async def test_what_was_begun_is_ended_when_the_client_leaves() -> None:
    door = Door()
    door.store.hold = asyncio.Event()
    asked = asyncio.create_task(door.posts("/v1/jobs", JOB))
    await eventually(lambda: bool(door.app.state.front.under_way))
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert door.store.requests == []
    door.store.hold.set()
    await eventually(lambda: len(door.store.requests) == 1)
    assert (await door.posts("/v1/jobs", JOB)).headers["idempotency-replayed"] == "true"
    assert door.app.state.front.under_way == set()


async def test_a_fault_that_nobody_waits_for_is_told(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(MemoryStore):
        async def execute(self, *_: Any) -> Any:
            assert self.hold is not None
            await self.hold.wait()
            raise RuntimeError("lost")

    door = Door()
    store = Failing(hold=asyncio.Event())
    door.app.state.front = replace(door.app.state.front, store=store)
    asked = asyncio.create_task(door.posts("/v1/jobs", JOB))
    await eventually(lambda: bool(door.app.state.front.under_way))
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    store.hold.set()  # type: ignore[union-attr]
    await eventually(lambda: "a command failed after its client had left" in caplog.messages)


async def test_who_is_held_to_his_own_finds_nothing_else() -> None:
    door = Door()
    job = (await door.opens(worker="W-1")).json()["id"]

    async def remarks(worker: str, version: int = 1) -> httpx.Response:
        headers = {"if-match": f'"{version}-{job[:8]}"'}
        technician = door.as_("tom", "technician", worker_id=worker)
        return await technician.patch(f"/v1/jobs/{job}", json={"text": "late"}, headers=headers)

    assert code(await remarks("W-2")) == code(await remarks("W-2", version=7)) == (404, "not_found")
    assert code(await remarks("W-1", version=7)) == (412, "version_conflict")
    assert door.store.facts[job][1:] == []
    assert (await remarks("W-1")).status_code == 200
    assert door.store.facts[job][1:] == [Remark("late")]


async def test_what_the_store_is_told() -> None:
    door = Door()
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    await door.posts("/v1/jobs", JOB, x_request_id="r-1", traceparent=trace)
    (request,) = door.store.requests
    assert (request.actor, request.key, request.correlation_id, request.causation_id) == ("mia", "a-key", "r-1", "r-1")
    assert (request.traceparent, request.absent, request.expected_version) == (trace, False, None)
    await door.posts("/v1/jobs", JOB, idempotency_key="other", traceparent="00-no-no-01")
    assert door.store.requests[1].traceparent == ""


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_when_it_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door()
    token = door.http.headers["authorization"]
    for key, at, kept in (
        ("now", "", datetime.now(UTC)),
        ("past", ', "at": "2026-01-02T03:04:05+01:00"', datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)),
    ):
        answer = await door.posts("/v1/jobs", JOB[:-1] + at + "}", idempotency_key=key)
        assert (answer.status_code, token) == (201, token)
        happened = door.store.requests[-1].at
        assert happened is not None
        assert abs(happened - kept) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("ahead", "expected"), [(timedelta(minutes=4), (201, "")), (timedelta(minutes=6), (422, "clock_skew"))]
)
async def test_five_minutes_ahead_and_no_more(ahead: timedelta, expected: tuple[int, str]) -> None:
    at = (clock.now() + ahead).isoformat()
    answer = await Door().posts("/v1/jobs", JOB[:-1] + f', "at": "{at}"}}')
    assert (answer.status_code, answer.json().get("error_code", "")) == expected
