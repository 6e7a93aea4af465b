"""What the order service is told beside what every service is told."""

from libs.runtime.settings import OwnSettings


class OrderSettings(OwnSettings):
    """`accounting_currency` is the one currency of orders until exchange rates exist."""

    accounting_currency: str = "EUR"
