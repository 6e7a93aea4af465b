"""An embedded PostgreSQL: acknowledged rows survive a restart and a kill -9 of all its processes."""

import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local import pid_file
from deploy.local.ports import LOOPBACK, RememberedPorts
from deploy.local.postgres_binaries import Binaries, NoPostgres, find_binaries
from deploy.local.process_table import birth, command_line
from deploy.local.processes import Program, ProgramFailed, Running
from deploy.local.unprivileged import wrapper_for

SUPERUSER = "postgres"
START_SECONDS = 30.0

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # a socket's path is limited to some 100 characters, a data folder's is not
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
}
_THROWN_AWAY = {"fsync": "off", "full_page_writes": "off"}
_PID, _STATUS = 0, 7  # lines of postmaster.pid, by which PostgreSQL's own pg_ctl waits


class Postgres:
    """A running server of ours; whoever starts it stops it."""

    def __init__(self, running: Running, port: int) -> None:
        self.running = running
        self.port = port
        self.url = url_of(port)

    @classmethod
    def start(cls, data_folder: Path, port: int | None = None, *, throw_away: bool = False) -> "Postgres":
        """Starts the server of the folder, made when missing; returns when it takes connections.

        What is to be thrown away survives its processes, as always, but not the machine: nothing waits for a disk.
        """
        port = port or RememberedPorts(data_folder / "ports.json").port("postgres")
        settings = _SETTINGS | (_THROWN_AWAY if throw_away else {})
        running = Running(program(data_folder / "cluster", port, settings=settings), data_folder)
        try:
            running.wait_ready(START_SECONDS)
        except BaseException:
            running.kill()
            raise
        return cls(running, port)

    def stop(self) -> None:
        """Stops in order: open transactions are rolled back, connections closed."""
        self.running.stop()

    def kill(self) -> None:
        """As kill -9 on the server and all its processes."""
        self.running.kill()


def url_of(port: int) -> str:
    return f"postgresql://{SUPERUSER}@{LOOPBACK}:{port}/postgres"


def program(
    cluster: Path, port: int, binaries: Binaries | None = None, settings: Mapping[str, str] = _SETTINGS
) -> Program:
    """The server as a program to run; makes the cluster when missing and ends a server left on it."""
    found = binaries or find_binaries()
    _make_cluster(cluster, found)
    _end_leftover(cluster)
    words = [word for name, value in {**settings, "port": str(port)}.items() for word in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        argv=(found.program("postgres"), "-D", str(cluster), *words),
        wrapper=wrapper_for(cluster),
        ready=_ready(cluster),
        address=url_of(port),
        stop_signal=signal.SIGINT,  # its fast shutdown; SIGTERM would wait for clients to leave
        death_signal=signal.SIGINT,
    )


def _make_cluster(cluster: Path, binaries: Binaries) -> None:
    if (cluster / "PG_VERSION").exists():
        made_by = (cluster / "PG_VERSION").read_text().strip()
        if made_by != str(binaries.major):
            raise NoPostgres(f"{cluster} was made by PostgreSQL {made_by}, the one found here is {binaries.major}")
        return
    # made beside and renamed: a start that was interrupted half-way leaves no half cluster
    unfinished = cluster.with_name(cluster.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    options = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", f"--username={SUPERUSER}"]
    command = [*wrapper_for(unfinished), binaries.program("initdb"), *options, "-D", str(unfinished)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ProgramFailed(f"initdb ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    unfinished.rename(cluster)


def _ready(cluster: Path) -> Callable[[int], bool]:
    def ready(pid: int) -> bool:
        lines = _postmaster_file(cluster)
        # a server that was killed leaves the file, and in it the word ready, behind: the id tells whose word it is
        return len(lines) > _STATUS and lines[_PID] == str(pid) and lines[_STATUS].strip() == "ready"

    return ready


def _postmaster_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _end_leftover(cluster: Path) -> None:
    """Ends a server that still runs on the cluster; a stale file whose id now names another process is removed."""
    lines = _postmaster_file(cluster)
    pid = int(lines[_PID]) if lines and lines[_PID].isdigit() else None
    if pid is None or birth(pid) is None:
        return  # PostgreSQL itself sees that the process is gone, and waits for its orphans
    if str(cluster) not in command_line(pid):
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        return
    pid_file.send(pid, signal.SIGINT)
    if not pid_file.gone(pid, within=10):
        pid_file.kill_family(pid)
