"""What customers, workers, projects and categories are called, folded from what the reference service tells."""

from libs.events.reference import CategoryRecorded, CustomerRecorded, ProjectRecorded, WorkerRecorded
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


customer = View("customer", "reference", {CustomerRecorded: _customer})
worker = View("worker", "reference", {WorkerRecorded: _worker})
project = View("project", "reference", {ProjectRecorded: _project})
category = View("category", "reference", {CategoryRecorded: _category})
