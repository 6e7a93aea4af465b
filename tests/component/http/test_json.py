"""JSON that two readers could understand differently is not read at all."""

from typing import Any

import pytest

from libs.runtime.http.json import DEEPEST, MOST_ITEMS, InexactNumber, fingerprint, parse
from libs.runtime.http.problems import Refused


def refusal(body: bytes) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        parse(body)
    return refused.value.problem.status, refused.value.problem.error_code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b'{"a":',
        b"{'a': 1}",
        b"{a: 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 01}',
        b'{"a": +1}',
        b'{"a": .5}',
        b'{"a": 0x10}',
        b'{"a": "line\nbreak"}',
        b'{"a": "\\x41"}',
        b'{"a": True}',
        b"{} {}",
        b"// no\n{}",
    ],
)
def test_what_is_not_json(body: bytes) -> None:
    assert refusal(body) == (400, "invalid_json")


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "\xff\xfe"}',
        '{"a": "é"}'.encode("latin-1"),
        '{"a": 1}'.encode("utf-16"),
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": "\xed\xa0\x80"}',
    ],
)
def test_what_is_not_utf8(body: bytes) -> None:
    assert refusal(body) == (400, "invalid_encoding")


@pytest.mark.parametrize("body", [b'{"qty": 1, "qty": 1000}', b'[{"a": {"b": 1, "\\u0062": 2}}]'])
def test_a_key_that_stands_twice(body: bytes) -> None:
    assert refusal(body) == (400, "duplicate_key")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("deep", [DEEPEST + 1, 1000, 100_000])
def test_what_is_nested_too_deep(opening: str, deep: int) -> None:
    closing = "]" if opening == "[" else "}"
    assert refusal((opening * deep + "1" + closing * deep).encode()) == (400, "too_deep")
    parse((opening * DEEPEST + "1" + closing * DEEPEST).encode())


def test_a_long_array_is_named_by_its_place() -> None:
    with pytest.raises(Refused) as refused:
        parse(b'{"lines": [[' + b",".join([b"1"] * (MOST_ITEMS + 1)) + b"]]}")
    problem = refused.value.problem
    assert (problem.status, problem.error_code) == (422, "too_many_items")
    assert [error["pointer"] for error in problem.members["errors"]] == ["/lines/0"]
    parse(b'{"lines": [' + b",".join([b"1"] * MOST_ITEMS) + b"]}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-0", 0),
        ("1.0", InexactNumber("1.0")),
        ("1e2", InexactNumber("1e2")),
        ("1E-1000000", InexactNumber("1E-1000000")),
        ("1" * 5000, InexactNumber("1" * 5000)),
        ('"\\ud800"', "\ud800"),
        ("null", None),
    ],
)
def test_a_number_is_whole_or_marked(text: str, value: Any) -> None:
    assert parse(text.encode()) == value
    assert type(parse(text.encode())) is type(value)


def test_a_fingerprint_sees_the_meaning_and_not_the_spelling() -> None:
    one = parse(b'{"b": [1, {"d": "\xc3\xa9"}], "a": null}')
    same = parse(b' { "a":null,"b" : [ 1,{"d":"\\u00e9"} ] } ')
    assert fingerprint("POST", "/v1/jobs", one) == fingerprint("POST", "/v1/jobs", same)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v1/jobs", b'{"a": [1, 2]}'),
        ("POST", "/v1/jobs/1", b'{"a": [1, 2]}'),
        ("POST", "/v1/jobs", b'{"a": [2, 1]}'),
        ("POST", "/v1/jobs", b'{"a": [1, "2"]}'),
        ("POST", "/v1/jobs", b'{"a": [1, 2.0]}'),
        ("POST", "/v1/jobs", b'{"a": [1, 2], "b": null}'),
        ("POST", "/v1/jobs", b'{"a": [1, "\\ud800"]}'),
    ],
)
def test_a_fingerprint_sees_every_difference(method: str, path: str, body: bytes) -> None:
    assert fingerprint(method, path, parse(body)) != fingerprint("POST", "/v1/jobs", parse(b'{"a": [1, 2]}'))
