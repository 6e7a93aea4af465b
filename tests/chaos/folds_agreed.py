"""The checker's own folds of agreements, SLA policies, calendars and clocks."""

import json
from collections.abc import Mapping
from typing import Any

from tests.chaos.evidence import Fact
from tests.chaos.folding import ONE, Change, Fold, Row, Rows, copied, instant, of, recorded, text

_HEADER = ("description", "responsible", "preferred_technician")
_LINE = ("type", "category", "worker", "item", "line_property", "description", "starts_on", "ends_on")


def _with(change: Mapping[str, Any]) -> Change:
    """The stream's one row, with these columns as given."""
    return lambda rows, _, __: {ONE: {**rows[ONE], **change}}


def _said(**columns: str) -> Change:
    """The stream's one row, with columns as the fact's fields say."""
    return lambda rows, says, _: {ONE: {**rows[ONE], **{name: says.get(field) for name, field in columns.items()}}}


def _listed(_: Rows, says: Mapping[str, Any], __: Fact) -> Rows:
    names = ("number", "project", "customer", "starts_on", "ends_on", "responsible", "preferred_technician")
    begun = {"state": "draft", "takes_orders": "false", "line_workers": " "}
    return {ONE: {**{name: says.get(name) for name in names}, **begun}}


def _lined(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    """Who works on which line: "line:worker" between blanks."""
    others = [one for one in rows[ONE]["line_workers"].split() if one.split(":")[0] != str(says["line"])]
    mine = [f"{says['line']}:{says['worker']}"] if says.get("worker") else []
    return {ONE: {**rows[ONE], "line_workers": "".join(f" {one}" for one in (*others, *mine)) + " "}}


def _terms(day: str) -> Change:
    def change(_: Rows, says: Mapping[str, Any], __: Fact) -> Rows:
        return {
            (says[day],): {
                "group": says["group"],
                "sla_policy": says.get("sla_policy"),
                "sla_from": says.get("sla_from"),
            }
        }

    return change


def _copy(_: Rows, says: Mapping[str, Any], __: Fact) -> Rows:
    names = (*_HEADER, "project", "customer", "starts_on", "ends_on")
    row = {name: says.get(name) for name in names}
    return {ONE: {**row, "state": "draft", "terminated_on": None, "terms": json.dumps([_term(says, "starts_on")])}}


def _amended(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    terms = [*json.loads(rows[ONE]["terms"]), _term(says, "effective_on")]
    return {ONE: {**rows[ONE], "terms": json.dumps(terms)}}


def _term(says: Mapping[str, Any], day: str) -> list[Any]:
    return [says[day], says.get("sla_policy"), says.get("sla_from")]


def _terminated(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    return {ONE: {**rows[ONE], "state": "terminated", "terminated_on": says["on"]}}


def _resource(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    key = (str(says["line"]),)
    stopped = rows[key]["stopped"] if key in rows else "false"
    row = {name: says.get(name) for name in _LINE}
    return {key: {**row, "quantity": text(says["quantity"]), "stopped": stopped, "removed": "false"}}


def _flag(name: str, value: str) -> Change:
    def change(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
        return {(str(says["line"]),): {**rows[(str(says["line"]),)], name: value}}

    return change


def _policy(_: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
    row = {"key": says["policy"], "effective_on": says["effective_on"], "content": fact.value.decode()}
    return {(str(says["version"]),): row}


def _named(key: str, name: str) -> Change:
    return lambda _, says, __: {ONE: {"key": says[key], "name": says[name]}}


def _grouped(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    first = "amendment" not in says
    row = {"effective_on": "1990-01-01" if first else says["effective_on"], "agreement_group": says["group"]}
    return {(str(says.get("amendment", 0)),): row}


def _calendar(_: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
    lists = {name: json.dumps(says.get(name, {})) for name in ("weekly", "exceptions")}
    row = {"key": says["calendar"], "time_zone": says["time_zone"], "valid_from": says["valid_from"], **lists}
    return {(str(fact.version),): row}


def _reason(_: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
    given = instant(fact.meta["occurred_at"])
    return {(str(says["entry"]),): {"kind": says["kind"], "code": says["code"], "given_at": given, "removed": "false"}}


def _unsaid(rows: Rows, says: Mapping[str, Any], _: Fact) -> Rows:
    key = (str(says["entry"]),)
    return {key: {**rows[key], "removed": "true"}} if key in rows else {}


MARKS = ("Started", "Paused", "Resumed", "Stopped", "Reopened", "Canceled", "AtRisk", "Missed", "Met", "Corrected")
"""What happens to one clock, without its terms and its calendar."""


def _attached(_: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
    row = {"next_at": None, "open": "true", **_measured_by(says)}
    return {(clock["clock"],): row for clock in says["clocks"]}


def _marked(rows: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
    kind = fact.name.split(".")[1].removeprefix("OrderSla")
    row = {**rows[(says["clock"],)], "next_at": instant(says.get("next_at"))}
    if kind in ("Stopped", "Canceled", "Reopened"):
        row["open"] = text(kind == "Reopened")
    if kind in ("PolicyChanged", "CalendarChanged"):
        row |= _measured_by(says)
    return {(says["clock"],): row}


def _measured_by(says: Mapping[str, Any]) -> Row:
    return {
        "calendar": says.get("calendar"),
        "calendar_version": str(max(says.get("calendar_versions", ()), default=0)),
    }


def _clocks(rows: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
    terms = {"policy": says["policy"], "policy_version": str(says["policy_version"]), "calendar": says.get("calendar")}
    held = {
        **terms,
        "level": says["level"],
        "priority": says["priority"],
        "attached_at": instant(fact.meta["occurred_at"]),
    }
    new = [clock["clock"] for clock in says["clocks"] if (clock["clock"],) not in rows]
    return {(clock,): {**held, "verdict": "running"} for clock in new}


def _judged(rows: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
    """The last word on each clock."""
    key, kind = (says["clock"],), fact.name.split(".")[1].removeprefix("OrderSla")
    if key not in rows:
        return {}
    was = rows[key]["verdict"]
    words = {"Missed": "missed", "Met": "met", "Corrected": says.get("now")}
    if kind == "Reopened" and was == "met":
        words[kind] = "running"
    if kind == "Canceled" and was == "running":
        words[kind] = "canceled"
    return {key: {**rows[key], "verdict": words.get(kind, was)}}


_COURSE: Mapping[str, Change] = {
    "AgreementActivated": _with({"state": "active"}),
    "AgreementSuspended": _with({"state": "suspended"}),
    "AgreementResumed": _with({"state": "active"}),
    "AgreementRenewed": _said(ends_on="to"),
}
_TAKES: Mapping[str, Change] = {
    **dict.fromkeys(("AgreementActivated", "AgreementResumed"), _with({"state": "active", "takes_orders": "true"})),
    "AgreementSuspended": _with({"state": "suspended", "takes_orders": "false"}),
    "AgreementRenewed": _said(ends_on="to"),
    "AgreementTerminated": lambda rows, says, _: {ONE: {**rows[ONE], "state": "terminated", "ends_on": says["on"]}},
}
_LIST: Mapping[str, Change] = {
    "AgreementCreated": _listed,
    "AgreementRevised": _said(responsible="responsible", preferred_technician="preferred_technician"),
    **dict.fromkeys(("AgreementLineAdded", "AgreementLineRevised", "AgreementLineRemoved"), _lined),
    **_TAKES,
}
_AGREEMENT: Mapping[str, Change] = {
    "AgreementCreated": _copy,
    "AgreementRevised": _said(**{name: name for name in _HEADER}),
    "AgreementAmended": _amended,
    "AgreementTerminated": _terminated,
    **_COURSE,
}
_RESOURCES: Mapping[str, Change] = {
    "AgreementLineAdded": _resource,
    "AgreementLineRevised": _resource,
    "AgreementLineRemoved": _flag("removed", "true"),
    "AgreementLineStopped": _flag("stopped", "true"),
    "AgreementLineRestarted": _flag("stopped", "false"),
}
_VERSIONS = ("SlaPolicyDefined", "SlaPolicyRevised")
_SLA = tuple(f"OrderSla{mark}" for mark in (*MARKS, "PolicyChanged", "CalendarChanged"))
AGREED: Mapping[tuple[str, str], Fold] = {
    **{("agreement", kind): copied(kind, "active") for kind in ("customer", "worker", "item")},
    ("agreement", "project"): copied("project", "type", "customer", "line_property", "active"),
    ("agreement", "category"): copied("category", "type", "active"),
    **{("agreement", kind): copied(kind) for kind in ("line_property", "calendar")},
    ("agreement", "record"): of(
        "agreement",
        {
            **dict.fromkeys(_VERSIONS, recorded("sla_policy", "policy")),
            "AgreementGroupRecorded": recorded("agreement_group", "group"),
        },
    ),
    ("agreement", "agreement_list"): of("agreement", _LIST),
    ("agreement", "agreement_terms"): of(
        "agreement", {"AgreementCreated": _terms("starts_on"), "AgreementAmended": _terms("effective_on")}
    ),
    ("order", "agreement"): of("agreement", _AGREEMENT),
    ("order", "agreement_line"): of("agreement", _RESOURCES),
    ("order", "sla_policy"): of("agreement", dict.fromkeys(_VERSIONS, _policy)),
    ("order", "sla_timer"): of("order", {"OrderSlaAttached": _attached, **dict.fromkeys(_SLA, _marked)}),
    ("reporting", "agreement"): of(
        "agreement", {"AgreementCreated": lambda _, says, __: {ONE: {"number": says["number"]}}}
    ),
    ("reporting", "agreement_term"): of("agreement", {"AgreementCreated": _grouped, "AgreementAmended": _grouped}),
    ("reporting", "agreement_group"): of("agreement", {"AgreementGroupRecorded": _named("group", "description")}),
    ("reporting", "sla_policy"): of("agreement", dict.fromkeys(_VERSIONS, _named("policy", "name"))),
    ("reporting", "calendar"): of("reference", {"CalendarRecorded": _calendar}),
    ("reporting", "order_reason"): of("order", {"OrderReasonGiven": _reason, "OrderReasonRemoved": _unsaid}),
    ("reporting", "sla_clock"): of("order", {"OrderSlaAttached": _clocks, **dict.fromkeys(_SLA, _judged)}),
}
"""By service and table. Of `sla_clock` only what is told by one fact at a time; the rest of it is rebuilt."""
