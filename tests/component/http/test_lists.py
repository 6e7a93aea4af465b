"""Lists: pages, cursors and queries that take only what they know."""

import pytest
from pydantic import ValidationError

from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.cursors import Cursors
from libs.runtime.http.problems import Refused
from tests.component.http.door import Door, code


async def test_pages_follow_each_other_to_the_end() -> None:
    door = Door()
    jobs = sorted([(await door.opens(key=str(number))).json()["id"] for number in range(5)])
    seen, cursor = list[str](), ""
    while True:
        page = (await door.http.get("/v1/jobs", params={"limit": "2", **({"cursor": cursor} if cursor else {})})).json()
        seen += page["items"]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seen == jobs


@pytest.mark.parametrize("size", ["0", "-1", "1001", "1e9", "1000000000", "", "a", "1.0", "٣", "1_0", "null"])
async def test_a_page_of_another_size(size: str) -> None:
    assert code(await Door().http.get("/v1/jobs", params={"limit": size})) == (422, "page_size_range")


@pytest.mark.parametrize("size", ["1", "1000"])
async def test_a_page_of_a_size_in_the_range(size: str) -> None:
    assert (await Door().http.get("/v1/jobs", params={"limit": size})).status_code == 200


@pytest.mark.parametrize("order", ["; DROP TABLE", "Number", "", "number,customer"])
async def test_an_order_that_is_not_offered(order: str) -> None:
    assert code(await Door().http.get("/v1/jobs", params={"sort": order})) == (422, "unknown_sort")


@pytest.mark.parametrize("path", ["/v1/jobs?pattern=(a+)%2B$", "/v1/jobs?Limit=1", "/v1/jobs/{job}?limit=1"])
async def test_a_parameter_that_is_not_known(path: str) -> None:
    door = Door()
    job = (await door.opens()).json()["id"]
    assert code(await door.http.get(path.format(job=job))) == (422, "unknown_parameter")


async def test_a_filter_by_a_pattern_is_offered_nowhere() -> None:
    assert code(await Door().http.get("/v1/jobs?filter=(a+)%2B$")) == (422, "filter_unsupported")


def test_a_list_with_one_order_offers_none() -> None:
    with pytest.raises(ValidationError) as refused:
        PageQuery.model_validate({"sort": "number"})
    assert [error["type"] for error in refused.value.errors()] == ["unknown_sort"]


async def test_a_command_has_no_query() -> None:
    answer = await Door().posts("/v1/jobs?dry_run=true", '{"customer": "C-1", "worker": "W-1"}')
    assert code(answer) == (422, "unknown_parameter")


async def test_a_filter_is_judged_like_a_field() -> None:
    answer = await Door().http.get("/v1/jobs", params={"customer": "a b"})
    assert code(answer) == (422, "forbidden_character")
    assert [error["parameter"] for error in answer.json()["errors"]] == ["customer"]


CURSORS = Cursors(b"a secret")
WRITTEN = CURSORS.write("jobs", ["SO-000123", 7, None])


def test_a_cursor_holds_what_was_written() -> None:
    assert CURSORS.read("jobs", WRITTEN) == ["SO-000123", 7, None]
    assert "SO-000123" not in WRITTEN


@pytest.mark.parametrize("place", range(len(WRITTEN)))
@pytest.mark.parametrize("bit", [1, 2, 4, 32])
def test_a_cursor_with_one_character_changed(place: int, bit: int) -> None:
    changed = WRITTEN[:place] + chr(ord(WRITTEN[place]) ^ bit) + WRITTEN[place + 1 :]
    with pytest.raises(Refused, match="invalid_cursor"):
        CURSORS.read("jobs", changed)


@pytest.mark.parametrize(
    "cursor", ["", "=", "é", WRITTEN + "=", WRITTEN[:-1], WRITTEN + "A", " " + WRITTEN, "A" * 5000]
)
def test_a_cursor_in_another_spelling(cursor: str) -> None:
    with pytest.raises(Refused, match="invalid_cursor"):
        CURSORS.read("jobs", cursor)


def test_a_cursor_of_another_list_or_another_secret() -> None:
    for cursors, of in ((CURSORS, "orders"), (Cursors(b"another"), "jobs"), (Cursors(), "jobs")):
        with pytest.raises(Refused, match="invalid_cursor"):
            cursors.read(of, WRITTEN)


async def test_a_changed_cursor_is_answered_as_malformed() -> None:
    for cursor in ("abc", "x" * 3000):
        answer = await Door().http.get("/v1/jobs", params={"cursor": cursor})
        assert answer.status_code in (400, 422)
    assert code(await Door().http.get("/v1/jobs", params={"cursor": "abc"})) == (400, "invalid_cursor")


async def test_who_is_held_to_his_own_sees_only_that() -> None:
    door = Door()
    await door.opens(key="1", customer="C-1")
    theirs = (await door.opens(key="2", customer="C-2")).json()["id"]
    portal = door.as_("portal", "customer", customer_id="C-2")
    assert (await portal.get("/v1/jobs")).json()["items"] == [theirs]
