"""A TCP link on loopback that can be cut, slowed, reset after some bytes, or made to keep the answer of a COMMIT."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field

RECORDS = (b"correlation_id", b"commit\0")
"""What a request to PostgreSQL contains when it writes facts, or ends a transaction of effects."""
KEPT_SECONDS = 0.7
_AT_ONCE = struct.pack("ii", 1, 0)


@dataclass
class Link:
    """Passes bytes to a port and back. `held` and `broken` count the answers kept back and the connections broken."""

    name: str
    to: int
    port: int = 0
    delay: float = 0.0
    cut: bool = False
    reset_after: int | None = None
    hold_next: bool = False
    held: int = 0
    broken: int = 0
    _pairs: set["_Pair"] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def open(self, port: int = 0) -> None:
        """Listens on the port, or on any free one."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _Pair(self).near, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    def heal(self) -> None:
        """Passes everything from now on."""
        self.delay, self.cut, self.reset_after, self.hold_next = 0.0, False, None, False

    def break_all(self) -> None:
        """Breaks every connection."""
        for pair in list(self._pairs):
            pair.abort()

    def close(self) -> None:
        """Listens no more, and breaks every connection."""
        if self._server is not None:
            self._server.close()
        self.break_all()


class _Pair:
    """The two halves of one connection."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.near, self.far = _Half(self, forth=True), _Half(self, forth=False)
        self.deaf = self.gone = False
        link._pairs.add(self)

    async def reach(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.far, "127.0.0.1", self.link.to)
        except OSError:
            self.abort()

    def passes(self, half: "_Half", data: bytes) -> None:
        """Sends on what one half received, unless a fault says otherwise."""
        link = self.link
        if half.forth and link.hold_next and any(pattern in data for pattern in RECORDS):
            link.hold_next, self.deaf = False, True
            link.held += 1
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self.abort)
        if not half.forth and self.deaf:
            return
        if link.reset_after is not None:
            link.reset_after -= len(data)
            if link.reset_after < 0:
                link.reset_after = None
                self.abort()
                return
        (self.far if half.forth else self.near).send(data, link.delay)

    def end(self) -> None:
        """One side has gone."""
        self.gone = True
        self.link._pairs.discard(self)

    def abort(self) -> None:
        """Breaks both sides at once."""
        if not self.gone:
            self.link.broken += 1
        self.end()
        for half in (self.near, self.far):
            half.abort()


class _Half(asyncio.Protocol):
    """One side of a connection; it keeps what is to be sent in order whatever the delay does meanwhile."""

    def __init__(self, pair: _Pair, *, forth: bool) -> None:
        self.pair, self.forth = pair, forth
        self.transport: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        self._last = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.pair.link.cut or self.pair.gone:
            self.pair.abort()
        elif self.forth:
            # what comes before the far side is reached waits in the far half
            task = asyncio.ensure_future(self.pair.reach())
            _REACHING.add(task)
            task.add_done_callback(_REACHING.discard)
        else:
            for data in self._waiting:
                transport.write(data)
            self._waiting.clear()

    def data_received(self, data: bytes) -> None:
        self.pair.passes(self, data)

    def send(self, data: bytes, delay: float) -> None:
        loop = asyncio.get_running_loop()
        if self.transport is None:
            self._waiting.append(data)
            return
        due = max(loop.time() + delay, self._last)
        if delay or self._last > loop.time():
            self._last = due + 1e-6
            loop.call_at(due, self._write, data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        pair = self.pair
        other = pair.far if self.forth else pair.near
        pair.end()
        if other.transport is not None:
            other.transport.close()

    def abort(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            gone: socket.socket = self.transport.get_extra_info("socket")
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self.transport.abort()


_REACHING: set[asyncio.Future[None]] = set()
