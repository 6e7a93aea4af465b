"""The embedded PostgreSQL: what was acknowledged is kept, and what was started is ended."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from deploy.local import postgres_binaries
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.postgres_binaries import NoPostgres, find_installed
from deploy.local.process_table import birth, family
from tests.support.eventually import eventually_sync

HARMLESS = os.getpid()


@contextmanager
def serving(folder: Path, port: int | None = None) -> Iterator[Postgres]:
    server = Postgres.start(folder, port)
    try:
        yield server
    finally:
        server.kill()


def rows(server: Postgres) -> list[int]:
    with psycopg.connect(server.url) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM kept ORDER BY number")]


def keep(server: Postgres, number: int) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def test_rows_survive_a_restart_a_kill_and_another_port(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        keep(first, 1)
        first.stop()
    with serving(tmp_path) as second:
        assert second.port == first.port
        keep(second, 2)
        second.kill()
    with serving(tmp_path, free_port()) as third:
        assert third.port != first.port
        assert rows(third) == [1, 2]


def test_a_stop_leaves_no_process(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        processes = family(server.running.pid)
        assert len(processes) > 1
        server.stop()
    assert [pid for pid in processes if birth(pid) is not None] == []


def test_the_next_start_ends_a_server_that_was_left_running(tmp_path: Path) -> None:
    with serving(tmp_path) as left:
        keep(left, 1)
        (tmp_path / "run" / "postgres.pid").unlink()  # then PostgreSQL's own file must do
        with serving(tmp_path) as next_one:
            assert birth(left.running.pid) is None
            assert rows(next_one) == [1]


def test_a_stale_file_that_names_another_process_is_no_hindrance(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        first.kill()
    file = tmp_path / "cluster" / "postmaster.pid"
    _, *rest = file.read_text().splitlines()
    file.write_text("\n".join([str(HARMLESS), *rest]))
    with serving(tmp_path) as second:
        keep(second, 1)


def test_a_server_whose_process_was_killed_leaves_no_orphans(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        processes = family(server.running.pid)
        os.kill(server.running.pid, signal.SIGKILL)
        eventually_sync(lambda: all(birth(pid) is None for pid in processes))


def test_acknowledged_means_written(tmp_path: Path) -> None:
    with serving(tmp_path) as server, psycopg.connect(server.url) as connection:
        told = {name: connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")}
    assert told == {"fsync": ("on",), "synchronous_commit": ("on",)}


def test_a_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(NoPostgres, match="was made by PostgreSQL 9"):
        Postgres.start(tmp_path)


def installed(folder: Path, version: str) -> Path:
    for name, says in {"postgres": f"postgres (PostgreSQL) {version}", "initdb": ""}.items():
        (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(("version", "major"), [("15.18 (Debian 15.18-0+deb12u1)", 15), ("18.6", 18)])
def test_an_installed_one_is_taken_when_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, major: int
) -> None:
    monkeypatch.setattr(postgres_binaries, "_installed", lambda: [installed(tmp_path, version)])
    assert find_installed().major == major


def test_an_installed_one_that_is_too_old_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "_installed", lambda: [installed(tmp_path, "14.2")])
    with pytest.raises(NoPostgres, match="14; 15 or later"):
        find_installed()
