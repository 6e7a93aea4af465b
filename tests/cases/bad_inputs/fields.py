"""Values of one field, put into the field of that type in an otherwise valid request; and parts of bodies."""

import json
import re
import unicodedata
from urllib.parse import quote

import httpx

from libs.runtime.http.csv import harmless
from tests.cases.bad_inputs.case import Case, Got, checked, refused
from tests.cases.bad_inputs.world import HEADER, World, spliced
from tests.support.workload import HOUR

CALENDAR = {"time_zone": "Europe/Brussels", "weekly": {"mon": [["08:00", "12:00"]]}, "valid_from": "2026-01-01"}


async def in_date(world: World, case: Case) -> Got:
    """The service date of a new order."""
    return refused(case, await world.post("/v1/orders", spliced(HEADER, "service_date", case.input)))


async def in_instant(world: World, case: Case) -> Got:
    """When the creation of an order happened."""
    return refused(case, await world.post("/v1/orders", spliced(HEADER, "at", case.input)))


async def in_decimal(world: World, case: Case) -> Got:
    """The quantity of a line."""
    return refused(case, await world.post(f"{await world.order()}/lines", spliced(HOUR, "quantity", case.input)))


async def in_integer(world: World, case: Case) -> Got:
    """The number of a line that is to be signed off."""
    return refused(case, await world.post(f"{await world.order()}/sign-off", f'{{"lines": [{case.input}]}}'))


async def in_flag(world: World, case: Case) -> Got:
    """Whether lines with a property are charged."""
    body = spliced({"name": "Guarantee"}, "chargeable", case.input)
    return refused(case, await world.put(f"line-properties/{world.name()}", body, {"if-none-match": "*"}))


async def in_enum(world: World, case: Case) -> Got:
    """The type of a line; what is a variant of `posted` in the case is one of `hour` here."""
    text = re.sub("posted", lambda found: "Hour" if found[0][0].isupper() else "hour", case.input, flags=re.IGNORECASE)
    return refused(case, await world.post(f"{await world.order()}/lines", spliced(HOUR, "type", text)))


async def in_id(world: World, case: Case) -> Got:
    """The id of an order in a path; an id that is only spelled otherwise must still be found."""
    value = json.loads(case.input)
    if not case.accepts:
        return refused(case, await world.system.ask("order", "GET", f"/v1/orders/{quote(str(value), safe='')}"))
    path = await world.order()
    own = path.rpartition("/")[2]
    spelled = own.upper() if str(value).isupper() else str(value)
    answer = await world.post(f"/v1/orders/{spelled}/lines", json.dumps(HOUR))
    return checked(answer, case.error_code, answer.json().get("id") == own)


async def in_time_zone(world: World, case: Case) -> Got:
    """The zone of a calendar."""
    return refused(case, await _calendar(world, spliced(CALENDAR, "time_zone", case.input)))


async def in_text(world: World, case: Case) -> Got:
    """A customer's name; a key where the case speaks of a code; a note where the text has lines and is to be kept."""
    if not case.accepts:
        if re.search(r"\bcodes?\b", case.why):
            return refused(case, await world.post("/v1/orders", spliced(HEADER, "project", case.input)))
        return refused(case, await _customer(world, world.name("C"), case.input))
    text = json.loads(case.input)
    if any(unicodedata.category(character) == "Cc" for character in text):
        return await _kept_note(world, case, text)
    key = world.name("C")
    answer = await _customer(world, key, case.input)
    kept = (await world.system.ask("reference", "GET", f"/v1/customers/{key}")).json().get("name")
    exported = case.error_code != "neutralise_on_export" or await _is_harmless_in_csv(world, case.input, text)
    return checked(answer, case.error_code, kept == unicodedata.normalize("NFC", text), exported)


async def _customer(world: World, key: str, name: str) -> httpx.Response:
    return await world.put(f"customers/{key}", spliced({}, "name", name), {"if-none-match": "*"})


async def _kept_note(world: World, case: Case, text: str) -> Got:
    """A note keeps its lines, ended in one way; the writer of CSV makes the kept text harmless."""
    answer = await world.post("/v1/orders", spliced(HEADER, "description", case.input))
    shown = (await world.system.ask("order", "GET", answer.headers.get("location", "/"))).json()
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    harmed = case.error_code == "neutralise_on_export" and not harmless(kept).startswith("'")
    return checked(answer, case.error_code, shown.get("description") == kept, not harmed)


async def _is_harmless_in_csv(world: World, written: str, text: str) -> bool:
    """Whether the text, as the name of the category of a line, is no formula in the report's file."""
    await world.order()
    tag = (await world.system.ask("reference", "GET", "/v1/categories/LABOUR")).headers["etag"]
    put = await world.put("categories/LABOUR", spliced({"type": "hour"}, "name", written), {"if-match": tag})
    await world.heard("reporting", put.headers["position"])
    file = await world.system.ask("reporting", "GET", "/v1/reports/margin-lines", headers={"accept": "text/csv"})
    return f",'{text}," in file.text and f",{text}," not in file.text


async def of_calendar(world: World, case: Case) -> Got:
    """The windows of a calendar."""
    weekly: dict[str, list[list[str]]] = {}
    for window in json.loads(case.input)["windows"]:
        weekly.setdefault(window["day"], []).append([window["from"], window["to"]])
    return refused(case, await _calendar(world, json.dumps(CALENDAR | {"weekly": weekly})))


async def _calendar(world: World, body: str) -> httpx.Response:
    await world.needs("reference", "PUT /v1/calendars/{key}")
    return await world.put(f"calendars/{world.name('CAL')}", body, {"if-none-match": "*"})
