"""What the linter forbids, and where: each ban is seen to bite in the rooms it is for, and not in the others."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

STRICT = ("libs/kernel", "libs/rules", "libs/events", "services/order", "services/order/domain", "examples/invoicing")
LOOSE = ("libs/runtime", "deploy", "tests/story", "benchmarks")
ROOMS = (*STRICT, *LOOSE)

Found = dict[tuple[str, str], set[str]]

# Time, chance and surroundings: banned where it is decided, allowed where machinery or a test needs them.
SURROUNDINGS = [
    "from datetime import UTC, datetime\nnow = datetime.now(UTC)",
    "import datetime as dt\nnow = dt.datetime.now(dt.UTC)",
    "import time\nnow = time.time()",
    "from time import monotonic",
    "import random",
    "from secrets import token_hex",
    "import os\nhome = os.environ['HOME']",
    "from os import environ",
    "import os\nhome = os.getenv('HOME')",
    "from uuid import uuid4",
    "import uuid\nname = uuid.uuid4()",
]

EVERYWHERE = [
    ("DTZ001", "from datetime import datetime\nnoon = datetime(2026, 1, 1, 12)"),
    ("DTZ003", "from datetime import datetime\nnow = datetime.utcnow()"),
    ("DTZ005", "from datetime import datetime\nnow = datetime.now()"),
    ("DTZ006", "from datetime import datetime\nthen = datetime.fromtimestamp(1)"),
    ("DTZ011", "from datetime import date\ntoday = date.today()"),
    ("BLE001", "try:\n    f()\nexcept Exception:\n    g()"),
    ("E722", "try:\n    f()\nexcept:\n    g()"),
    ("PGH004", "import os  # noqa"),
    ("PGH003", "import os  # type: ignore"),
    ("D100", "x = 1"),
]

IN_THE_PRODUCT = [
    ("S110", "try:\n    f()\nexcept Exception:\n    pass"),
    ("S101", "assert x"),
    ("S608", "query = f'SELECT * FROM orders WHERE number = {number}'"),
    ("T201", "print(1)"),
]


SEEDS = [*SURROUNDINGS, *(text for _, text in EVERYWHERE), *(text for _, text in IN_THE_PRODUCT)]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The codes that the linter finds, for each room and each seed in a file of that room."""
    folder = tmp_path_factory.mktemp("seeded")
    shutil.copy(ROOT / "pyproject.toml", folder)
    planted = {folder / room / f"seed_{SEEDS.index(text)}.py": (room, text) for room in ROOMS for text in SEEDS}
    for path, (_, text) in planted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "json"]
    said = subprocess.run(ruff, cwd=folder, capture_output=True, text=True, check=False)
    codes: Found = {place: set() for place in planted.values()}
    for finding in json.loads(said.stdout):
        codes[planted[Path(finding["filename"])]].add(finding["code"])
    return codes


@pytest.mark.parametrize("room", STRICT)
def test_no_clock_chance_or_surroundings_where_it_is_decided(room: str, found: Found) -> None:
    assert [text for text in SURROUNDINGS if "TID251" not in found[room, text]] == []


@pytest.mark.parametrize("room", LOOSE)
def test_they_are_allowed_to_machinery_and_tests(room: str, found: Found) -> None:
    assert [text for text in SURROUNDINGS if "TID251" in found[room, text]] == []


@pytest.mark.parametrize(("code", "text"), EVERYWHERE)
def test_banned_everywhere(code: str, text: str, found: Found) -> None:
    assert [room for room in ROOMS if code not in found[room, text]] == []


@pytest.mark.parametrize(("code", "text"), IN_THE_PRODUCT)
def test_banned_in_the_product(code: str, text: str, found: Found) -> None:
    assert [room for room in (*STRICT, "libs/runtime") if code not in found[room, text]] == []
