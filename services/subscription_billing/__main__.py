"""`python -m services.subscription_billing [api|relay|hear|timers ...]`: the subscription billing service in a process."""

from libs.runtime.service import run
from services.subscription_billing.main import SERVICE

if __name__ == "__main__":
    run(SERVICE)
