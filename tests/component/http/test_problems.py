"""Every refusal and every fault has one form, says what is allowed, and keeps the inside inside."""

import json
import logging

import pytest

from libs.kernel.decider import Rejected
from libs.runtime import faults
from libs.runtime.http.problems import problem_of
from tests.component.http.door import Door, code


@pytest.mark.parametrize(
    ("fault", "status", "error_code"),
    [
        (faults.VersionConflict(8), 412, "version_conflict"),
        (faults.VersionConflict(0), 404, "not_found"),
        (faults.AlreadyExists(), 412, "already_exists"),
        (faults.KeyReused(), 422, "idempotency_key_reused"),
        (faults.InProgress(), 409, "in_progress"),
        (faults.NotFound(), 404, "not_found"),
        (faults.Unavailable("no database", 3), 503, "unavailable"),
        (faults.NotYetHeard("The calendar OFFICE has not arrived here yet."), 503, "not_yet_heard"),
        (faults.StreamAhead("order.OrderSplit.v1"), 503, "stream_ahead"),
        (Rejected.state("sla_already_paused", "It is paused."), 409, "sla_already_paused"),
        (Rejected.value("period_too_long", "Ten years at most."), 422, "period_too_long"),
        (Rejected.value("currency_mismatch", "In euros.", error_code="currency_mixed"), 422, "currency_mixed"),
        (Rejected.state("not_found", "No such order."), 404, "not_found"),
    ],
)
def test_a_fault_has_its_status_and_code(fault: Exception, status: int, error_code: str) -> None:
    problem = problem_of(fault)
    assert problem is not None
    assert (problem.status, problem.error_code) == (status, error_code)


def test_what_we_do_not_expect_is_no_problem_of_the_caller() -> None:
    assert problem_of(RuntimeError("inside")) is None


def test_a_caller_is_told_when_to_come_again() -> None:
    waits = [faults.InProgress(), faults.Unavailable("x", 3), faults.NotYetHeard("x"), faults.StreamAhead("x")]
    assert [problem_of(fault).headers["retry-after"] for fault in waits] == ["1", "3", "1", "30"]  # type: ignore[union-attr]


async def test_a_refused_transition_names_state_and_what_is_allowed() -> None:
    door = Door()
    job = (await door.opens()).json()["id"]
    await door.posts(f"/v1/jobs/{job}/close", "{}", idempotency_key="close")
    answer = await door.posts(f"/v1/jobs/{job}/close", "{}", idempotency_key="again")
    assert code(answer) == (409, "illegal_transition")
    document = answer.json()
    assert (document["state"], document["allowed"], document["reason"]) == ("closed", [], "illegal_transition")
    assert document["detail"] == "A closed job stays as it is."


async def test_a_refused_value_names_its_field_and_its_rule() -> None:
    door = Door()
    opened = await door.opens()
    headers = {"if-match": opened.headers["etag"]}
    answer = await door.http.patch(f"/v1/jobs/{opened.json()['id']}", json={"text": "forbidden"}, headers=headers)
    assert code(answer) == (422, "remark_forbidden")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/text"]


def test_a_rule_whose_refusal_is_of_a_wider_class_is_still_named() -> None:
    """Contracts 5: `error_code` is the class, `reason` the rule's own code."""
    problem = problem_of(Rejected.value("currency_mismatch", "In euros.", field="/fee", error_code="currency_mixed"))
    assert problem is not None
    assert problem.members["reason"] == "currency_mismatch"
    assert problem.members["errors"] == [{"pointer": "/fee", "error_code": "currency_mixed", "detail": "In euros."}]


async def test_what_is_missing_and_what_is_foreign_look_the_same() -> None:
    door = Door()
    job = (await door.opens(customer="C-1")).json()["id"]
    other = door.as_("portal", "customer", customer_id="C-2")
    missing = await other.get("/v1/jobs/6f1c2a60-1111-4222-8333-444444444444")
    foreign = await other.get(f"/v1/jobs/{job}")
    nowhere = await other.get("/v1/%2e%2e%2fadmin")
    assert code(missing) == (404, "not_found")
    assert missing.content == foreign.content == nowhere.content
    kept = [
        {name: value for name, value in one.headers.items() if name != "x-request-id"} for one in (missing, foreign)
    ]
    assert kept[0] == kept[1]


async def test_a_path_without_the_method() -> None:
    answer = await Door().http.delete("/v1/jobs")
    assert code(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"]


async def test_a_path_is_not_mended() -> None:
    assert code(await Door().http.get("/v1/jobs/")) == (404, "not_found")


@pytest.mark.parametrize("job", ["x" * 300, "1", "6f1c2a60111142228333444444444444"])
async def test_an_id_in_the_path(job: str) -> None:
    answer = await Door().http.get(f"/v1/jobs/{job}")
    assert code(answer) == (422, "invalid_id")
    assert [error["parameter"] for error in answer.json()["errors"]] == ["job"]


async def test_a_fault_of_ours_is_told_to_the_log_and_to_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await Door().http.get("/v1/broken", headers={"x-request-id": "the-request"})
    assert code(answer) == (500, "internal")
    assert "secret" not in json.dumps([answer.text, dict(answer.headers)])
    assert answer.headers["cache-control"] == "no-store"
    (told,) = [record for record in caplog.records if record.name == "libs.runtime.http.frame"]
    assert told.__dict__["about"] == {"request_id": "the-request", "method": "GET", "route": "/v1/broken"}
    assert told.exc_info is not None
    assert "a secret of the inside" in str(told.exc_info[1])
