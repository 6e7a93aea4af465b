"""What posting a proposal comes to: the document, its vouchers and its schedules, appended at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from libs.events import subscription_billing_accruals as earns
from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_invoices as says
from libs.kernel.ids import natural_id
from libs.kernel.money import Money, total
from libs.rules.billing import AccrualLine, TaxedLine, fee_schedule, invoice_voucher, mirrored, reduction_schedule
from services.subscription_billing.domain.accruals.schedule import schedule_id
from services.subscription_billing.domain.accruals.voucher import Belongs, entries, summed
from services.subscription_billing.domain.invoicing.proposal import Proposal
from services.subscription_billing.domain.invoicing.terms import Earning, Priced, Terms, is_credit_note

Document = says.InvoicePosted | says.CreditNotePosted


def document_id(proposal_id: str) -> str:
    """The stream of the document that a proposal becomes. Source: INV-14."""
    return natural_id("invoice", proposal_id)


@dataclass(frozen=True)
class Posting:
    """A proposal with its terms and its number, ready to be told in facts."""

    proposal_id: str
    proposal: Proposal
    terms: Terms
    lines: tuple[Priced, ...]
    number: str

    @property
    def document_id(self) -> str:
        """The stream of the document."""
        return document_id(self.proposal_id)

    @property
    def is_credit_note(self) -> bool:
        """Whether it gives money back."""
        return is_credit_note(self.proposal, self.lines)

    def document(self) -> Document:
        """The invoice or credit note, complete in itself. Source: INV-01, INV-12, CRN-01."""
        header, lines = self.proposal.created, tuple(map(self._line, self.lines))
        values: dict[str, Any] = {
            "number": self.number,
            "proposal": self.proposal_id,
            "issuer": self.terms.issuer,
            "customer": header.customer,
            "contract": header.contract,
            "currency": header.currency,
            "issued_on": self.terms.issued_on,
            "lines": lines,
            "taxes": _tax_totals(lines),
            "net": total((line.net for line in lines), header.currency),
            "tax": total((tax.tax for line in lines for tax in line.taxes), header.currency),
            "total": total((line.gross for line in lines), header.currency),
            "accounting_currency": self.terms.accounting_currency,
            "rate": self.terms.rate,
            "vouchers": tuple(voucher for voucher, _ in self.vouchers()),
        }
        if self.is_credit_note:
            return says.CreditNotePosted(**values, credits=tuple(_credits(lines)))
        return says.InvoicePosted(**values)

    def _line(self, line: Priced) -> says.DocumentLine:
        content = {name: getattr(line.line, name) for name in says.LineContent.model_fields}
        if self.terms.project_date_is_invoice_date:
            content["project_date"] = self.terms.issued_on
        return says.DocumentLine(
            **content,
            net=line.amounts.net,
            taxes=line.taxes,
            gross=line.amounts.gross,
            accounting_net=line.worth.net,
            schedule=schedule_id(self.document_id, line.line.line) if line.earned_by else None,
        )

    def schedules(self) -> tuple[tuple[str, earns.ScheduleBuilt], ...]:
        """The schedules of the lines that are earned over time, by stream. Source: ACC-02."""
        found = ((line, line.earned_by) for line in self.lines)
        return tuple(
            (schedule_id(self.document_id, line.line.line), self._schedule(line, earning))
            for line, earning in found
            if earning is not None
        )

    def _schedule(self, line: Priced, earning: Earning) -> earns.ScheduleBuilt:
        """With what it was decided by, so that nothing later changes it. Source: ACC-02 to ACC-04, ACC-10, ACC-12."""
        content, header = line.line, self.proposal.created
        return earns.ScheduleBuilt(
            document=self.document_id,
            number=self.number,
            document_line=content.line,
            fee=content.fee,
            share=content.share,
            kind=content.kind,
            subscription=content.subscription,
            subscription_number=content.subscription_number,
            group=content.group,
            project=content.project,
            category=content.category,
            agreement=content.agreement,
            customer=header.customer,
            issued_on=self.terms.issued_on,
            days=content.days,
            code=earning.code,
            basis="by_days" if content.removed else earning.basis,
            rounding=earning.rounding,
            rate=self.terms.rate,
            net=line.amounts.net,
            amount=line.worth.net,
            wip_account=line.terms.accounts["wip_subscription"],
            revenue_account=line.terms.accounts["accrued_revenue_subscription"],
            lines=tuple(
                earns.ScheduleLine(line=number, days=part.days, amount=part.amount)
                for number, part in enumerate(_parts(line, earning), 1)
            ),
        )

    def vouchers(self) -> tuple[tuple[str, earns.VoucherPosted], ...]:
        """One for the document or, when the ledger wants lines, one for each; by stream. Source: INV-10, INV-11, ACC-05."""
        by_line = [(line.line.line, self._entries(line)) for line in self.lines]
        if self.terms.detail == "total":
            by_line = [(0, summed([entry for _, found in by_line for entry in found]))]
        return tuple(
            (natural_id("voucher", self.document_id, number), self._voucher(found)) for number, found in by_line
        )

    def _voucher(self, found: Iterable[earns.VoucherEntry]) -> earns.VoucherPosted:
        return earns.VoucherPosted(
            source="credit_note" if self.is_credit_note else "invoice",
            belongs_to=self.document_id,
            on=self.terms.issued_on,
            currency=self.terms.accounting_currency,
            entries=tuple(found),
        )

    def _entries(self, line: Priced) -> list[earns.VoucherEntry]:
        """Of a credit the mirror of what was posted, its deferral included. Source: 5.5, INV-10, ACC-05."""
        content, invoiced = line.line, line.terms.invoiced
        belongs = Belongs(
            line.terms.accounts,
            content.project,
            content.category,
            self.proposal.created.customer,
            content.subscription,
        )
        if invoiced is None:
            return entries(invoice_voucher(line.worth, accrue=line.earned_by is not None), belongs)
        before: TaxedLine = -line.worth
        return entries(mirrored(invoice_voucher(before, accrue=invoiced.schedule is not None)), belongs)

    def invoiced(self, line: Priced) -> fees.FeeInvoiced:
        """What the fee of a charged line is told."""
        content = line.line
        return fees.FeeInvoiced(
            document=self.document_id,
            number=self.number,
            line=content.line,
            share=content.share,
            issued_on=self.terms.issued_on,
            project_date=self._line(line).project_date,
            amount=content.amount,
            net=line.amounts.net,
            taxes=line.taxes,
            rate=self.terms.rate,
            schedule=schedule_id(self.document_id, content.line) if line.earned_by else None,
        )

    def credited(self, line: Priced) -> fees.FeeCredited:
        """What the fee of a credited line is told."""
        return fees.FeeCredited(
            document=self.document_id,
            number=self.number,
            line=line.line.line,
            share=line.line.share,
            issued_on=self.terms.issued_on,
        )

    def of_subscriptions(self) -> dict[str, fees.SubscriptionInvoiced]:
        """What each subscription on the document is told: the net of its own lines."""
        currency = self.proposal.created.currency
        found: dict[str, list[Money]] = {}
        for line in self.lines:
            found.setdefault(line.line.subscription, []).append(line.amounts.net)
        return {
            subscription: fees.SubscriptionInvoiced(
                document=self.document_id,
                number=self.number,
                issued_on=self.terms.issued_on,
                amount=total(amounts, currency),
            )
            for subscription, amounts in found.items()
        }


def _parts(line: Priced, earning: Earning) -> tuple[AccrualLine, ...]:
    """A reduction over its own days, anything else over all of its days. Source: ACC-03, RED-10."""
    content, amount = line.line, line.worth.net
    if content.removed:
        return reduction_schedule(amount, content.removed, earning.calendar, earning.rounding)
    return fee_schedule(amount, content.days, earning.calendar, earning.basis, earning.rounding)


def _tax_totals(lines: Iterable[says.DocumentLine]) -> tuple[says.TaxTotal, ...]:
    """The taxes of the whole document by code and percentage. Source: INV-09."""
    found: dict[tuple[str, Any], tuple[Money, Money]] = {}
    for line in lines:
        for tax in line.taxes:
            key, nothing = (tax.code, tax.percentage), Money.zero(line.net.currency)
            net, amount = found.get(key, (nothing, nothing))
            found[key] = (net + line.net, amount + tax.tax)
    return tuple(
        says.TaxTotal(code=code, percentage=percentage, net=net, tax=tax)
        for (code, percentage), (net, tax) in sorted(found.items(), key=lambda one: one[0])
    )


def _credits(lines: Iterable[says.DocumentLine]) -> Iterable[says.Credit]:
    for line in lines:
        if line.reverses is not None:
            yield says.Credit(
                document=line.reverses.document,
                number=line.reverses.number,
                line=line.reverses.line,
                fee=line.fee,
                share=line.share,
                net=line.net,
                gross=line.gross,
            )
