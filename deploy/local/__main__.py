"""`python -m deploy.local`: everything on this machine until Ctrl-C, with no story told."""

import argparse
import sys
from pathlib import Path

from deploy.local import services
from deploy.local.faults import TOLD
from deploy.local.signals import stopping_signals_interrupt
from deploy.local.system import System

_FAILED, _INTERRUPTED = 1, 130


def main() -> int:
    """0 after a stop that was asked for and went in order; 1 on failure; 130 when interrupted before all was ready."""
    system = System(_arguments().data)
    try:
        with stopping_signals_interrupt(), system:
            _show(system)
            system.supervisor.run_forever()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except TOLD as fault:
        print(f"failed: {fault}", file=sys.stderr)
        return _FAILED
    if system.supervisor.killed:
        print(f"had to be killed: {', '.join(system.supervisor.killed)}", file=sys.stderr)
        return _FAILED
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(".local/data"), help="the folder that keeps everything")
    return parser.parse_args()


def _show(system: System) -> None:
    print(f"\nPostgreSQL     {system.database_url}\nKafka          {system.kafka_bootstrap}")
    for name, address in system.addresses.items():
        print(f"{name:<21} {address}{'' if name == services.ISSUER.name else '/docs'}")
    print(f"\nlogs in {system.data / 'logs'}; Ctrl-C stops everything", flush=True)


if __name__ == "__main__":
    sys.exit(main())
