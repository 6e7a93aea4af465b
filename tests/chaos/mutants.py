"""Planted bugs that the checker must find: patches of the forked process, of the database or of the client. The product
knows nothing of them. Each has a diet of faults that shows it soon."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.chaos import bugs_billing, bugs_hearing, bugs_sla, bugs_store, bugs_telling
from tests.chaos.plan import Sizes

DatabaseOf = Callable[[str], str]


def _as_it_is() -> None:
    return None


def _as_made(_: DatabaseOf) -> None:
    return None


@dataclass(frozen=True)
class Mutant:
    """A bug. `plant` patches a process, `prepare` the databases, `client` makes clients ask again under new keys."""

    says: str
    caught_by: Sequence[str]
    """Invariants, one of which at least must find it."""
    plant: Callable[[], None] = _as_it_is
    prepare: Callable[[DatabaseOf], None] = _as_made
    sizes: Sizes = field(default_factory=Sizes)
    client: bool = False
    seconds: float = 6.0
    drain_seconds: float = 6.0
    before: int = 20
    """Commands that are done before the first fault."""


def _diet(kills: int = 0, victim: str = "issuer", **rates: float) -> Sizes:
    """These faults and no others; all kills meet one kind of process. Numbers are times a minute."""
    return Sizes(kills=kills, rates=rates, weights={victim: 1}, others=0, at_points=0.0)


MUTANTS: Mapping[str, Mutant] = {
    "checkpoint_first": Mutant(
        "the relay moves its checkpoint, then sends",
        ("I2", "I3"),
        plant=bugs_telling.checkpoint_first,
        sizes=replace(_diet(kills=60, victim="order.relay"), at_points=1.0, points=("R6 checkpoint moved",)),
        before=100,
    ),
    "fact_dropped": Mutant(
        "the relay leaves a fact out of a batch, and the chain with it",
        ("I2", "I3"),
        plant=bugs_telling.fact_dropped,
        sizes=_diet(),
    ),
    "no_lock": Mutant(
        "positions come from a sequence, and writers take no lock",
        ("I2", "I3", "I5"),
        prepare=bugs_store.no_lock,
        sizes=_diet(),
    ),
    "answer_first": Mutant(
        "the caller is answered before the commit",
        ("I1",),
        plant=bugs_store.answer_first,
        sizes=_diet(kills=60, victim="order.api"),
        seconds=12.0,
    ),
    "error_swallowed": Mutant(
        "an error inside the transaction is swallowed, and COMMIT answered by ROLLBACK is not looked at",
        ("I1",),
        plant=bugs_store.error_swallowed,
        sizes=_diet(),
    ),
    "lost_answer_is_no": Mutant(
        "a COMMIT whose answer was lost is told to the caller as a refusal",
        ("I1",),
        plant=bugs_store.lost_answer_is_no,
        sizes=_diet(hold_commit=180, end_backends=60),
    ),
    "new_key": Mutant(
        "a client asks again under a new key", ("I20",), sizes=_diet(hold_commit=180, reset=60), client=True
    ),
    "mark_apart": Mutant(
        "the mark moves in a transaction of its own, after the effect",
        ("I6", "I9", "I10", "I35"),
        plant=bugs_hearing.mark_apart,
        sizes=_diet(end_backends=240),
    ),
    "mark_first": Mutant(
        "the mark moves in a transaction of its own, before the effect",
        ("I6", "I10", "I34", "I35"),
        plant=bugs_hearing.mark_first,
        sizes=_diet(end_backends=240),
    ),
    "no_natural_key": Mutant(
        "a posting heard again gets another document",
        ("I9", "I10"),
        plant=bugs_hearing.no_natural_key,
        sizes=_diet(forget=5),
        before=120,
        seconds=12.0,
        drain_seconds=20.0,
    ),
    "repeats_applied": Mutant(
        "records at or below the mark are taken for fresh",
        ("I6", "I14", "I35"),
        plant=bugs_hearing.repeats_applied,
        sizes=_diet(set_back=240),
    ),
    "off_by_one": Mutant(
        "the record at the mark itself is heard twice",
        ("I6", "I14", "I35"),
        plant=bugs_hearing.off_by_one,
        sizes=_diet(set_back=240),
    ),
    "poison_skipped": Mutant(
        "a bad fact is passed over instead of set aside",
        ("I14",),
        plant=bugs_hearing.poison_skipped,
        sizes=_diet(poison=60),
    ),
    "replacement_forgotten": Mutant(
        "what is posted in place of what was taken back does not come into the margin",
        ("I6", "I35"),
        plant=bugs_hearing.replacement_forgotten,
        sizes=_diet(),
        seconds=12.0,
    ),
    "number_apart": Mutant(
        "an invoice number is drawn in a transaction of its own",
        ("I25",),
        plant=bugs_hearing.number_apart,
        sizes=_diet(end_backends=240),
        seconds=12.0,
    ),
    "timers_idle": Mutant(
        "nobody looks at what is due", ("I41",), plant=bugs_sla.timers_idle, sizes=_diet(), seconds=10.0
    ),
    "miss_told_again": Mutant(
        "a miss is told as often as somebody looks", ("I41",), plant=bugs_sla.miss_told_again, sizes=_diet()
    ),
    "pause_counted": Mutant(
        "time in which a clock stood still counts", ("I40",), plant=bugs_sla.pause_counted, sizes=_diet()
    ),
    "bill_number_apart": Mutant(
        "the number of a subscription's invoice is drawn in a transaction of its own",
        ("I25",),
        plant=bugs_billing.bill_number_apart,
        sizes=_diet(end_backends=120),
        seconds=14.0,
    ),
    "coverage_forgotten": Mutant(
        "a fee run does not guard the days that are billed, so that two runs double them",
        ("I31",),
        plant=bugs_billing.coverage_forgotten,
        sizes=_diet(),
        seconds=8.0,
    ),
    "earned_again": Mutant(
        "an accrual run earns again what is earned",
        ("I32",),
        plant=bugs_billing.earned_again,
        sizes=_diet(),
        seconds=16.0,
    ),
}


def plant(name: str) -> None:
    """Patches this process."""
    MUTANTS[name].plant()
