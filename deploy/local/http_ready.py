"""Asks a program over HTTP whether it is ready: 200 is yes, all else is not yet."""

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

_SECONDS = 1.0


def answers_200(url: str) -> Callable[[int], bool]:
    """A program's ready check; each asking may block for a second."""
    parts = urlsplit(url)

    def ready(pid: int) -> bool:
        # not urllib: it would ask a proxy of the environment for our own loopback
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
        try:
            connection.request("GET", parts.path or "/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready
