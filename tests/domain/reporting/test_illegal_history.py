"""What cannot have happened is not shown: the stream is set aside instead."""

import pytest

from libs.events.fact import Fact
from libs.kernel.view import IllegalHistory
from services.reporting.projections.order import order_line
from tests.domain.reporting.an_order import HOUR, THE_HOURS, canceled, canceled_line, created, folded, posted


@pytest.mark.parametrize("end", [canceled(HOUR), canceled_line(HOUR)])
def test_a_canceled_line_is_never_posted(end: Fact) -> None:
    with pytest.raises(IllegalHistory, match="line 1 was canceled"):
        folded(order_line, [created(), THE_HOURS, end, posted(THE_HOURS)])
