"""May under an agreement: a visit in time, one too late, one that waits over a weekend, one reported late.

The agreement promises a response within 4 and a resolution within 8 open hours, Monday to Friday from 08:00 to 17:00 in
Brussels, which is two hours ahead of UTC in May.
"""

from deploy.demo.company import Person

WORKDAY = [["08:00", "17:00"]]
STAGES = (
    {"stage": "PLANNED", "description": "Planned"},
    {"stage": "ON-SITE", "description": "On site", "parent": "PLANNED"},
    {"stage": "WAITING", "description": "Waiting for parts", "parent": "ON-SITE", "stops_clock": True},
)


def four_visits_on_an_agreement(manager: Person, dispatcher: Person) -> str:
    """The agreement, and what became of its promises; answers the agreement's id."""
    agreement = the_agreement(manager)
    in_time = a_visit_in_time(dispatcher, agreement)
    manager.says(f"{in_time}/post", "in time posted", at="2026-05-05T08:00:00Z")
    a_visit_that_came_too_late(dispatcher, agreement)
    a_visit_that_waits_over_a_weekend(dispatcher, agreement)
    an_arrival_that_is_reported_late(dispatcher, agreement)
    return agreement


def the_agreement(manager: Person) -> str:
    """Calendar, SLA policy, stages, group and agreement; answers the agreement's id."""
    weekly = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), WORKDAY)
    holidays: dict[str, list[str]] = {"2026-05-14": [], "2026-05-25": []}
    manager.puts(
        "calendars",
        "WORKDAYS",
        time_zone="Europe/Brussels",
        weekly=weekly,
        exceptions=holidays,
        valid_from="2026-01-01",
    )
    clocks = {
        "response": {"targets": {"normal": "PT4H"}, "at_risk": [{"percent": "75"}]},
        "resolution": {"targets": {"normal": "PT8H"}},
    }
    named = {"name": "Gold", "effective_on": "2026-01-01", "calendar": "WORKDAYS"}
    manager.sets("agreement", "/v1/sla-policies/GOLD", **named, clocks=clocks)
    manager.sets("agreement", "/v1/agreement-groups/BREWERIES", description="Breweries", sla_policy="GOLD")
    manager.sets("order", "/v1/stage-graph", stages=list(STAGES))
    terms = {"project": "P-BREWERY", "group": "BREWERIES", "starts_on": "2026-05-01", "ends_on": "2027-04-30"}
    said = {"description": "Compressors of the brewery", "preferred_technician": "W-01", "at": "2026-04-27T08:00:00Z"}
    created = manager.says("/v1/agreements", "agreement", "agreement", **terms, **said)
    path = f"/v1/agreements/{created['id']}"
    manager.says(f"{path}/activate", "agreement activated", "agreement", at="2026-04-28T08:00:00Z")
    return str(created["id"])


def a_visit_in_time(dispatcher: Person, agreement: str) -> str:
    """Called at 08:30, there at 10:00, done at 15:00; answers the order's path."""
    order = called(dispatcher, agreement, "in time", "2026-05-04T06:30:00Z", "Oil pressure too low")
    dispatcher.says(f"{order}/report-arrival", "in time arrival", worker="W-01", at="2026-05-04T08:00:00Z")
    done(dispatcher, order, "in time", "2026-05-04T13:00:00Z")
    return order


def a_visit_that_came_too_late(dispatcher: Person, agreement: str) -> None:
    """Called at 09:00, there at 14:30, done the next morning at 10:00."""
    order = called(dispatcher, agreement, "too late", "2026-05-05T07:00:00Z", "Compressor 2 does not start")
    dispatcher.says(f"{order}/report-arrival", "too late arrival", worker="W-02", at="2026-05-05T12:30:00Z")
    done(dispatcher, order, "too late", "2026-05-06T08:00:00Z")


def a_visit_that_waits_over_a_weekend(dispatcher: Person, agreement: str) -> None:
    """Called on Friday at 14:00, there at 15:00, waits for a part from 15:30 to Monday at 10:00, done at 15:00."""
    order = called(dispatcher, agreement, "weekend", "2026-05-08T12:00:00Z", "Coupling worn out")
    dispatcher.says(f"{order}/report-arrival", "weekend arrival", worker="W-01", at="2026-05-08T13:00:00Z")
    dispatcher.says(f"{order}/move-to-next-stage", "weekend on site", at="2026-05-08T13:00:00Z")
    dispatcher.says(f"{order}/move-to-next-stage", "weekend waits", at="2026-05-08T13:30:00Z")
    dispatcher.says(f"{order}/move-to-previous-stage", "weekend goes on", at="2026-05-11T08:00:00Z")
    done(dispatcher, order, "weekend", "2026-05-11T13:00:00Z")


def an_arrival_that_is_reported_late(dispatcher: Person, agreement: str) -> None:
    """Called at 08:00; at noon the response counts as missed; then the technician reports that he came at 10:15."""
    order = called(dispatcher, agreement, "late report", "2026-05-12T06:00:00Z", "Leak at the oil cooler")
    line = {"type": "item", "item": "FILTER", "quantity": "1"}
    dispatcher.says(f"{order}/lines", "late report filter", **line, at="2026-05-12T12:30:00Z")
    dispatcher.says(f"{order}/report-arrival", "late report arrival", worker="W-01", at="2026-05-12T08:15:00Z")
    done(dispatcher, order, "late report", "2026-05-12T13:00:00Z")


def called(dispatcher: Person, agreement: str, key: str, at: str, description: str) -> str:
    """A new order on the agreement with an hour of work; answers its path."""
    header = {"agreement": agreement, "service_date": at[:10], "description": description}
    created = dispatcher.says("/v1/orders", f"{key} order", **header, at=at)
    order = f"/v1/orders/{created['id']}"
    hour = {"type": "hour", "category": "LABOUR", "worker": "W-01", "quantity": "2"}
    dispatcher.says(f"{order}/lines", f"{key} hours", **hour, at=at)
    return order


def done(dispatcher: Person, order: str, key: str, at: str) -> None:
    """Everything is signed off."""
    dispatcher.says(f"{order}/sign-off", f"{key} done", at=at)
