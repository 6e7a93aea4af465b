"""Requests of a wrong size, shape or kind, and ids that lead nowhere."""

import json
import re
from datetime import timedelta

import httpx

from libs.kernel.ids import natural_id
from libs.runtime.clock import now
from tests.cases.bad_inputs.case import Case, Got, checked, refused
from tests.cases.bad_inputs.world import HEADER, World
from tests.support.eventually import eventually
from tests.support.workload import HOUR

UNITS = {"": 1, "KiB": 1024, "MiB": 1024 * 1024}


def size_in(text: str, unit: str = r"(KiB|MiB)") -> int:
    """The number of bytes that a case speaks of: "1 MiB + 1 byte" is 1048577."""
    found = re.search(rf"([\d ]*\d) {unit}(?: \+ (\d+))?", text)
    if found is None:
        raise ValueError(f"{text!r} names no size")
    return int(found[1].replace(" ", "")) * UNITS[found[2]] + int(found[3] or 0)


def number_in(text: str) -> int:
    """The first whole number in a text; blanks may part its thousands."""
    found = re.search(r"\d[\d ]*", text)
    if found is None:
        raise ValueError(f"{text!r} names no number")
    return int(found[0].replace(" ", ""))


async def large_body(world: World, case: Case) -> Got:
    """A body of so many bytes, which its header declares."""
    return refused(case, await world.post("/v1/orders", b" " * size_in(case.input)))


async def many_lines(world: World, case: Case) -> Got:
    """So many lines named in one command."""
    lines = json.dumps({"lines": list(range(1, number_in(case.input) + 1))})
    return refused(case, await world.post(f"{await world.order()}/sign-off", lines))


async def wide_characters(world: World, case: Case) -> Got:
    """A name of so many characters, each of several bytes."""
    found = re.search(r"(\d+) characters .* (\d+) bytes", case.input)
    letters, size = (int(found[1]), int(found[2])) if found else (200, 800)
    name = {2: "é", 3: "€"}.get(size // letters, "\U0001f527") * letters
    key = world.name("C")
    answer = await world.put(f"customers/{key}", json.dumps({"name": name}), {"if-none-match": "*"})
    shown = (await world.system.ask("reference", "GET", f"/v1/customers/{key}")).json()
    return checked(answer, case.error_code, shown.get("name") == name)


async def long_key(world: World, case: Case) -> Got:
    """A member with a long name."""
    return refused(case, await world.post("/v1/orders", json.dumps({**HEADER, "k" * number_in(case.input): 1})))


async def further_member(world: World, case: Case) -> Got:
    """The members that the case shows, beside those of a valid body; they may stand twice in it."""
    shown = case.input[case.input.index("{") + 1 : case.input.rindex("}")]
    return refused(case, await world.post("/v1/orders", f"{json.dumps(HEADER)[:-1]}, {shown}}}"))


async def raw_body(world: World, case: Case) -> Got:
    """Bytes that are not what JSON in UTF-8 is, or not an object."""
    valid = json.dumps(HEADER | {"description": "Größe"}, ensure_ascii=False)
    bodies = {
        "top-level array": b"[]",
        "empty body": b"",
        "truncated": b'{"a":',
        "invalid UTF-8": b'{"description": "\xff\xfe"}',
        "Latin-1": valid.encode("latin-1"),
    }
    body = next(body for words, body in bodies.items() if words.lower() in case.input.lower())
    return refused(case, await world.post("/v1/orders", body))


async def other_kind(world: World, case: Case) -> Got:
    """A body that does not say it is JSON."""
    path, headers = "/v1/orders", {"idempotency-key": world.name()}
    if "multipart" in case.input:
        parts = b"".join(b"--x\r\n\r\n\r\n" for _ in range(number_in(case.input)))
        headers["content-type"], body = "multipart/form-data; boundary=x", parts
    else:
        named = re.search(r"Content-Type: (\S+)", case.input)
        headers |= {"content-type": named[1]} if named else {}
        body = json.dumps(HEADER).encode()
    return refused(case, await world.system.ask("order", "POST", path, content=body, headers=headers))


async def page_size(world: World, case: Case) -> Got:
    """Every page size that the case names."""
    sizes = re.sub("page size", "", case.input).split(",")
    answers = [await _list(world, limit=size.strip()) for size in sizes]
    return worst(case, answers)


async def forged_cursor(world: World, case: Case) -> Got:
    """A cursor of ours with one character changed."""

    async def cursor() -> str:
        return str((await _list(world, limit="1")).json()["next"] or "")

    await eventually(cursor, within=20)
    given = await cursor()
    changed = ("A" if given[9] != "A" else "B").join((given[:9], given[10:]))
    return refused(case, await _list(world, cursor=changed))


async def sort_key(world: World, case: Case) -> Got:
    """An order of a list that it does not offer."""
    return refused(case, await _list(world, sort=case.input.removeprefix("sort=")))


async def filter_text(world: World, case: Case) -> Got:
    """A filter by a pattern."""
    return refused(case, await _list(world, filter=case.input.rpartition(" ")[2]))


async def long_query(world: World, case: Case) -> Got:
    """A query of so many bytes."""
    target = f"/v1/orders?number={'a' * size_in(case.input)}"
    return refused(case, await world.system.ask_raw("order", "GET", target))


async def many_headers(world: World, case: Case) -> Got:
    """So many headers of so many bytes."""
    headers = [(f"x-{number}", "a" * size_in(case.input)) for number in range(number_in(case.input))]
    return refused(case, await world.system.ask("order", "GET", "/v1/orders", headers=headers))


async def _list(world: World, **query: str) -> httpx.Response:
    return await world.system.ask("order", "GET", "/v1/orders", params=query)


async def stranger_id(world: World, case: Case) -> Got:
    """The portal asks for what belongs to another customer, or for what does not exist: one answer for both."""
    foreign, missing = await world.order("foreign"), f"/v1/orders/{natural_id('order', world.name())}"
    answers = [await world.system.ask("order", "GET", path, role="customer") for path in (foreign, missing)]
    got = worst(case, answers)
    first, second = ({**answer.headers, "body": answer.text, "date": "", "x-request-id": ""} for answer in answers)
    return got if first == second else Got(got.status, got.error_code, ("the two can be told apart",))


async def foreign_owner(world: World, case: Case) -> Got:
    """A revision that would give the order to another customer."""
    path = await world.order()
    version, stream = await world.tag(path)
    headers = {"content-type": "application/json", "if-match": f'"{version}-{stream}"'}
    body = json.dumps({"description": "Mine now", "customer_id": "C-2"})
    return refused(case, await world.system.ask("order", "PATCH", path, content=body, headers=headers))


async def literal_path(world: World, case: Case) -> Got:
    """The path as the case spells it."""
    path = case.input.split(" ")[1]
    return refused(case, await world.system.ask("order", "GET", f"/v1{path}"))


async def other_stream(world: World, case: Case) -> Got:
    """The id of a stream of another kind, in the path of an order."""
    return refused(case, await world.system.ask("order", "GET", f"/v1/orders/{natural_id('customer', 'C-1')}"))


async def ahead(world: World, case: Case) -> Got:
    """A command that claims to have happened so many minutes from now; nobody else's instant is taken at all."""
    later = (now() + timedelta(minutes=number_in(case.input))).isoformat()
    own = await world.post("/v1/orders", json.dumps(HEADER | {"recorded_at": later}))
    got = refused(case, await world.post("/v1/orders", json.dumps(HEADER | {"at": later})))
    return got if "unknown_field" in own.text else Got(got.status, got.error_code, ("takes recorded_at",))


async def before_its_stream(world: World, case: Case) -> Got:
    """Work on an order that is said to have happened before the order began."""
    earlier = (now() - timedelta(days=1)).isoformat()
    return refused(case, await world.post(f"{await world.order()}/lines", json.dumps(HOUR | {"at": earlier})))


def worst(case: Case, answers: list[httpx.Response]) -> Got:
    """The first answer that is not as wanted, else the last one."""
    every = [refused(case, answer) for answer in answers]
    wrong = [got for got in every if (got.status, got.error_code) != (case.http_status, case.error_code) or got.faults]
    return (wrong or every)[-1]
