"""`python -m services.order [api|relay|hear|timers ...]`: the order service in a process."""

from libs.runtime.service import run
from services.order.main import SERVICE

if __name__ == "__main__":
    run(SERVICE)
