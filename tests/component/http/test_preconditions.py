"""A change names the version that it saw, in one spelling, of this stream."""

from typing import Any

import pytest

from tests.component.http.door import Door, code

REMARK = {"text": "late"}


async def opened() -> tuple[Door, str]:
    door = Door()
    return door, (await door.opens()).json()["id"]


async def test_the_version_that_stands() -> None:
    door, job = await opened()
    shown = await door.http.get(f"/v1/jobs/{job}")
    assert shown.headers["etag"] == f'"1-{job[:8]}"'
    answer = await door.http.patch(f"/v1/jobs/{job}", json=REMARK, headers={"if-match": shown.headers["etag"]})
    assert (answer.status_code, answer.headers["etag"]) == (200, f'"2-{job[:8]}"')
    assert answer.json() == {"id": job, "version": 2, "number": None, "state": "open"}


@pytest.mark.parametrize(
    ("tag", "refused"),
    [
        ('"0-{job}"', (412, "version_conflict")),
        ('"2-{job}"', (412, "version_conflict")),
        ('"9223372036854775807-{job}"', (412, "version_conflict")),
        ('"1-00000000"', (412, "version_conflict")),
        ("*", (428, "if_match_required")),
        (" * ", (428, "if_match_required")),
        ('W/"1-{job}"', (400, "invalid_etag")),
        ('"1-{job}", "2-{job}"', (400, "invalid_etag")),
        ('"-1-{job}"', (400, "invalid_etag")),
        ('"-1"', (400, "invalid_etag")),
        ('"9223372036854775808-{job}"', (400, "invalid_etag")),
        ('"9223372036854775808"', (400, "invalid_etag")),
        ('"01-{job}"', (400, "invalid_etag")),
        ('"+1-{job}"', (400, "invalid_etag")),
        ("1-{job}", (400, "invalid_etag")),
        ('"7"', (400, "invalid_etag")),
        ("7", (400, "invalid_etag")),
        ('""', (400, "invalid_etag")),
        ("", (400, "invalid_etag")),
    ],
)
async def test_another_tag(tag: str, refused: tuple[int, str]) -> None:
    door, job = await opened()
    headers = {"if-match": tag.format(job=job[:8])}
    answer = await door.http.patch(f"/v1/jobs/{job}", json=REMARK, headers=headers)
    assert code(answer) == refused
    assert answer.json().get("current_version") == (1 if refused[0] == 412 else None)
    assert len(door.store.facts[job]) == 1


async def test_two_headers_and_two_conditions() -> None:
    door, job = await opened()
    tag = f'"1-{job[:8]}"'
    both: Any = [[("if-match", tag), ("if-match", tag)], [("if-match", tag), ("if-none-match", "*")]]
    for headers in both:
        answer = await door.http.patch(f"/v1/jobs/{job}", json=REMARK, headers=headers)
        assert code(answer) == (400, "invalid_etag")


async def test_patch_and_put_need_one_and_post_does_not() -> None:
    door, job = await opened()
    assert code(await door.http.patch(f"/v1/jobs/{job}", json=REMARK)) == (428, "if_match_required")
    body = {"customer": "C-1", "worker": "W-1"}
    assert code(await door.http.put("/v1/named/K-1", json=body)) == (428, "if_match_required")
    assert (await door.posts(f"/v1/jobs/{job}/close", "{}", if_match='"1-' + job[:8] + '"')).status_code == 200


async def test_a_put_creates_what_is_absent_and_changes_what_was_seen() -> None:
    door, body = Door(), {"customer": "C-1", "worker": "W-1"}
    created = await door.http.put("/v1/named/K-1", json=body, headers={"if-none-match": "*"})
    assert (created.status_code, created.headers["location"]) == (201, "/v1/named/K-1")
    again = await door.http.put("/v1/named/K-1", json=body, headers={"if-none-match": "*"})
    assert code(again) == (412, "already_exists")
    changed = await door.http.put("/v1/named/K-1", json=body, headers={"if-match": created.headers["etag"]})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    other = await door.http.put("/v1/named/K-1", json=body, headers={"if-none-match": '"1-00000000"'})
    assert code(other) == (400, "invalid_etag")


async def test_a_change_of_what_is_not_there() -> None:
    headers = {"if-match": '"1-6f1c2a60"'}
    answer = await Door().http.patch("/v1/jobs/6f1c2a60-1111-4222-8333-444444444444", json=REMARK, headers=headers)
    assert code(answer) == (404, "not_found")
