"""Runs the invoicing example: `python -m examples.invoicing [api|relay|hear]`."""

from examples.invoicing.main import SERVICE
from libs.runtime.service import run

if __name__ == "__main__":
    run(SERVICE)
