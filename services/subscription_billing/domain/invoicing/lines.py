"""A share of a fee as a line of a proposal: to be charged, or taken back as it was invoiced."""

from typing import Any

from libs.events import subscription_billing_invoices as says
from libs.kernel.decider import Rejected
from services.subscription_billing.domain.fees.state import Fee

UNNUMBERED = 0
"""The proposal itself gives a line its number."""


def proposed(fee_id: str, fee: Fee, share: int) -> says.ProposedLine:
    """The line of a share: of an invoiced fee the credit of what was invoiced, tax included. Source: INV-01, CRN-01, 5.8."""
    created, own = fee.created, fee.shares[share]
    content: dict[str, Any] = {
        "line": UNNUMBERED,
        "fee": fee_id,
        "share": share,
        "kind": created.kind,
        "subscription": created.subscription,
        "subscription_number": created.subscription_number,
        "group": created.group,
        "project": created.project,
        "contract": created.contract,
        "category": created.category,
        "agreement": created.agreement,
        "days": created.days,
        "removed": created.removed,
        "project_date": created.project_date,
        "adjusts": created.adjusts,
        "description": created.description,
        "tax_group": created.tax_group,
        "item_tax_group": created.item_tax_group,
    }
    invoiced = own.invoiced
    if invoiced is None:
        return says.ProposedLine(**content, amount=own.amount)
    taxes = tuple(tax.model_copy(update={"tax": -tax.tax}) for tax in invoiced.taxes)
    reverses = says.PostedLine(document=invoiced.document, number=invoiced.number, line=invoiced.line)
    return says.ProposedLine(**content, amount=-invoiced.net, taxes=taxes, reverses=reverses)


def payer(fee: Fee, share: int) -> str | None:
    """Who pays the share."""
    return next(each.customer for each in fee.created.shares if each.share == share)


def share_of(fee: Fee, customer: str | None) -> int:
    """The share that a customer pays: the only one, unless somebody is named. Refuses `unknown_share`."""
    paid = [each.share for each in fee.created.shares if customer is None or each.customer == customer]
    if len(paid) != 1:
        raise Rejected.value("unknown_share", "several customers pay this fee: say whose share", field="/customer")
    return paid[0]


def header(fee: Fee, share: int) -> dict[str, Any]:
    """Whose document the share goes on: contract or, without one, project; payer and currency. Source: INV-04."""
    created = fee.created
    return {
        "contract": created.contract,
        "project": None if created.contract else created.project,
        "customer": payer(fee, share),
        "currency": created.currency,
    }
