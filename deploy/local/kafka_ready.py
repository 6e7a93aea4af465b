"""Asks a broker for its metadata in the plain protocol: ready means that it answers and names a broker."""

import socket
import struct

from deploy.local.ports import LOOPBACK

_METADATA, _VERSION = 3, 1
_CLIENT = b"fieldfact-ready"
_NO_TOPICS = 0
_SECONDS = 1.0


def answers_with_a_broker(port: int) -> bool:
    """May block for a second; a broker that is still starting is no fault, just not ready."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=_SECONDS) as connection:
            connection.sendall(_request())
            with connection.makefile("rb") as answer:
                return _brokers(answer.read(12)) > 0
    except OSError:
        return False


def _request() -> bytes:
    correlation = 1
    header = struct.pack(">hhih", _METADATA, _VERSION, correlation, len(_CLIENT)) + _CLIENT
    body = struct.pack(">i", _NO_TOPICS)
    return struct.pack(">i", len(header) + len(body)) + header + body


def _brokers(answer: bytes) -> int:
    """The answer begins with its size, the correlation id and the number of brokers."""
    if len(answer) < 12:
        return 0
    _, _, brokers = struct.unpack(">iii", answer)
    return int(brokers)
