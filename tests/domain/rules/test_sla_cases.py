"""Every case of the SLA clock gives its recommended answer, and a wrong answer would be seen."""

import json
from pathlib import Path

import pytest

from tests.cases import sla

CASES = json.loads(sla.FILE.read_text())["cases"]
RESULTS = list(sla.run())


@pytest.mark.parametrize("result", RESULTS, ids=[result[0] for result in RESULTS])
def test_a_case_gives_the_recommended_answer(result: sla.Result) -> None:
    _, status, wanted, got = result
    assert got == wanted
    assert wanted
    assert status == "pass"


def test_there_are_as_many_cases_as_were_gathered() -> None:
    assert len(RESULTS) == len({name for name, *_ in RESULTS}) == 92


def test_the_recommended_value_wins_over_the_peer(tmp_path: Path) -> None:
    case = next(case for case in CASES if case["id"] == "D365-05")
    assert sla.wanted_of(case)["resolution.due"].hour == 11
    without = tmp_path / "cases.json"
    without.write_text(json.dumps({"cases": [{**case, "recommended": {}}]}))
    assert [status for _, status, _, _ in sla.run(without)] == ["fail"]


def test_what_comes_after_the_instant_of_the_case_is_not_seen(tmp_path: Path) -> None:
    case = next(case for case in CASES if case["id"] == "SNW-01")
    later = {"type": "resolved", "at": "2024-03-05T15:00:00+00:00"}
    seen = tmp_path / "cases.json"
    for as_of, status in (("2024-03-05T14:30:00+00:00", 1800), ("2024-03-06T09:00:00+00:00", 3600)):
        seen.write_text(json.dumps({"cases": [{**case, "events": [*case["events"], later], "as_of": as_of}]}))
        assert [got["resolution.elapsed_s"] for *_, got in sla.run(seen)] == [status]
