"""The cases of bad inputs against the services as they run: processes, sockets, PostgreSQL and Kafka."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.bad_inputs import play
from tests.cases.bad_inputs.case import read
from tests.cases.bad_inputs.system import System, deployed

CASES = read(Path(__file__).parents[2] / "cases" / "bad-inputs.json")


@pytest.fixture
def system(postgres_url: str, kafka_bootstrap: str, tmp_path: Path) -> Iterator[System]:
    """The services, started for these cases."""
    with deployed(tmp_path, postgres_url, kafka_bootstrap) as made:
        yield made


async def test_every_bad_input_gets_what_it_deserves(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = await play(system, CASES)
    with capsys.disabled():
        print(f"\nbad inputs: {verdicts[-1].got}", end="")
    assert [verdict for verdict in verdicts if verdict.said == "failed"] == []
    assert sum(verdict.said == "ok" for verdict in verdicts) >= 213
