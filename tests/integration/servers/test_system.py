"""The whole as a value: the table of services, what each is told, and an exit code that tells the truth."""

import subprocess
import sys
from pathlib import Path

from deploy.local.ports import LOOPBACK, RememberedPorts, free_port
from deploy.local.services import ROOT, SERVICES, programs

SERVERS = {"DATABASE_URL": "postgresql://somewhere", "KAFKA_BOOTSTRAP_SERVERS": "somewhere:9092"}


def test_every_service_is_told_where_everything_is(tmp_path: Path) -> None:
    ports = RememberedPorts(tmp_path / "ports.json")
    told = {program.name: program.env for program in programs(ports, SERVERS)}
    issuer = f"http://{LOOPBACK}:{ports.port('issuer')}"
    assert told.keys() == {service.name for service in SERVICES}
    for name, env in told.items():
        assert env == {
            **SERVERS,
            "PYTHONUNBUFFERED": "1",
            "FIELDFACT_MODE": "development",
            "HTTP_HOST": LOOPBACK,
            "HTTP_PORT": str(ports.port(name)),
            "METRICS_PORT": str(ports.port(f"{name} metrics")),
            "TOKEN_ISSUER": issuer,
            "TOKEN_KEYS_URL": f"{issuer}/.well-known/jwks.json",
        }


def test_no_two_listen_on_one_port(tmp_path: Path) -> None:
    envs = [program.env for program in programs(RememberedPorts(tmp_path / "ports.json"), SERVERS)]
    listening = [env[name] for env in envs for name in ("HTTP_PORT", "METRICS_PORT")]
    assert len(set(listening)) == len(listening) == 2 * len(SERVICES)


def test_servers_that_do_not_answer_are_told_and_nothing_of_ours_is_started_instead(tmp_path: Path) -> None:
    nobody = f"{LOOPBACK}:{free_port()}"
    given = {"DATABASE_URL": f"postgresql://postgres@{nobody}/postgres", "KAFKA_BOOTSTRAP_SERVERS": nobody}
    run = [sys.executable, "-m", "deploy.local", "--data", str(tmp_path)]
    ended = subprocess.run(run, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("failed: ")
    assert "Traceback" not in ended.stderr.splitlines()[0]
    assert not (tmp_path / "postgres").exists()
    assert not (tmp_path / "kafka").exists()
