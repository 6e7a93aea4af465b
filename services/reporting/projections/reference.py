"""What customers, workers, projects and categories are called, and calendars with all their versions."""

import json

from libs.events.reference import (
    CalendarRecorded,
    CategoryRecorded,
    CustomerRecorded,
    ProjectRecorded,
    WorkerRecorded,
)
from libs.kernel.view import Heard, Rows, View


def _called(key: str, name: str) -> Rows:
    """A reference object is a stream of its own, so its view has one row."""
    return {(): {"key": key, "name": name}}


def _customer(_: Rows, fact: CustomerRecorded, __: Heard) -> Rows:
    return _called(fact.customer, fact.name)


def _worker(_: Rows, fact: WorkerRecorded, __: Heard) -> Rows:
    return _called(fact.worker, fact.name)


def _project(_: Rows, fact: ProjectRecorded, __: Heard) -> Rows:
    return _called(fact.project, fact.name)


def _category(_: Rows, fact: CategoryRecorded, __: Heard) -> Rows:
    return _called(fact.category, fact.name)


def _calendar(_: Rows, fact: CalendarRecorded, heard: Heard) -> Rows:
    """Every put is a version, numbered as the facts of its stream, and kept for ever. Source: contracts 1."""
    told = fact.model_dump(mode="json")
    row = {
        "key": fact.calendar,
        "time_zone": fact.time_zone,
        "weekly": json.dumps(told["weekly"]),
        "exceptions": json.dumps(told["exceptions"]),
        "valid_from": fact.valid_from,
    }
    return {(heard.sequence,): row}


customer = View("customer", "reference", {CustomerRecorded: _customer})
worker = View("worker", "reference", {WorkerRecorded: _worker})
project = View("project", "reference", {ProjectRecorded: _project})
category = View("category", "reference", {CategoryRecorded: _category})
calendar = View("calendar", "reference", {CalendarRecorded: _calendar})
