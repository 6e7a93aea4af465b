"""What a fork server of the services needs: everything imported once, and a child that is as if it had been started."""

import ctypes
import gc
import importlib
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.local.services import ISSUER, SERVICES
from libs.events.topics import TOPICS
from libs.runtime.service import ROLES, Parts
from libs.runtime.settings import ServiceSettings

_DIE_WITH_PARENT = 1


def roles() -> dict[str, list[str]]:
    """The roles of every service that have something to do."""
    found = {}
    for service in SERVICES:
        if service != ISSUER:
            value = importlib.import_module(f"{service.module}.main").SERVICE
            works = {"relay": service.name in TOPICS, "timers": getattr(value, "timers", None) is not None}
            found[service.name] = [role for role in ROLES if works.get(role, True)]
    return found


def warm_up(*modules: str) -> None:
    """Imports the services and these modules, and builds every application once, over no store: what is imported and
    compiled then is there for all children. RuntimeError when a thread was begun, whose locks no child could open."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    roles()
    for name in modules:
        importlib.import_module(name)
    settings = ServiceSettings(database_url="", token_keys_url="http://127.0.0.1", mode="development")
    for service in SERVICES:
        if service != ISSUER:
            nothing: Any = None
            importlib.import_module(f"{service.module}.main").SERVICE.api(Parts(nothing, settings, set()))
    gc.collect()
    if threading.active_count() > 1:
        raise RuntimeError("a thread was begun before the first fork: its locks would stay locked in every child")
    gc.freeze()  # or the first collection of every child would copy all of it


def die_with_parent() -> None:
    """Ends this process by kill -9 when the one that forked it ends."""
    ctypes.CDLL(None, use_errno=True).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def settle(env: Mapping[str, str], log: str | Path) -> None:
    """Gives a child its own environment and streams, and the signals as a new process has them."""
    os.environ.clear()
    os.environ.update(env)
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream, file in ((0, nothing), (1, output), (2, output)):
        os.dup2(file, stream)
    os.closerange(3, max(nothing, output) + 1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
