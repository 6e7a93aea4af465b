"""`python -m deploy.migrate`: brings the databases of all services up to date on the server of DATABASE_URL.

DATABASE_URL must name a login that may create databases and roles. Each service's own login, by which it runs, is
<SERVICE>_DATABASE_URL or fieldfact_<service>, with the password APPLICATION_PASSWORD or that of DATABASE_URL.
"""

import asyncio
import os
import sys

from examples.invoicing.main import SERVICE as INVOICING
from libs.runtime.migrate import migrate
from libs.runtime.service import Service
from libs.runtime.settings import database_url
from services.agreement.main import SERVICE as AGREEMENT
from services.order.main import SERVICE as ORDER
from services.reference.main import SERVICE as REFERENCE
from services.reporting.main import SERVICE as REPORTING
from services.subscription_billing.main import SERVICE as SUBSCRIPTION_BILLING

SERVICES = (REFERENCE, AGREEMENT, ORDER, SUBSCRIPTION_BILLING, REPORTING, INVOICING)


async def _one(service: Service, server: str) -> None:
    login = database_url(service.name, os.environ.get("APPLICATION_PASSWORD"))
    applied = await migrate(service, server, login)
    print(f"{service.name}: {', '.join(applied) or 'up to date'}", flush=True)


async def _all(server: str) -> None:
    await asyncio.gather(*(_one(service, server) for service in SERVICES))


def main() -> int:
    server = os.environ.get("DATABASE_URL")
    if not server:
        print("DATABASE_URL names no server", file=sys.stderr)
        return 1
    asyncio.run(_all(server))
    return 0


if __name__ == "__main__":
    sys.exit(main())
