"""The cases of billing: what other products and their documentation compute, answered by the rules that we bill by."""

import json
from collections.abc import Iterator
from pathlib import Path

from libs.kernel.decider import Rejected
from tests.cases.billing import charges, periods, prices
from tests.cases.billing.reading import Case, Inputs, NotSaid, same
from tests.cases.billing.scope import KEYS_LEFT_OUT, reason_against
from tests.cases.verdicts import Verdict

FILE = Path(__file__).parents[1] / "billing-cases.json"

ANSWERS = periods.ANSWERS | charges.ANSWERS | prices.ANSWERS


def run(file: Path = FILE) -> Iterator[Verdict]:
    """Each case with its verdict; a case out of scope says why."""
    for given in json.loads(file.read_text(), object_hook=Inputs)["cases"]:
        expected = {key: value for key, value in given["expected"].items() if key not in KEYS_LEFT_OUT}
        yield judged(Case(given["id"], given["kind"], given["description"], given["inputs"], expected))


def judged(case: Case) -> Verdict:
    """What is said of a case, whatever form it is in."""
    try:
        return _judged(case)
    except NotSaid as lack:
        return Verdict(case.id, "out-of-scope", json.dumps(case.expected), f"the case does not say {lack}")
    except (ValueError, LookupError, TypeError, ArithmeticError, Rejected) as fault:
        return Verdict(case.id, "failed", json.dumps(case.expected), repr(fault))


def _judged(case: Case) -> Verdict:
    """Every value that the case asks for must be the one we give; one that we do not give is out of scope by name."""
    wanted = json.dumps(case.expected)
    reason = reason_against(case)
    if reason is None and case.kind not in ANSWERS:
        reason = f"no case of the kind {case.kind} was seen before"
    if reason is not None:
        return Verdict(case.id, "out-of-scope", wanted, reason)
    told = ANSWERS[case.kind](case)
    got = {key: told[key] for key in case.expected if key in told}
    if not all(same(case.expected[key], value) for key, value in got.items()):
        return Verdict(case.id, "failed", wanted, json.dumps(got))
    lacking = ", ".join(key for key in case.expected if key not in got)
    if lacking:
        return Verdict(case.id, "out-of-scope", wanted, f"the case does not say what {lacking} is computed from")
    return Verdict(case.id, "ok", wanted, json.dumps(got))
