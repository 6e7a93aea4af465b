"""Runs reporting: `python -m services.reporting [api|hear]`."""

from libs.runtime.service import run
from services.reporting.main import SERVICE

if __name__ == "__main__":
    run(SERVICE)
