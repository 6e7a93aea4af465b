"""A request that builds on an earlier answer waits until that has arrived, not longer than two seconds."""

import pytest

from libs.runtime.faults import NotYetHeard
from libs.runtime.http.positions import Position, wait_until_heard
from libs.runtime.http.problems import problem_of
from tests.component.http.door import Door, Heard, code

DOOR = Door()


async def test_it_waits_until_everything_was_heard() -> None:
    heard = Heard()
    door = Door(marks=heard)
    answer = await door.http.get("/v1/jobs", headers={"not-older-than": "order.3.5, order.11.7"})
    assert (answer.status_code, heard.at) == (200, 7)


async def test_a_position_is_waited_for_as_it_was_answered() -> None:
    heard = Heard()
    door = Door(marks=heard)
    position = (await door.opens()).headers["position"]
    assert (await door.http.get("/v1/jobs", headers={"not-older-than": position})).status_code == 200


async def test_who_is_not_heard_here_is_not_waited_for() -> None:
    answer = await Door().http.get("/v1/jobs", headers={"not-older-than": "dispatch.3.999999"})
    assert answer.status_code == 200


async def test_patience_ends() -> None:
    with pytest.raises(NotYetHeard) as late:
        await wait_until_heard(Heard(), [Position("order", 3, 1_000)], patience=0.05)
    problem = problem_of(late.value)
    assert problem is not None
    assert (problem.status, problem.error_code, problem.headers) == (503, "not_yet_heard", {"retry-after": "1"})


async def test_commands_wait_too() -> None:
    heard = Heard()
    answer = await Door(marks=heard).posts(
        "/v1/jobs", '{"customer": "C-1", "worker": "W-1"}', not_older_than="order.0.3"
    )
    assert (answer.status_code, heard.at) == (201, 3)


@pytest.mark.parametrize(
    "position",
    [
        *("", "order", "order.3", "order.12.1", "order.-1.1", "order.3.-1", "order.3.1.1", "payroll.3.1", "order.3.1,"),
        *("order.3.x", "Order.3.1", "order.٣.1", "order.3." + "9" * 19, ",".join(["order.3.1"] * 73)),
    ],
)
async def test_a_position_that_no_answer_gave(position: str) -> None:
    headers = {b"not-older-than": position.encode()}
    answer = await DOOR.http.get("/v1/jobs", headers=headers)
    assert code(answer) == (400, "invalid_position")
