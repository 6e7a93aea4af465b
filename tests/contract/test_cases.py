"""The cases that are played: whole, placed, the same as those they were copied from; and a verdict that can be bad."""

import json
from pathlib import Path

import httpx
import pytest

from libs.runtime.http.problems import Problem
from tests.cases.__main__ import main
from tests.cases.bad_inputs.case import Case, Got, checked, judged, read, refused
from tests.cases.bad_inputs.rules import RULES, UNPLACED, place_of
from tests.cases.verdicts import Verdict, tell

FILE = Path(__file__).parents[1] / "cases" / "bad-inputs.json"
CASES = read(FILE)
PROBLEM = Problem(422, "invalid_date", "no such day", {"errors": [{"pointer": "/service_date"}]})
DAY = next(case for case in CASES if case.api_type == "date")


def test_no_case_is_missing() -> None:
    assert len(CASES) == len({case.id for case in CASES}) >= 220


@pytest.mark.parametrize("name", ["bad-inputs.json", "billing-cases.json", "sla-cases.json"])
def test_the_copy_is_the_file_it_was_copied_from(name: str) -> None:
    shared = Path(__file__).parents[3] / "shared" / "data" / name
    if shared.exists():
        assert json.loads(FILE.with_name(name).read_text()) == json.loads(shared.read_text())


def test_every_case_has_a_place() -> None:
    assert [case.id for case in CASES if place_of(case) is UNPLACED] == []


def test_no_rule_is_idle() -> None:
    first = [next(rule for rule in RULES if rule.fits(case)) for case in CASES]
    assert [rule for rule in RULES if rule not in first] == []


def answer(problem: Problem, **headers: str) -> httpx.Response:
    made = problem.answer()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(
        made.status_code,
        headers={**made.headers, "x-content-type-options": "nosniff", **named},
        content=bytes(made.body),
    )


def test_a_refusal_as_it_was_wanted_is_ok() -> None:
    assert judged(DAY, refused(DAY, answer(PROBLEM))).said == "ok"


@pytest.mark.parametrize(
    "given",
    [
        answer(Problem(400, "invalid_date", "no such day", PROBLEM.members)),
        answer(Problem(422, "invalid_number", "no such day", PROBLEM.members)),
        answer(Problem(422, "invalid_date", "no such day")),
        answer(Problem(422, "invalid_date", "psycopg.errors.DatetimeFieldOverflow", PROBLEM.members)),
        answer(PROBLEM, content_type="application/json"),
        answer(PROBLEM, x_content_type_options="sniff"),
        httpx.Response(500, text="Internal Server Error"),
        httpx.Response(201, json={"id": "1"}),
    ],
)
def test_a_refusal_that_is_not_as_it_was_wanted_fails(given: httpx.Response) -> None:
    assert judged(DAY, refused(DAY, given)).said == "failed"


@pytest.mark.parametrize(
    ("group", "lacks"),
    [("auth", "has no challenge"), ("rate", "has no Retry-After"), ("state", "does not name state and actions")],
)
def test_what_a_class_promises_is_looked_for(group: str, lacks: str) -> None:
    classes = {"auth": "unauthenticated", "rate": "rate_limited", "state": "illegal_transition"}
    case = Case("X-1", group, "x", "scenario", "", classes[group], 422, classes[group])
    assert lacks in refused(case, answer(Problem(422, case.error_code, ""))).faults


def test_a_success_of_which_the_check_does_not_hold_fails() -> None:
    case = Case("X-1", "x", "x", "scenario", "", "accept_and_check", 201, "scoped_list")
    good = httpx.Response(201, text="")
    assert judged(case, checked(good, "scoped_list", True)).said == "ok"
    assert judged(case, checked(good, "scoped_list", True, False)).said == "failed"
    assert judged(case, Got(422, "scoped_list")).said == "failed"


def test_what_is_told_of_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = Verdict("A-1", "ok", "422", "422"), Verdict("A-2", "failed", "422", "500")
    assert (tell([good]), tell([good, bad, Verdict("A-3", "out-of-scope", "409", "later")])) == (0, 1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "1 passed, 0 failed, 0 out of scope"
    assert lines[3:] == [
        "A-2 failed | wanted: 422 | got: 500",
        "A-3 out-of-scope | wanted: 409 | got: later",
        "1 passed, 1 failed, 1 out of scope",
    ]


def test_a_runner_that_is_not_there_is_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert [main(arguments) for arguments in ([], ["unicorns", "x"], ["bad-inputs"])] == [2, 2, 2]
    assert "bad-inputs" in capsys.readouterr().err
