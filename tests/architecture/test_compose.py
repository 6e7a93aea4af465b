"""docker-compose.yml and the image: complete, replaceable, without secrets, buildable by any engine.

They are read and judged here, not run.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT, services

COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
GIVEN = {
    *("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "HTTP_HOST", "HTTP_PORT", "METRICS_PORT"),
    *("TOKEN_ISSUER", "TOKEN_KEYS_URL", "FIELDFACT_MODE"),
}

REPLACEABLE = re.compile(r"\$\{[A-Z_]+:-[^}]+\}")
DEMANDED = re.compile(r"\$\{[A-Z_]+:\?[^}]+\}")
ONLY_BUILDKIT = re.compile(
    r"# *syntax=|--(mount|link|chmod|network|security|parents|exclude|checksum)\b|<<-?['\"]?\w+|TARGETARCH"
)


def fixed_images(compose: dict[str, Any]) -> list[str]:
    """Services whose image cannot be replaced from the environment."""
    return [name for name, it in compose["services"].items() if not REPLACEABLE.fullmatch(it.get("image", ""))]


def written_secrets(compose: dict[str, Any]) -> Iterator[str]:
    """Settings that carry a secret which the environment does not have to give."""
    for name, it in compose["services"].items():
        for key, value in it.get("environment", {}).items():
            of_a_url = re.findall(r"://[^:/@]+:(.*)@", str(value))
            of_a_name = [value] if re.search("PASSWORD|SECRET|TOKEN|PRIVATE", key) else []
            yield from (f"{name}.{key}" for secret in (*of_a_url, *of_a_name) if not DEMANDED.fullmatch(secret))


def absent(compose: dict[str, Any], of_the_tree: dict[str, str]) -> list[str]:
    """Services of the tree that are not started, or are started by another command."""
    started = {name: it.get("command") for name, it in compose["services"].items()}
    wanted = {name.replace("_", "-"): ["python", "-m", module] for name, module in of_the_tree.items()}
    return [name for name, command in wanted.items() if started.get(name) != command]


def unreplaceable_bases(dockerfile: str) -> list[str]:
    arguments = set(re.findall(r"^ARG (\w+)=", dockerfile, re.MULTILINE))
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    return [base for base in bases if base.strip("${}") not in arguments]


def only_buildkit(compose: dict[str, Any], dockerfile: str) -> list[str]:
    builds = [it["build"] for it in compose["services"].values() if "build" in it]
    keys = {key for build in builds for key in build} - {"context", "dockerfile", "args"}
    return [*sorted(keys), *(found.group() for found in ONLY_BUILDKIT.finditer(dockerfile))]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(COMPOSE)
    return parsed


def test_every_image_can_be_replaced(compose: dict[str, Any]) -> None:
    assert fixed_images(compose) == []
    assert unreplaceable_bases(DOCKERFILE) == []


def test_every_secret_is_demanded_from_the_environment(compose: dict[str, Any]) -> None:
    assert list(written_secrets(compose)) == []


def test_every_service_of_the_tree_is_started(compose: dict[str, Any]) -> None:
    assert absent(compose, services()) == []
    assert {"postgres", "kafka", "migrate", "topics"} <= set(compose["services"])


def test_every_service_gets_its_settings_and_waits_for_its_ground(compose: dict[str, Any]) -> None:
    ours = {
        name: it
        for name, it in compose["services"].items()
        if it.get("command", [""])[-1].startswith(("services.", "examples."))
    }
    assert len(ours) >= 4
    assert {
        name: GIVEN - set(it["environment"]) for name, it in ours.items() if not set(it["environment"]) >= GIVEN
    } == {}
    assert {name for name, it in ours.items() if set(it["depends_on"]) != {"migrate", "topics"}} == set()


def test_metrics_are_not_published(compose: dict[str, Any]) -> None:
    published = [str(port) for it in compose["services"].values() for port in it.get("ports", [])]
    assert published
    assert [port for port in published if port.endswith(":9090") or not port.startswith("127.0.0.1:")] == []


def test_the_name_of_the_project_is_left_to_its_user(compose: dict[str, Any]) -> None:
    assert "name" not in compose


def test_nothing_needs_a_particular_builder(compose: dict[str, Any]) -> None:
    assert only_buildkit(compose, DOCKERFILE) == []


def test_the_image_runs_as_nobody_in_particular_and_checks_what_it_installs() -> None:
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1] == "10001"
    assert "--require-hashes -r requirements.lock" in DOCKERFILE


def test_the_judges_can_find_something() -> None:
    bad: dict[str, Any] = {
        "services": {
            "a": {"image": "postgres:18", "environment": {"POSTGRES_PASSWORD": "hunter2"}},
            "b": {"image": "${B:-b}", "environment": {"DATABASE_URL": "postgresql://me:hunter2" + "@db"}},
            "c": {"image": "${C:-c}", "environment": {"TOKEN_ISSUER": "${TOKEN_ISSUER:-here}"}, "build": {"ssh": "x"}},
        }
    }
    assert fixed_images(bad) == ["a"]
    assert list(written_secrets(bad)) == ["a.POSTGRES_PASSWORD", "b.DATABASE_URL", "c.TOKEN_ISSUER"]
    assert absent(bad, {"c": "services.c", "d_e": "services.d_e"}) == ["c", "d-e"]
    assert unreplaceable_bases("ARG BASE=x\nFROM ${BASE}\nFROM python:3.12") == ["python:3.12"]
    assert only_buildkit(bad, "# syntax=docker/dockerfile:1\nRUN --mount=type=cache x\nRUN <<EOF\n") == [
        *("ssh", "# syntax=", "--mount", "<<EOF"),
    ]
