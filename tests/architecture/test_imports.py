"""The import contracts of pyproject.toml: the tree keeps each of them, and each of them can be broken."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.architecture.tree import ROOT, python_files

ROOTS = ("libs", "services", "examples")
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# Rooms that the seeds need, whether or not the tree has them yet.
SKELETON = (
    *("libs.kernel.ids", "libs.kernel.money", "libs.rules.sla", "libs.events.order", "libs.runtime.store"),
    *(f"services.{name}.{room}" for name in ("order", "reporting") for room in ("main", "settings", "projections")),
    *("services.order.api.lines", "services.order.application", "services.order.domain.stages"),
    *("services.order.planning.plan", "examples.invoicing.application", "examples.invoicing.domain"),
)


class Seed(NamedTuple):
    contract: str
    importer: str
    imported: str

    @property
    def finding(self) -> str:
        return f"{self.importer} -> {self.imported} ("


SEEDS = [
    Seed("independence", "services.reporting.seed_a", "services.order.domain.stages"),
    Seed("independence", "examples.invoicing.seed_a", "services.order.application"),
    Seed("independence", "services.order.seed_a", "examples.invoicing.domain"),
    Seed("rooms", "services.order.domain.seed_b", "services.order.planning.plan"),
    Seed("rooms", "services.order.planning.seed_b", "services.order.projections"),
    Seed("rooms", "services.reporting.projections", "services.reporting.settings"),
    Seed("rooms", "services.order.application", "services.order.api.lines"),
    Seed("rooms", "services.order.api.seed_b", "services.order.main"),
    Seed("rooms", "services.order.settings", "services.order.main"),
    Seed("rooms", "examples.invoicing.domain", "examples.invoicing.application"),
    Seed("libraries", "libs.kernel.seed_c", "libs.rules.sla"),
    Seed("libraries", "libs.rules.seed_c", "libs.events.order"),
    Seed("libraries", "libs.events.seed_c", "libs.runtime.store"),
    Seed("direction", "libs.runtime.seed_d", "services.order.application"),
    Seed("direction", "libs.events.seed_d", "examples.invoicing.domain"),
    Seed("purity", "services.order.domain.seed_e", "random"),
    Seed("purity", "services.reporting.domain.seed_e", "libs.runtime.store"),
    Seed("purity", "services.order.planning.seed_e", "os"),
    Seed("purity", "examples.invoicing.domain.seed_e", "sqlalchemy"),
    Seed("purity", "libs.kernel.seed_e", "uuid"),
    Seed("purity", "libs.rules.seed_e", "time"),
    Seed("purity", "libs.events.seed_e", "logging"),
    Seed("kernel", "libs.kernel.seed_f", "pydantic"),
    Seed("kernel", "libs.rules.seed_f", "pydantic"),
    Seed("machinery", "services.order.api.seed_g", "psycopg"),
    Seed("machinery", "services.reporting.projections.seed_g", "psycopg_pool"),
    Seed("machinery", "examples.invoicing.seed_g", "aiokafka"),
    Seed("machinery", "libs.events.seed_g", "faststream"),
    Seed("machinery", "services.order.domain.seed_g", "eventsourcing"),
    Seed("queries", "services.order.api.seed_h", "sqlalchemy"),
    Seed("queries", "services.order.application.seed_h", "sqlalchemy"),
    Seed("neighbours", "examples.invoicing.seed_i", "libs.rules.pricing"),
    Seed("neighbours", "examples.invoicing.application", "libs.rules.sla"),
    Seed("product", "services.order.api.seed_j", "deploy"),
    Seed("product", "examples.invoicing.seed_j", "tests"),
    Seed("product", "libs.runtime.seed_j", "benchmarks"),
]

STRAY = {"rooms": {"services.order.utils", "examples.invoicing.models"}, "libraries": {"libs.common"}}


def contracts_in(folder: Path) -> tuple[int, str]:
    """Judge the packages in the folder: the exit status, and what was said on lines as long as they need."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    judged = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "400", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return judged.returncode, judged.stdout + judged.stderr


def plant(folder: Path, module: str, text: str) -> None:
    """Add the text to a module; what was a file becomes a package when something is planted below it."""
    *parents, name = module.split(".")
    for parent in parents:
        file, folder = folder / f"{parent}.py", folder / parent
        folder.mkdir(exist_ok=True)
        if file.exists():
            file.rename(folder / "__init__.py")
        (folder / "__init__.py").touch()
    path = folder / name / "__init__.py" if (folder / name).is_dir() else folder / f"{name}.py"
    with path.open("a") as file_of_the_module:
        file_of_the_module.write(text)


def skeleton(folder: Path) -> None:
    """Every package and module of the tree, and those that the seeds need, all empty but for the one import allowed."""
    for path in python_files(*ROOTS):
        empty = folder / path.relative_to(ROOT)
        empty.parent.mkdir(parents=True, exist_ok=True)
        empty.touch()
    for module in SKELETON:
        plant(folder, module, "")
    plant(folder, "libs.kernel.ids", "import uuid\n")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said of each contract about a skeleton that holds every seed."""
    folder = tmp_path_factory.mktemp("seeded")
    skeleton(folder)
    for seed in SEEDS:
        plant(folder, seed.importer, f"import {seed.imported}\n")
    for module in set().union(*STRAY.values()):
        plant(folder, module, "")
    status, said = contracts_in(folder)
    assert status == 1
    _, *titles_and_bodies = re.split(r"\n(.+)\n-{9,}\n", said.partition("Broken contracts")[2])
    return dict(zip(titles_and_bodies[::2], titles_and_bodies[1::2], strict=True))


def test_the_tree_keeps_every_contract(tmp_path: Path) -> None:
    for root in ROOTS:
        (tmp_path / root).mkdir()
    for path in python_files(*ROOTS):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    status, said = contracts_in(tmp_path)
    assert status == 0, said
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in said


def test_a_skeleton_without_seeds_keeps_every_contract(tmp_path: Path) -> None:
    skeleton(tmp_path)
    status, said = contracts_in(tmp_path)
    assert status == 0, said


def test_each_contract_has_a_seed() -> None:
    assert {seed.contract for seed in SEEDS} == set(CONTRACTS)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_each_contract_names_every_import_seeded_against_it(contract: str, broken: dict[str, str]) -> None:
    said = broken[CONTRACTS[contract]]
    assert [seed.finding for seed in SEEDS if seed.contract == contract and seed.finding not in said] == []


@pytest.mark.parametrize("contract", STRAY)
def test_a_room_or_library_of_another_name_is_refused(contract: str, broken: dict[str, str]) -> None:
    undeclared = {line.removeprefix("- ") for line in broken[CONTRACTS[contract]].splitlines()}
    assert undeclared >= STRAY[contract]
