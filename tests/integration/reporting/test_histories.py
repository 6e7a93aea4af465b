"""Whatever happens, and in whatever order and batches it is heard, the report says what the facts say. Source: MAR-12."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.sql import ClauseElement

from services.reporting.projections.margin import By, groups, lines, totals
from services.reporting.projections.selection import BUCKETS, Moment, Selection, Sense
from tests.integration.reporting import naive
from tests.integration.reporting.histories import STEPS, Step, tell
from tests.integration.reporting.replaying import FEW, MANY, PULLS, SOME, Pull, Reporting
from tests.integration.reporting.told import Told


def lines_as_of(instant: datetime | None = None, sense: Sense = "recorded") -> ClauseElement:
    return lines(Selection(Moment(instant, sense)), None, MANY)


def said(told: Told, until: datetime | None = None) -> list[naive.Row]:
    """What the report must say of everything that was recorded by an instant."""
    known = [
        (record.envelope.stream_id, fact)
        for _, record, fact in told.records
        if record.envelope and (until is None or record.envelope.recorded_at <= until)
    ]
    return naive.margin_rows([fact for _, fact in known], [stream for stream, _ in known])


def agree(found: list[dict[str, Any]], expected: list[naive.Row]) -> None:
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert {name: _plain(row[name]) for name in wanted} == wanted


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | Decimal | str | list) else str(value)


@SOME
@given(steps=STEPS, pulls=PULLS)
def test_any_batches_in_any_order_give_what_a_rebuild_gives(
    reporting: Reporting, steps: list[Step], pulls: list[Pull]
) -> None:
    told = tell(steps)
    reporting.hears(told, pulls)
    as_it_came, (found,) = reporting.tables(), reporting.says(lines_as_of())
    reporting.hears(told)
    assert reporting.tables() == as_it_came
    agree(found, said(told))


@SOME
@given(steps=STEPS, pulls=PULLS, picks=st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_as_of_an_instant_is_what_was_recorded_by_then(
    reporting: Reporting, steps: list[Step], pulls: list[Pull], picks: list[int]
) -> None:
    told = tell(steps)
    recorded = [record.envelope.recorded_at for _, record, _ in told.records if record.envelope]
    instants = [recorded[pick % len(recorded)] for pick in picks]
    instants += [instants[0] - timedelta(microseconds=1), instants[0] + timedelta(microseconds=1)]
    reporting.hears(told, pulls)
    for instant, answer in zip(instants, reporting.says(*map(lines_as_of, instants)), strict=True):
        agree(answer, said(told, instant))


@FEW
@given(steps=STEPS, pulls=PULLS, pick=st.integers(0, 60))
def test_both_senses_agree_where_everything_is_told_when_it_happens(
    reporting: Reporting, steps: list[Step], pulls: list[Pull], pick: int
) -> None:
    told = tell(steps)
    recorded = [record.envelope.recorded_at for _, record, _ in told.records if record.envelope]
    instant = recorded[pick % len(recorded)]
    reporting.hears(told, pulls)
    known, happened = reporting.says(lines_as_of(instant), lines_as_of(instant, "occurred"))
    assert _nameless(happened) == _nameless(known)


def _nameless(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if not name.endswith("_name")} for row in rows]


@FEW
@given(steps=STEPS)
def test_every_roll_up_is_the_sum_of_its_children(reporting: Reporting, steps: list[Step]) -> None:
    told, ways = tell(steps), get_args(By)
    reporting.hears(told)
    every, *children = reporting.says(totals(Selection()), *(groups(Selection(), by, None, MANY) for by in ways))
    total, expected = _added(every), said(told)
    assert total["total_cost"] == sum(row["cost"] for row in expected)
    assert total["total_sales"] == sum(row["sales"] for row in expected)
    assert total["total_lines"] == len(expected)
    for measure in ("lines", "cost", "sales"):
        assert sum(total[f"{bucket}_{measure}"] for bucket in BUCKETS) == total[f"total_{measure}"]
    assert dict(zip(ways, map(_added, children), strict=True)) == dict.fromkeys(ways, total)


def _added(rows: list[dict[str, Any]]) -> dict[str, Any]:
    measures = [f"{bucket}_{measure}" for bucket in (*BUCKETS, "total") for measure in ("lines", "cost", "sales")]
    return {name: sum(row[name] for row in rows) for name in measures}
