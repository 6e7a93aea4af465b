"""The whole of Fieldfact as a value: servers, databases, topics and services, from one data folder."""

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from types import TracebackType

from deploy.local import kafka, postgres, services
from deploy.local.charge import Say, told
from deploy.local.data_folder import DataFolder
from deploy.local.signals import stopping_signals_wait
from deploy.local.supervisor import Supervisor

_STEP_SECONDS = 120.0


class System:
    """Started by entering it, stopped by leaving it; DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS win over our servers.

    Without `timers` no clock of an order tells what is due before `start_timers`.
    """

    def __init__(
        self, data: Path, environment: Mapping[str, str] = os.environ, say: Say = told, *, timers: bool = True
    ) -> None:
        self.data = data.resolve()
        self.supervisor = Supervisor(self.data, say)
        self.addresses: dict[str, str] = {}
        """Where each service listens, by name."""
        self.database_url = environment.get("DATABASE_URL", "")
        self.kafka_bootstrap = environment.get("KAFKA_BOOTSTRAP_SERVERS", "")
        self._say, self._timers = say, timers
        self._folder = DataFolder(self.data)

    def __enter__(self) -> "System":
        self._folder.claim()
        try:
            self.start_servers()
            self.start_services()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start_servers(self) -> None:
        """Returns when both servers are ready and hold what the services need; the two know nothing of each other."""
        with ThreadPoolExecutor(2) as lanes:
            try:
                for lane in as_completed([lanes.submit(self._postgres), lanes.submit(self._kafka)]):
                    lane.result()
            except BaseException:
                self.supervisor.stop()  # or the other lane would wait on for its server
                raise

    def start_services(self) -> None:
        """Starts all services at once and returns when every one is ready."""
        own = {**self.servers(), "ISSUER_KEY_FILE": str(self.data / "issuer-key.json")}
        programs = services.programs(self._folder.ports, own, timers=self._timers)
        self.addresses = {program.name: program.address for program in programs}
        self.supervisor.start(*programs)
        self.supervisor.wait_ready()

    def start_timers(self) -> None:
        """What is due happens from now on."""
        self.supervisor.start(*services.timer_programs(self._folder.ports, self.servers()))

    def servers(self) -> dict[str, str]:
        """The environment that leads to the servers."""
        return {"DATABASE_URL": self.database_url, "KAFKA_BOOTSTRAP_SERVERS": self.kafka_bootstrap}

    def stop(self) -> None:
        """Stops everything that was started, services before servers."""
        with stopping_signals_wait():
            self.supervisor.stop()
            self._folder.release()

    def _postgres(self) -> None:
        if not self.database_url:
            port = self._folder.ports.port("postgres")
            self.supervisor.start(postgres.program(self.data / "postgres", port))
            self.supervisor.wait_ready("postgres", within=postgres.START_SECONDS)
            self.database_url = postgres.url_of(port)
        self._step("migrate", "deploy.migrate")

    def _kafka(self) -> None:
        if not self.kafka_bootstrap:
            ports = self._folder.ports.port("kafka"), self._folder.ports.port("kafka controller")
            self.supervisor.start(kafka.program(self.data / "kafka", *ports))
            self.supervisor.wait_ready("kafka", within=kafka.START_SECONDS)
            self.kafka_bootstrap = kafka.bootstrap_of(ports[0])
        self._step("topics", "deploy.topics")

    def _step(self, name: str, module: str) -> None:
        began = time.monotonic()
        self.supervisor.run(services.step(name, module, self.servers()), _STEP_SECONDS)
        self._say(f"{name:<21} {'done':<52} {time.monotonic() - began:5.1f} s")
