"""One run: boot, load and faults, heal, drain, check; a line of JSON says how it went."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace

from libs.events.topics import TOPICS
from tests.chaos.billers import Biller
from tests.chaos.check import LIVENESS, broken, verdicts
from tests.chaos.check_log import duplicates
from tests.chaos.check_views import by_rebuild
from tests.chaos.clients import Clerk, Client, History, elapse
from tests.chaos.drain import drained, set_aside
from tests.chaos.evidence import Evidence, Store, read_store, read_topic
from tests.chaos.mutants import MUTANTS
from tests.chaos.nemesis import Nemesis
from tests.chaos.plan import Sizes, Step, schedule
from tests.chaos.prepared import prepare
from tests.chaos.prepared_billing import prepare_billing
from tests.chaos.stage import Stage
from tests.chaos.system import NAMES, System
from tests.chaos.watch import Watch

TELL_SECONDS = 10.0
BEFORE_SECONDS = 60.0
LAST_ANSWERS_SECONDS = 20.0
Say = Callable[[str], None]
BILLED = {
    "subscriptions": ("SubscriptionOpened",),
    "runs": ("FeeRunRequested", "ProposalRunRequested", "AccrualRunRequested"),
    "fees": ("FeeCreated",),
    "documents": ("InvoicePosted", "CreditNotePosted"),
    "vouchers": ("VoucherPosted",),
    "earned": ("RevenueAccrued",),
}
"""What is counted of subscription billing, and the facts that tell of it."""


@dataclass(frozen=True)
class Plan:
    """The arguments of a run."""

    seed: int = 1
    seconds: float = 60.0
    clients: int = 6
    billers: int = 3
    lines: int = 6
    drain_seconds: float = 60.0
    sizes: Sizes = field(default_factory=Sizes)
    mutant: str = ""
    before: int = 80
    """Commands that are done before the first fault."""
    earned: bool = True
    """Whether revenue of a subscription is earned before the first fault."""
    rebuilt: Sequence[str] = NAMES
    """The services whose views are folded again in the end, by the product."""


@dataclass
class Report:
    """What is told of a run, as one line of JSON."""

    seed: int
    seconds: float
    mutant: str
    kills: dict[str, int]
    kills_in_all: int
    kills_per_second: float
    points: dict[str, int]
    ended: dict[str, int]
    faults: dict[str, int]
    missed: dict[str, int]
    answers_held: int
    connections_broken: int
    commands: dict[str, int]
    refused: dict[str, int]
    retried: int
    facts: int
    invoices: int
    credit_notes: int
    billed: dict[str, int]
    """Of subscription billing: subscriptions, fees, documents, vouchers, lines that were earned."""
    duplicates: int
    sent_again: int
    """Facts that relays were made to send again, whether or not their topic is still the one."""
    worst_lag: int
    drained_after: float | None
    checked_in: float
    by_rebuild: list[str]
    """Views, and columns, that the checker folds by no code of its own."""
    verdicts: dict[str, int]
    problems: dict[str, list[str]]
    """The first of each kind."""

    @property
    def broken(self) -> list[str]:
        """The invariants of safety that do not hold."""
        return broken(self.problems)

    @property
    def good(self) -> bool:
        """Nothing is broken, and everybody came to the end in time."""
        return not self.broken and self.drained_after is not None and not self.problems[LIVENESS]

    def line(self) -> str:
        """The report as one line."""
        return json.dumps(asdict(self))


class Run:
    """A run on a stage that is up."""

    def __init__(self, stage: Stage, plan: Plan, say: Say = lambda line: None) -> None:
        self.stage, self.plan, self.say = stage, plan, say
        self.system = System(stage, plan.mutant)
        self.history = History()
        self.watch = Watch(self.system)
        self.nemesis = Nemesis(self.system, self.watch)
        new_keys = bool(plan.mutant) and MUTANTS[plan.mutant].client
        every = [Client(self.system, number, self.history, new_keys=new_keys) for number in range(plan.clients)]
        billers = [Biller(self.system, number, self.history) for number in range(1, plan.billers + 1)]
        self.clients: Sequence[Client] = [*every, *billers, Clerk(self.system, plan.clients, self.history)]
        self._broken_before = stage.broker_link.broken

    def steps(self) -> list[Step]:
        """The faults of this run."""
        plan, cast = self.plan, self.system.cast()
        if plan.mutant:
            return schedule(plan.seed, plan.seconds, cast, MUTANTS[plan.mutant].sizes)
        return schedule(plan.seed, plan.seconds, cast, plan.sizes)

    async def play(self) -> Report:
        """Plays it to the end and answers what it found."""
        async with self.system:
            if self.plan.mutant:
                await asyncio.to_thread(MUTANTS[self.plan.mutant].prepare, self.system.database)
            await self.system.start()
            await self._prepare()
            self.stage.nursery.forget_counts()
            self.say("all are ready")
            began = time.monotonic()
            await self._load()
            loaded = time.monotonic() - began
            self.system.heal()
            calm = await drained(self.system, self.plan.drain_seconds)
            await set_aside(self.system, self.nemesis.junked, self.plan.drain_seconds)
            self.say("everybody is at the end" if calm is not None else "somebody is not at the end in time")
            return await self._report(loaded, calm)

    async def _prepare(self) -> None:
        client = Client(self.system, 0, self.history)
        async with client._http:
            headers = await client._signed()
        prepared, _ = await asyncio.gather(prepare(self.system, headers), prepare_billing(self.system, headers))
        for each in self.clients:
            each.prepared = prepared

    async def _load(self) -> None:
        """Clients and faults at once; then everything is healed, and the clients get their last answers."""
        seed, lines = self.plan.seed, self.plan.lines
        calls = [asyncio.create_task(client.run(seed, lines)) for client in self.clients]
        await self._begun()
        beside = [asyncio.create_task(self.watch.run()), asyncio.create_task(self._tell())]
        faults = asyncio.create_task(self.nemesis.run(self.steps()))
        await elapse(self.plan.seconds)
        await faults
        self.system.heal()
        for client in self.clients:
            client.stopping = True
        _, late = await asyncio.wait(calls, timeout=LAST_ANSWERS_SECONDS)
        for client in self.clients:
            client.giving_up = True
        await asyncio.gather(*calls)
        if late:
            self.say(f"{len(late)} clients gave up waiting for an answer")
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)

    async def _begun(self) -> None:
        """Returns when there is something to break, or after a bounded time all the same."""
        began = time.monotonic()
        while time.monotonic() - began < BEFORE_SECONDS:
            if self._done() >= self.plan.before and (self._earned() or not self.plan.earned):
                return
            await elapse(0.1)

    def _done(self) -> int:
        return sum(operation.outcome == "ok" for operation in self.history.operations)

    def _earned(self) -> bool:
        """Whether a biller has come to what is done last."""
        return any(one.what == "select-for-credit" and one.outcome == "ok" for one in self.history.operations)

    async def _tell(self) -> None:
        began = time.monotonic()
        while True:
            await elapse(TELL_SECONDS)
            done = self._done()
            kills = sum(self.stage.nursery.kills.values())
            at = time.monotonic() - began
            self.say(f"{at:5.0f} s: {kills} kills, {done} commands done, lag {dict(self.watch.lag)}")

    async def _evidence(self) -> Evidence:
        publishers = [name for name in NAMES if name in TOPICS]
        stores: dict[str, Store] = {}
        for name in NAMES:
            database = self.system.database(name)
            stores[name] = await asyncio.to_thread(read_store, database, margins=name == "reporting")
        prefix, bootstrap = self.system.topic_prefix, self.stage.bootstrap
        topics = {name: await read_topic(bootstrap, f"{prefix}{TOPICS[name]}") for name in publishers}
        bad = self.nemesis
        rebuilt = {} if self.plan.mutant else {name: await self._rebuilt(name) for name in self.plan.rebuilt}
        return Evidence(stores, topics, self.history, bad.poisoned, bad.junk, bad.wiped, rebuilt)

    async def _rebuilt(self, service: str) -> str:
        """What the product says when it folds the service's views again beside those shown."""
        try:
            return await self.system.operate("rebuild", "--service", service, "--changed")
        except RuntimeError as refused:
            return str(refused)

    async def _report(self, loaded: float, calm: float | None) -> Report:
        began = time.monotonic()
        evidence = await self._evidence()
        self.evidence = evidence
        problems = await asyncio.to_thread(verdicts, evidence, self.watch.problems)
        nursery, operations = self.stage.nursery, self.history.operations
        kills = sum(nursery.kills.values())
        names = [fact.name for fact in evidence.facts["invoicing"]]
        return Report(
            seed=self.plan.seed,
            seconds=round(loaded, 1),
            mutant=self.plan.mutant,
            kills=dict(sorted(nursery.kills.items())),
            kills_in_all=kills,
            kills_per_second=round(kills / loaded, 2),
            points=dict(sorted(nursery.points.items())),
            ended=dict(nursery.ended),
            faults=dict(self.nemesis.done),
            missed=dict(self.nemesis.missed),
            answers_held=sum(link.held for link in self.system.links.values()),
            connections_broken=sum(link.broken for link in self.system.links.values()) - self._broken_before,
            commands={
                outcome: sum(operation.outcome == outcome for operation in operations)
                for outcome in ("ok", "fail", "maybe")
            },
            refused=dict(Counter(operation.reason for operation in operations if operation.reason)),
            retried=sum(operation.tries - 1 for operation in operations if operation.tries),
            facts=sum(len(facts) for facts in evidence.facts.values()),
            invoices=sum("InvoiceIssued" in name for name in names),
            credit_notes=sum("CreditNoteIssued" in name for name in names),
            billed=_billed(evidence),
            duplicates=duplicates(evidence),
            sent_again=self.nemesis.set_back,
            worst_lag=self.watch.worst_lag,
            drained_after=None if calm is None else round(calm, 1),
            checked_in=round(time.monotonic() - began, 1),
            by_rebuild=by_rebuild(evidence),
            verdicts={name: len(found) for name, found in problems.items()},
            problems={name: found[:3] for name, found in problems.items()},
        )


def _billed(evidence: Evidence) -> dict[str, int]:
    names = Counter(fact.name.split(".")[1] for fact in evidence.facts["subscription_billing"])
    return {what: sum(names[kind] for kind in kinds) for what, kinds in BILLED.items()}


def shortened(plan: Plan, mutant: str) -> Plan:
    """The plan of a run with a planted bug."""
    bug = MUTANTS[mutant]
    times = replace(plan, seconds=bug.seconds, drain_seconds=bug.drain_seconds)
    return replace(times, mutant=mutant, before=bug.before, earned=False)
