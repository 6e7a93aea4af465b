"""The services that a command is about, and where their databases are."""

import argparse
import os
from collections.abc import Sequence

from deploy.cli.faults import Refused
from deploy.migrate.__main__ import SERVICES
from libs.events.topics import TOPICS
from libs.runtime.service import Service
from libs.runtime.settings import database_url

NAMES = [service.name for service in SERVICES]
PUBLISHERS = [name for name in NAMES if name in TOPICS]


def with_service(parser: argparse.ArgumentParser, names: Sequence[str] = NAMES) -> None:
    """Adds --service."""
    parser.add_argument("--service", required=True, choices=names, help="the service, by its name")


def service_of(name: str) -> Service:
    """The service of that name."""
    return next(service for service in SERVICES if service.name == name)


def url_of(name: str) -> str:
    """The URL of a service's own login to its database; Refused when no setting names it."""
    try:
        return database_url(name, os.environ.get("APPLICATION_PASSWORD"))
    except RuntimeError as fault:
        raise Refused(str(fault)) from fault
