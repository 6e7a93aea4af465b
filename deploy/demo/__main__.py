"""`python -m deploy.demo`: starts everything, tells the story, prints the reports and stays up until Ctrl-C.

Without a terminal, or with DEMO_EXIT=1, it stops everything once the reports are printed. It ends with 1 when a figure
differs from deploy/demo/expected.txt.
"""

import argparse
import difflib
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from deploy.demo.company import Company, Refused
from deploy.demo.report import report
from deploy.demo.story import tell
from deploy.local.faults import TOLD
from deploy.local.signals import stopping_signals_interrupt
from deploy.local.system import System

EXPECTED = Path(__file__).with_name("expected.txt")
_PATIENCE_SECONDS, _PAUSE_SECONDS = 20.0, 0.2
_FAILED, _INTERRUPTED = 1, 130


def main() -> int:
    """0 when the figures are those expected and everything stopped in order."""
    arguments = _arguments()
    system = System(arguments.data, timers=False)
    began = time.monotonic()
    try:
        with stopping_signals_interrupt(), system:
            differs = _play(system)
            print(f"\nFrom start to report: {time.monotonic() - began:.0f} s", flush=True)
            _show(system)
            if sys.stdout.isatty() and os.environ.get("DEMO_EXIT") != "1":
                print("Ctrl-C stops everything.", flush=True)
                system.supervisor.run_forever()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except (*TOLD, Refused, httpx.HTTPError) as fault:
        print(f"failed: {fault}", file=sys.stderr)
        return _FAILED
    return _FAILED if differs else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(".local/demo"), help="the folder that keeps everything")
    return parser.parse_args()


def _play(system: System) -> bool:
    """Tells the story and prints the reports; whether they differ from what is expected."""
    company = Company(system.addresses, lambda role: _token(system, role))
    try:
        print("\nTelling the story ...", flush=True)
        tell(company)
        system.start_timers()
        expected = EXPECTED.read_text().strip()
        printed = _report_once_settled(company, expected)
    finally:
        company.close()
    print(f"\n{printed}", flush=True)
    difference = list(
        difflib.unified_diff(expected.splitlines(), printed.splitlines(), "expected", "printed", lineterm="")
    )
    if difference:
        print("\n".join(["", "The figures differ from deploy/demo/expected.txt:", *difference]), file=sys.stderr)
    return bool(difference)


def _report_once_settled(company: Company, expected: str) -> str:
    """The reports, once invoicing and reporting have heard everything; what they show at the end of our patience."""
    manager, until = company.person("service_manager"), time.monotonic() + _PATIENCE_SECONDS
    while (printed := report(manager)) != expected and time.monotonic() < until:
        time.sleep(_PAUSE_SECONDS)
    return printed


def _token(system: System, role: str) -> str:
    asked = {"subject": f"demo-{role}", "role": role}
    answer = httpx.post(f"{system.addresses['issuer']}/token", json=asked, timeout=15).raise_for_status()
    return str(answer.json()["access_token"])


def _show(system: System) -> None:
    """Where to look next."""
    server = urlsplit(system.database_url)
    analyst = f"postgresql://analyst@{server.hostname}:{server.port}/fieldfact_reporting"
    print("\nAPIs, each with its documents:")
    for name, address in system.addresses.items():
        if name != "issuer":
            print(f"  {name:<20} {address}/docs")
    print(f"A token:       curl -X POST '{system.addresses['issuer']}/token?subject=me&role=service_manager'")
    print(f"Analysts:      psql {analyst}, schema analytics (read only)")
    print(f"Facts:         Kafka at {system.kafka_bootstrap}, topic order.events.v1 (docs/consuming.md)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
