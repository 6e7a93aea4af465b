"""Bad and edge inputs: each is put where it fits in the running services, which must refuse it in our words.

`python -m tests.cases bad-inputs FILE` starts the system; `--order URL --reference URL --reporting URL --issuer URL
--issuer-key FILE` asks one that runs, and that nobody else uses meanwhile.
"""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.cases.bad_inputs import invoicing, subscriptions
from tests.cases.bad_inputs.case import SLOWEST_SECONDS, Case, OutOfScope, judged, read
from tests.cases.bad_inputs.rules import place_of
from tests.cases.bad_inputs.states import agreement
from tests.cases.bad_inputs.system import STARTED, System, addressed, started
from tests.cases.bad_inputs.world import World
from tests.cases.verdicts import Verdict


def run(file: Path, *options: str) -> list[Verdict]:
    """Plays the cases of a file; the options name the addresses of a system that runs."""
    with _system(_parser().parse_args(options)) as system:
        return asyncio.run(play(system, read(file)))


async def play(system: System, cases: Sequence[Case]) -> list[Verdict]:
    """The verdict on every case, in the order of the file, and two on all of them: that what was refused appended
    nothing, and that the answers were quick. What is to be refused goes first, between two looks at the logs."""
    world = World(system)
    await world.prepare()
    for name in ("open", "posted", "foreign"):
        await world.order(name)
    for state in ("active", "terminated"):
        await agreement(world, state)
    await subscriptions.prepare(world)
    await invoicing.prepare(world)
    before = await world.positions()
    verdicts = {case.id: await _play(world, case) for case in cases if not _may_append(case)}
    after = await world.positions()
    seconds = sorted(system.seconds)  # what follows may wait for what it is about
    verdicts |= {case.id: await _play(world, case) for case in cases if _may_append(case)}
    await system.close()
    return [*(verdicts[case.id] for case in cases), _nothing_appended(before, after), _quick(seconds)]


def _may_append(case: Case) -> bool:
    """Whether playing the case records something, if only what it is about."""
    about_a_clock = case.api_type == "sla" or "pauseAt" in case.input
    return case.accepts or about_a_clock or case.group in ("events-on-kafka", "idempotency-keys")


async def _play(world: World, case: Case) -> Verdict:
    try:
        return judged(case, await place_of(case)(world, case))
    except OutOfScope as reason:
        return Verdict(case.id, "out-of-scope", case.wanted, str(reason))
    except Exception as fault:  # noqa: BLE001 - a case that cannot be played is a failed one, and the others go on
        return Verdict(case.id, "failed", case.wanted, repr(fault))


def _nothing_appended(before: dict[str, int], after: dict[str, int]) -> Verdict:
    """The second look itself appended one fact to each log."""
    grown = {name: after[name] - before[name] - 1 for name in before}
    said = "failed" if any(grown.values()) else "ok"
    return Verdict("nothing-appended", said, "no fact by a refused request", f"facts {grown}")


def _quick(seconds: Sequence[float]) -> Verdict:
    p50, p99 = (seconds[min(len(seconds) - 1, len(seconds) * share // 100)] for share in (50, 99))
    got = f"{len(seconds)} answers, p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, longest {seconds[-1]:.2f} s"
    return Verdict("quick", "ok" if seconds[-1] < SLOWEST_SECONDS else "failed", "every answer within 1 s", got)


@contextmanager
def _system(asked: argparse.Namespace) -> Iterator[System]:
    addresses: dict[str, str] = {name: getattr(asked, name) for name in STARTED if getattr(asked, name)}
    if not addresses:
        with started() as system:
            yield system
    elif asked.issuer and asked.issuer_key:
        yield addressed(addresses, asked.issuer, asked.issuer_key)
    else:
        raise SystemExit("--issuer and --issuer-key say who signs the tokens of the system at these addresses")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.cases bad-inputs", description=__doc__)
    for name in STARTED:
        parser.add_argument(f"--{name}", metavar="URL")
    parser.add_argument("--issuer", metavar="URL")
    parser.add_argument("--issuer-key", type=Path, metavar="FILE")
    return parser
