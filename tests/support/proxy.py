"""A TCP proxy on loopback that can keep an answer from coming back, so that a crash point inside one call is certain."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """Passes bytes both ways until it is armed. `held` is set once an answer is being kept back."""

    host: str
    port: int
    pattern: bytes = b""
    after: bytes = b""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    def hold_answer_to(self, pattern: bytes, after: bytes = b"") -> None:
        """From the next request on that contains `pattern`, no byte comes back on its connection; with `after`, only
        on a connection that has sent that before."""
        self.pattern, self.after = pattern, after
        self.held.clear()

    def cut(self) -> None:
        """Breaks all connections and passes bytes again."""
        self.pattern = b""
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def end(self) -> None:
        """Breaks all connections and waits for their tasks."""
        self.cut()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Takes a connection and serves it in a task of its own."""
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        back, forth = await asyncio.open_connection(self.host, self.port)
        self._writers += [writer, forth]
        holding = asyncio.Event()
        try:
            await asyncio.gather(self._forward(reader, forth, holding), _back(back, writer, holding))
        except OSError:
            return
        finally:
            writer.close()
            forth.close()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, holding: asyncio.Event
    ) -> None:
        told = b""
        while data := await reader.read(65536):
            told += data if self.after and self.after not in told else b""
            if self.pattern and self.pattern in data and self.after in told:
                self.pattern = b""  # one connection is enough
                holding.set()
            writer.write(data)
            await writer.drain()
            if holding.is_set():
                self.held.set()
        writer.close()


async def _back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, holding: asyncio.Event) -> None:
    while data := await reader.read(65536):
        if not holding.is_set():
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def proxy_to(host: str, port: int) -> AsyncIterator[tuple[Proxy, int]]:
    """A proxy in front of host and port, and the port it listens on."""
    proxy = Proxy(host, port)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    try:
        yield proxy, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await proxy.end()
