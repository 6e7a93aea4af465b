"""What a run plays on: servers of its own, a link before each of them, and the fork server."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deploy.local import kafka
from deploy.local.ports import RememberedPorts
from deploy.local.postgres import Postgres
from deploy.local.processes import Running
from tests.chaos.link import Link
from tests.chaos.nursery import Nursery


class Stage:
    """PostgreSQL, a broker whose advertised address is a link, and a nursery. Enter it to start them, once for many runs."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="fieldfact-chaos-"))
        self.folder.chmod(0o711)  # where user namespaces are refused another user must get through
        self.nursery = Nursery(self.folder / "processes")
        self.ports = RememberedPorts(self.folder / "ports.json")
        self.broker_link = Link("kafka", self.ports.port("kafka"))
        self.postgres: Postgres
        self._broker: Running | None = None

    @property
    def database_url(self) -> str:
        """A superuser's URL that passes no link."""
        return self.postgres.url

    @property
    def bootstrap(self) -> str:
        """The broker, behind its link."""
        return kafka.bootstrap_of(self.broker_link.port)

    async def __aenter__(self) -> "Stage":
        await self.broker_link.open()
        await asyncio.gather(
            asyncio.to_thread(self.start_database), asyncio.to_thread(self.start_broker), self.nursery.__aenter__()
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.nursery.__aexit__()
        self.broker_link.close()
        await asyncio.to_thread(self._stop)

    def start_database(self) -> None:
        """Returns when the server takes connections, on the port it had before."""
        self.postgres = Postgres.start(self.folder / "postgres", self.ports.port("postgres"))

    def start_broker(self) -> None:
        """Returns when the broker answers. What it tells clients is the link's address."""
        port, folder = self.broker_link.to, self.folder / "kafka"
        program = kafka.program(folder, port, self.ports.port("kafka controller"))
        settings = folder / "server.properties"
        advertised = "advertised.listeners=PLAINTEXT://127.0.0.1:"
        settings.write_text(settings.read_text().replace(f"{advertised}{port}", f"{advertised}{self.broker_link.port}"))
        self._broker = Running(program, folder)
        self._broker.wait_ready(kafka.START_SECONDS)

    def crash_database(self) -> None:
        """Kill -9 of every process of the server, and its next start."""
        self.postgres.kill()
        self.start_database()

    def crash_broker(self) -> None:
        """Kill -9 of the broker, and its next start."""
        if self._broker is not None:
            self._broker.kill()
        self.start_broker()

    def servers(self, database: str | None = None) -> Mapping[str, str]:
        """The environment that leads to the servers; to the database, through this URL."""
        return {"DATABASE_URL": database or self.database_url, "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap}

    def remove(self) -> None:
        """Takes away everything that was kept; after the stop."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _stop(self) -> None:
        if self._broker is not None:
            self._broker.stop()
        self.postgres.stop()
