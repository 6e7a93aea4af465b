"""Every case of billing in scope gives its value, what is out of scope says why, and a wrong value would be seen."""

import json
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.cases import billing
from tests.cases.billing.scope import IDS, KINDS
from tests.cases.verdicts import Verdict

CASES: dict[str, Any] = {case["id"]: case for case in json.loads(billing.FILE.read_text())["cases"]}
VERDICTS = list(billing.run())
OK = [verdict for verdict in VERDICTS if verdict.said == "ok"]


def played(case: Any, tmp_path: Path) -> Verdict:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [case]}))
    return next(iter(billing.run(file)))


@pytest.mark.parametrize("verdict", VERDICTS, ids=[verdict.id for verdict in VERDICTS])
def test_no_case_fails(verdict: Verdict) -> None:
    assert verdict.said in ("ok", "out-of-scope"), verdict
    assert verdict.got


def test_there_are_as_many_as_were_gathered_and_as_were_reached() -> None:
    """Not fewer than once: a case that fell out of scope unnoticed would be seen here."""
    assert len(VERDICTS) == len(CASES) == 185
    assert Counter(verdict.said for verdict in VERDICTS) == {"ok": 138, "out-of-scope": 47}


def test_what_is_listed_as_out_of_scope_is_there() -> None:
    assert set(IDS) <= set(CASES)
    assert set(KINDS) <= {case["kind"] for case in CASES.values()}
    assert not set(KINDS) & set(billing.ANSWERS)


def spoiled(value: Any) -> Any:
    """Another value of the same shape."""
    match value:
        case {}:
            key = next(iter(value))
            return {**value, key: spoiled(value[key])}
        case [first, *others]:
            return [spoiled(first), *others]
        case []:
            return ["more"]
        case bool():
            return not value
        case int():
            return value + 1
        case None:
            return "2018-01-01"
        case _:
            return f"1{value}"


@pytest.mark.parametrize("name", [verdict.id for verdict in OK])
def test_a_changed_expectation_fails(name: str, tmp_path: Path) -> None:
    """Every single value that a case asks for, changed alone."""
    for key in CASES[name]["expected"].keys() - {"document_value"}:
        case = deepcopy(CASES[name])
        case["expected"][key] = spoiled(case["expected"][key])
        assert played(case, tmp_path).said == "failed", key


def test_a_case_in_a_form_never_seen_is_out_of_scope_and_names_what_it_lacks(tmp_path: Path) -> None:
    case = {**CASES["AX-RED-01"], "inputs": {"fee_from": "2011-03-01"}}
    verdict = played(case, tmp_path)
    assert (verdict.said, verdict.got) == ("out-of-scope", "the case does not say fee_to_inclusive")
    assert played({**case, "kind": "unicorns"}, tmp_path).said == "out-of-scope"


def test_a_value_that_no_rule_takes_fails(tmp_path: Path) -> None:
    case = deepcopy(CASES["AX-RED-01"])
    case["inputs"]["fee_to_inclusive"] = "2011-02-01"
    assert played(case, tmp_path).said == "failed"


def test_a_question_that_is_not_answered_is_named_and_does_not_hide_a_wrong_value(tmp_path: Path) -> None:
    case = deepcopy(CASES["AX-IDX-01"])
    case["expected"]["colour"] = "blue"
    assert played(case, tmp_path).got == "the case does not say what colour is computed from"
    case["expected"]["sales_price"] = "1101.00"
    assert played(case, tmp_path).said == "failed"
