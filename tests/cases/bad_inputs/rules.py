"""Which case goes where: the first rule that fits places it. A new kind of case is a new line here."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.cases.bad_inputs import (
    ends,
    events,
    fields,
    files,
    headers,
    invoicing,
    requests,
    states,
    subscriptions,
    tokens,
)
from tests.cases.bad_inputs.case import Case, Got, OutOfScope
from tests.cases.bad_inputs.world import World

Place = Callable[[World, Case], Awaitable[Got]]


@dataclass(frozen=True)
class Rule:
    """A case fits when every part that is named does; `says` is looked for in its input."""

    place: Place
    kind: str = ""
    group: str = ""
    api_type: str = ""
    says: str = ""
    id: str = ""

    def fits(self, case: Case) -> bool:
        """Whether the case is placed by this rule."""
        named = {"kind": self.kind, "group": self.group, "api_type": self.api_type, "id": self.id}
        return all(value in ("", getattr(case, name)) for name, value in named.items()) and bool(
            re.search(self.says, case.input, re.IGNORECASE)
        )


def out(reason: str) -> Place:
    """Nowhere, and why."""

    async def nowhere(_: World, __: Case) -> Got:
        raise OutOfScope(reason)

    return nowhere


def values(api_type: str, place: Place) -> Rule:
    """Values of one field."""
    return Rule(place, kind="json_value", api_type=api_type)


def bodies(place: Place, says: str = "", api_type: str = "") -> Rule:
    """Parts of bodies."""
    return Rule(place, kind="body", api_type=api_type, says=says)


def told(group: str, *placed: tuple[str, Place]) -> tuple[Rule, ...]:
    """Scenarios of a group, by what their input says."""
    return tuple(Rule(place, kind="scenario", group=group, says=says) for says, place in placed)


DISPATCH = out("there is no dispatch service yet")

RULES: tuple[Rule, ...] = (
    # decided
    Rule(out("decided: there are no accounting periods of orders"), id="DTM-022"),
    Rule(out("decided: an export is an answer, not a job"), id="FIL-012"),
    # values of one field
    values("date", subscriptions.both(fields.in_date, subscriptions.in_date)),
    values("datetime", fields.in_instant),
    values("timezone", fields.in_time_zone),
    values("decimal", subscriptions.both(fields.in_decimal, subscriptions.in_decimal)),
    values("int", subscriptions.both(fields.in_integer, subscriptions.in_integer)),
    values("str", fields.in_text),
    values("uuid", fields.in_id),
    values("bool", fields.in_flag),
    values("enum", fields.in_enum),
    # parts of bodies
    bodies(subscriptions.of_money, r'"tax"', "money"),
    bodies(subscriptions.of_anchor, r'"cycle"', "period"),
    bodies(invoicing.of_discount, r'"discountPercent"', "money"),
    bodies(invoicing.of_total, r'"total"', "money"),
    bodies(invoicing.of_instalments, r'"contract"', "money"),
    bodies(states.of_sla_policy, r'"(response|resolution)Minutes"'),
    bodies(states.of_pause, r'"(pauseAt|resumeAt)"'),
    bodies(fields.of_calendar, r'"windows"'),
    bodies(states.of_validity, r'"from"', "period"),
    bodies(invoicing.of_currencies, r'"lines"', "money"),
    bodies(subscriptions.of_money, r'"amount"', "money"),
    # scenarios
    *told("datetimes", ("in the future", requests.ahead)),
    *told(
        "periods-and-sla",
        ("clock that is already paused", states.pause_twice),
        ("resume an SLA clock that is running", states.resume_running),
        ("before its dispatched", requests.before_its_stream),
    ),
    *told(
        "ids",
        ("portal token|same token", requests.stranger_id),
        ("PATCH .* of another customer", requests.foreign_owner),
        ("GET /orders/[^{]", requests.literal_path),
        ("agreement refers to", states.agreement_of_nobody),
        ("agreement of another customer", states.agreement_of_a_stranger),
        ("Subscription sent to the Order", requests.other_stream),
    ),
    *told(
        "sizes-and-shape",
        (r"^body of .* \+ ", requests.large_body),
        ("order with .* lines", requests.many_lines),
        ("characters that take", requests.wide_characters),
        ("key of .* characters", requests.long_key),
        ("{.*}$", requests.further_member),
        ("array where|empty body|truncated|UTF-8", requests.raw_body),
        ("content-type|multipart", requests.other_kind),
        ("page size", requests.page_size),
        ("cursor", requests.forged_cursor),
        ("^sort=", requests.sort_key),
        ("regular expression", requests.filter_text),
        ("query string of", requests.long_query),
        ("headers of", requests.many_headers),
    ),
    *told(
        "concurrency-tokens",
        ("with no If-Match", headers.no_version),
        ("If-None-Match: \\*", headers.not_new),
        ("of another aggregate", headers.foreign_tag),
        ("^If-Match: ", headers.if_match),
    ),
    *told(
        "idempotency-keys",
        ("key of|empty key|two Idempotency-Key", headers.malformed_key),
        ("other path", headers.other_path),
        ("failed validation", headers.after_refusal),
        ("at the same time", headers.at_once),
        ("500 before commit", ends.before_commit),
        ("killed between commit and answer", ends.after_commit),
        ("same body|same JSON", headers.same_request),
    ),
    Rule(subscriptions.out_of_place, group="illegal-transitions", api_type="subscription-billing"),
    Rule(DISPATCH, group="illegal-transitions", api_type="dispatch"),
    Rule(states.of_agreement, group="illegal-transitions", api_type="agreement"),
    *told("illegal-transitions", ("cancel a posted order", states.cancel_posted)),
    *told(
        "authentication-and-authorisation",
        ("^Authorization: ", tokens.scheme),
        ("query string", tokens.in_the_query),
        ("duplicate Authorization", tokens.doubled),
        ("analyst calls any", tokens.read_only),
        ("dispatcher changes a price", tokens.price_by_dispatcher),
        ("clerk assigns a technician", tokens.technician_by_clerk),
        ("portal user (lists|filters)", tokens.own_list),
        ("rebuild endpoint", tokens.internal_route),
        ("service token of", tokens.foreign_scope),
        ("Origin: null", tokens.cross_site),
        ("requests in a minute", tokens.too_often),
        ("JWT|token|signature|wrong aud|role claim", tokens.forged),
    ),
    *told(
        "events-on-kafka",
        ("above what is known|key other than|unknown producer", events.set_aside),
        ("same event id", events.repeated),
        ("with another event id", events.two_histories),
        ("in the future|trace context", events.taken_in),
        ("after OrderCancelled", events.impossible),
        ("aborted transaction", events.given_up),
        ("before n\\+1|offset out of range", events.stopped),
    ),
    *told(
        "imports-and-exports",
        ("quotes|file named|XLSX|XML", files.file),
        ("analyst SQL: cross join", files.endless_sql),
        ("analyst SQL", files.forbidden_sql),
    ),
)

UNPLACED = out("no rule places it")


def place_of(case: Case) -> Place:
    """Where the case goes."""
    return next((rule.place for rule in RULES if rule.fits(case)), UNPLACED)
