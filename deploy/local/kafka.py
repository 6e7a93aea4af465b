"""An embedded Apache Kafka broker: one node that keeps acknowledged messages through a restart and a kill -9."""

import base64
import shutil
import signal
import subprocess
import uuid
from pathlib import Path

from deploy.local import jars
from deploy.local.java import find_java
from deploy.local.kafka_ready import answers_with_a_broker
from deploy.local.ports import LOOPBACK, RememberedPorts
from deploy.local.processes import Program, ProgramFailed, Running

START_SECONDS = 60.0

_LOG4J = jars.RECIPES / "log4j2.properties"
_QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_HEAP = ("-Xms64m", "-Xmx256m")


class Kafka:
    """A running broker of ours; whoever starts it stops it."""

    def __init__(self, running: Running, port: int) -> None:
        self.running = running
        self.port = port
        self.bootstrap = bootstrap_of(port)

    @classmethod
    def start(cls, data_folder: Path, port: int | None = None) -> "Kafka":
        """Starts the broker of the folder, formatted when new; returns when it answers."""
        ports = RememberedPorts(data_folder / "ports.json")
        port = port or ports.port("kafka")
        running = Running(program(data_folder, port, ports.port("kafka controller")), data_folder)
        try:
            running.wait_ready(START_SECONDS)
        except BaseException:
            running.kill()
            raise
        return cls(running, port)

    def stop(self) -> None:
        self.running.stop()

    def kill(self) -> None:
        """As kill -9 on the broker."""
        self.running.kill()


def bootstrap_of(port: int) -> str:
    return f"{LOOPBACK}:{port}"


def program(folder: Path, port: int, controller_port: int) -> Program:
    """The broker as a program to run, with the ports of this start; fetches jars and formats when missing."""
    java = [str(find_java()), *_QUICK, f"-Dlog4j2.configurationFile={_LOG4J}", "-cp", f"{jars.provide()}/*"]
    folder.mkdir(parents=True, exist_ok=True)
    _format(java, folder, (port, controller_port))
    settings = _write_settings(folder, folder / "log", (port, controller_port))
    return Program(
        name="kafka",
        argv=(java[0], *_HEAP, *java[1:], "kafka.Kafka", str(settings)),
        ready=lambda pid: answers_with_a_broker(port),
        address=bootstrap_of(port),
        death_signal=signal.SIGTERM,
    )


def _write_settings(folder: Path, log: Path, ports: tuple[int, int]) -> Path:
    text = (jars.RECIPES / "server.properties.in").read_text()
    for mark, value in {"@PORT@": ports[0], "@CPORT@": ports[1], "@DIR@": log}.items():
        text = text.replace(mark, str(value))
    file = folder / "server.properties"
    file.write_text(text)
    return file


def _format(java: list[str], folder: Path, ports: tuple[int, int]) -> None:
    """Gives a new folder its cluster; made beside and renamed, so that an interrupted start leaves no half of it."""
    log = folder / "log"
    if (log / "meta.properties").exists():
        return
    if log.exists():
        raise ProgramFailed(f"{log} has no meta.properties, so it is not a broker's data: look at it, or remove it")
    unfinished = folder / "log.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    settings = _write_settings(folder, unfinished, ports)
    tool = ["kafka.tools.StorageTool", "format", "--standalone", f"--cluster-id={_new_cluster_id()}"]
    command = [*java, *tool, "--config", str(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ProgramFailed(f"Kafka's format ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    unfinished.rename(log)


def _new_cluster_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
