"""The commands as an operator types them, on the real services' databases and topics."""

import asyncio
import json
import os
import subprocess
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from deploy.cli.__main__ import main
from deploy.cli.databases import owned
from deploy.cli.services import NAMES, url_of
from deploy.migrate.__main__ import main as migrate
from libs.events.fact import Fact
from libs.runtime.database import connect
from libs.runtime.intake import Parked
from libs.runtime.parking import park
from libs.runtime.records import from_log
from libs.runtime.relay import Relay
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from tests.architecture.tree import ROOT
from tests.domain.invoicing.an_order import invoice, posting
from tests.support.eventually import eventually
from tests.support.listening import asked, feed, running, shows
from tests.support.listening import url_of as opened_with
from tests.support.runtime import created, order_id, revised, say

LOG = "select * from store.stored_events order by notification_id"
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Operator:
    """Types commands and reads what they say."""

    def __init__(self, output: pytest.CaptureFixture[str]) -> None:
        self.output = output

    async def types(self, *words: str) -> tuple[int, str]:
        """The status and everything said, on both outputs."""
        self.output.readouterr()
        status = await asyncio.to_thread(main, words)
        said = self.output.readouterr()
        return status, said.out + said.err


@pytest.fixture
async def operator(
    postgres_url: str, kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[Operator]:
    """An operator of the real services, whose databases and topics are fresh and whose processes do not run."""
    prefix = f"t{uuid.uuid4().hex[:10]}_"
    for name in ("APPLICATION_PASSWORD", *(f"{service.upper()}_DATABASE_URL" for service in NAMES)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setenv("DATABASE_PREFIX", prefix)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers)
    monkeypatch.setenv("TOPIC_PREFIX", kafka.topic_prefix)
    assert await asyncio.to_thread(migrate) == 0
    yield Operator(capsys)
    _drop_all(postgres_url)


def _drop_all(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for name in NAMES:
            for end in ("", "_restoring"):
                database = f"{os.environ['DATABASE_PREFIX']}fieldfact_{name}{end}"
                connection.execute(f'drop database if exists "{database}" with (force)'.encode())


async def tell(
    service: str, kafka: KafkaSettings, *facts: tuple[int, Fact], key: str = "first", **request: object
) -> None:
    """Records facts of a service, each on a test's order, and returns when all are on Kafka."""
    async with FactStore(url_of(service)) as store:
        for number, (name, fact) in enumerate(facts):
            await say(store, name, fact, at=AT, key=f"{key}.{number}", **request)
        async with running(Relay(store, service, url_of(service), kafka).run):
            await eventually(lambda: _all_sent(service), within=20)


async def _all_sent(service: str) -> bool:
    query = "select position = (select max(notification_id) from store.stored_events) from store.relay"
    return await asked(url_of(service), query) == [(True,)]


async def park_stream(name: int, why: str) -> None:
    """Everything of an order waits for the view of the order service's own log."""
    async with FactStore(url_of("order")) as store, await connect(url_of("order")) as connection:
        for fact in await store.recorder.load(order_id(name)):
            await park(connection, "order.views", "order", Parked(from_log(fact, "order"), why))


async def test_parked_is_listed_shown_retried_and_discarded(operator: Operator, kafka: KafkaSettings) -> None:
    await tell("order", kafka, (1, created("SO-1")), (1, revised("once more")), (2, created("SO-2")), (2, revised()))
    await park_stream(1, "bad")
    await park_stream(2, "worse")
    status, said = await operator.types("parked", "list", "--service", "order")
    assert (status, said.splitlines()[0::3]) == (
        0,
        [f"order.views of order: {order_id(1)}", f"order.views of order: {order_id(2)}", "2 streams wait"],
    )
    assert "2 waiting, sequence 1 to 2" in said
    (number,) = [row[0] for row in await asked(url_of("order"), "select id from store.parked where position = 2")]
    status, said = await operator.types("parked", "show", "--service", "order", "--id", str(number))
    assert status == 0
    assert f"ce_id: {order_id(1)}:2" in said
    assert "once more" in said
    status, said = await operator.types("parked", "retry", "--service", "order", "--stream", order_id(1))
    assert (status, said) == (0, f"order.views of order: {order_id(1)}: 2 took effect\n")
    assert await asked(url_of("order"), "select number from read.order_list where known_to > now()") == [("SO-1",)]
    place = ("--service", "order", "--consumer", "order.views", "--source", "order", "--stream", order_id(2))
    status, said = await operator.types("parked", "discard", *place, "--all", "--reason", "a test", "--by", "anna")
    assert (status, said) == (0, "2 discarded by anna: a test\n")
    assert (await operator.types("parked", "list", "--service", "order"))[1] == "0 streams wait\n"
    assert await operator.types("parked", "retry", "--service", "order") == (
        1,
        "fieldfact: nothing that can be retried waits there\n",
    )


async def test_a_replay_is_asked_for_and_the_proof_counts_it(operator: Operator, kafka: KafkaSettings) -> None:
    await tell("order", kafka, (1, created("SO-1")), (1, revised()))
    status, said = await operator.types("replay", "--service", "order", "--from", "2")
    assert (status, said) == (0, "order: positions 2 to 2 go out again in all partitions, and then what follows\n")
    await tell("order", kafka)
    status, said = await operator.types("verify", "--all")
    assert status == 0
    assert said.splitlines()[4:6] == [
        "order: the topic holds 2 facts byte for byte and nothing else, the chain is unbroken",
        "  repeats 1, passed behind a mended hole 0, not sent yet 0",
    ]
    with psycopg.connect(owned(url_of("order")), autocommit=True) as owner:
        owner.execute("update store.stored_events set state = '{}' where notification_id = 2")
    status, said = await operator.types("verify", "--service", "order")
    assert (status, "has another value in the log" in said) == (1, True)


async def test_a_restore_gives_the_log_back_byte_for_byte_and_everything_goes_on(
    operator: Operator, kafka: KafkaSettings, listener: FactStore, postgres_url: str, tmp_path: Path
) -> None:
    document = posting(1)
    await tell("order", kafka, (1, created("SO-000001")), (1, revised()))
    await tell("invoicing", kafka, (1, invoice("INV-2026-000001", document, total="0.00")))
    async with running(feed(listener, opened_with(listener), kafka).run):
        status, said = await operator.types("backup", "--to", str(tmp_path / "backup"))
        assert (status, json.loads((tmp_path / "backup/backup.json").read_text())["positions"]["order"]) == (0, 2)
        await tell(
            "order",
            kafka,
            (2, created("SO-000007")),
            (1, revised("later")),
            key="later",
            traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
        )
        await tell("invoicing", kafka, (1, invoice("INV-2026-000002", document, total="0.00")), key="later")
        await shows(listener, {"SO-000001": 2, "SO-000007": 0})
    before = {name: await asked(url_of(name), LOG) for name in NAMES}
    assert (await operator.types("restore", "--from", str(tmp_path / "backup")))[0] == 1  # they are there
    _drop_all(postgres_url)

    status, said = await operator.types("restore", "--from", str(tmp_path / "backup"))

    assert status == 0, said
    assert "order: 2 facts from the backup, 2 from Kafka, up to position 4; order_number goes on after 7" in said
    assert "invoice-2026 goes on after 2" in said
    assert "is not recognised" in said
    assert {name: await asked(url_of(name), LOG) for name in NAMES} == before
    assert await asked(url_of("invoicing"), "select * from store.counter") == [("invoice-2026", 2)]
    async with FactStore(url_of("order")) as store:
        assert await store.next_number("order_number") == 8
    await tell("order", kafka, (1, revised("after the restore")), key="after")
    assert (await operator.types("verify", "--all"))[0] == 0
    async with running(feed(listener, opened_with(listener), kafka).run):
        await shows(listener, {"SO-000001": 3, "SO-000007": 0})


RIGHTS = """
select p.oid::regprocedure::text as object, array(select a::text from unnest(proacl) a order by 1) from pg_proc p
where pronamespace in ('store'::regnamespace, 'pg_catalog'::regnamespace) and proacl is not null
union all select c.oid::regclass::text, array(select a::text from unnest(coalesce(relacl, acldefault(case relkind
when 'S' then 's'::"char" else 'r' end, relowner))) a order by 1) from pg_class c where relkind in ('r', 'v', 'S')
and relnamespace::regnamespace::text in ('store', 'read', 'analytics', 'public')
union all select 'database', array(select a::text from unnest(datacl) a order by 1) from pg_database
where datname = current_database()
union all select rolname, array(select s from unnest(setconfig) s order by 1) from pg_db_role_setting
join pg_roles r on r.oid = setrole join pg_database d on d.oid = setdatabase where datname = current_database()
order by object
"""
"""Who may do what, and with which settings."""


async def test_a_restored_database_is_as_closed_as_the_one_backed_up(
    operator: Operator, postgres_url: str, tmp_path: Path
) -> None:
    before = {name: await asked(owned(url_of(name)), RIGHTS) for name in NAMES}
    assert (await operator.types("backup", "--to", str(tmp_path / "backup")))[0] == 0
    _drop_all(postgres_url)
    status, said = await operator.types("restore", "--from", str(tmp_path / "backup"))
    assert status == 0, said
    assert {name: await asked(owned(url_of(name)), RIGHTS) for name in NAMES} == before


async def test_a_restore_of_another_story_is_refused_and_leaves_no_database_with_a_name(
    operator: Operator, kafka: KafkaSettings, postgres_url: str, tmp_path: Path
) -> None:
    """The topic goes on where this backup never was: the versions of a stream do not follow."""
    assert (await operator.types("backup", "--to", str(tmp_path / "backup")))[0] == 0
    await tell("order", kafka, (1, created("SO-1")), (1, revised()))
    with psycopg.connect(owned(url_of("order")), autocommit=True) as owner:
        owner.execute("update store.relay set position = 0, previous = '{}'")
        owner.execute("update store.stored_events set state = convert_to('{\"x\":1}', 'utf8')")
    await tell("order", kafka)
    _drop_all(postgres_url)
    status, said = await operator.types("restore", "--from", str(tmp_path / "backup"))
    assert (status, "was told twice" in said) == (1, True)
    assert await asked(postgres_url, "select from pg_database where datname = %s", _named("order")) == []


def _named(service: str) -> str:
    return url_of(service).rpartition("/")[2]


async def test_an_unfinished_backup_is_none_and_a_full_folder_is_not_written_over(
    operator: Operator, tmp_path: Path
) -> None:
    assert "holds no finished backup" in (await operator.types("restore", "--from", str(tmp_path)))[1]
    (tmp_path / "something").touch()
    assert "is not empty" in (await operator.types("backup", "--to", str(tmp_path)))[1]


def test_the_entry_runs_from_any_folder(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHON": str(ROOT / ".venv/bin/python")}
    said = subprocess.run(
        [ROOT / "deploy/fieldfact", "--help"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0
    assert all(command in said.stdout for command in ("parked", "replay", "verify", "backup", "restore"))
