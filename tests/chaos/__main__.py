"""`python -m tests.chaos`: one long run, or one with a planted bug; progress on standard error, one line of JSON on standard output."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from tests.chaos.artefacts import keep
from tests.chaos.mutants import MUTANTS
from tests.chaos.run import Plan, Run, shortened
from tests.chaos.stage import Stage


def main() -> int:
    """0 when nothing is broken; 1 otherwise, and then everything that was seen is kept. With a mutant it is the reverse."""
    arguments = _arguments()
    plan = Plan(
        seed=arguments.seed,
        seconds=arguments.seconds,
        clients=arguments.clients,
        billers=arguments.billers,
        lines=arguments.lines,
    )
    if arguments.mutant:
        plan = shortened(plan, arguments.mutant)
    return asyncio.run(_play(plan, arguments.kept, show=arguments.show))


async def _play(plan: Plan, kept: Path, *, show: bool) -> int:
    stage, began = Stage(), time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.1f} {line}", file=sys.stderr, flush=True)

    async with stage:
        say("servers are up")
        run = Run(stage, plan, say)
        if show:
            print("\n".join(map(str, run.steps())), file=sys.stderr)
        report = await run.play()
    print(report.line(), flush=True)
    if plan.mutant:
        say(f"found by: {', '.join(report.broken) or 'nothing of safety'}")
        stage.remove()
        return 0 if report.broken else 1
    if not report.good:
        say(f"broken: {', '.join(report.broken) or 'liveness'}; kept in {keep(run, report, kept)}")
    stage.remove()
    return 0 if report.good else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long load and faults last (default 600)")
    parser.add_argument("--seed", type=int, default=1, help="draws the schedule and the workload (default 1)")
    parser.add_argument("--clients", type=int, default=6, help="clients at once (default 6)")
    parser.add_argument("--billers", type=int, default=3, help="clients of the billing service at once (default 3)")
    parser.add_argument("--lines", type=int, default=6, help="lines of an order at most (default 6)")
    parser.add_argument("--mutant", choices=sorted(MUTANTS), help="plants a bug; the run must find it")
    parser.add_argument("--show", action="store_true", help="prints the schedule first")
    parser.add_argument("--kept", type=Path, default=Path(".local/chaos"), help="where a failure keeps what was seen")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
