"""`python -m services.reference [api|relay|hear ...]`: the reference service in a process."""

from libs.runtime.service import run
from services.reference.main import SERVICE

if __name__ == "__main__":
    run(SERVICE)
