"""What invoicing does about what it hears."""

from examples.invoicing.domain import IssueDocument, kind_of
from libs.events.order import OrderPosted
from libs.kernel.policy import Ask, Policy
from libs.kernel.view import Heard


def when_order_posted(posted: OrderPosted, heard: Heard) -> Ask | None:
    """A posting that is worth something asks for its document, dated the day of the posting (UTC).

    Its number is drawn from the counter of kind and year, in the transaction that stores the document.
    """
    kind = kind_of(posted)
    if kind is None:
        return None
    issued_on = heard.occurred_at.date()
    return Ask(posted.order_id, IssueDocument(posted, kind, issued_on), counter=f"{kind}-{issued_on.year}")


POLICIES = (Policy(publisher="order", when={OrderPosted: when_order_posted}),)
