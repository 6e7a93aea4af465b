"""`python -m services.agreement [api|relay|hear ...]`: the agreement service in a process."""

from libs.runtime.service import run
from services.agreement.main import SERVICE

if __name__ == "__main__":
    run(SERVICE)
