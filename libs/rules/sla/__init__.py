"""The clock of service level agreements: one measurement on one order, folded from its marks. Source: sla."""

from libs.rules.sla.clock import Clock as Clock
from libs.rules.sla.clock import Verdict as Verdict
from libs.rules.sla.clock import clock_of as clock_of
from libs.rules.sla.ledger import Segment as Segment
from libs.rules.sla.ledger import SegmentKind as SegmentKind
from libs.rules.sla.marks import Mark as Mark
from libs.rules.sla.marks import MarkKind as MarkKind
from libs.rules.sla.marks import Phase as Phase
from libs.rules.sla.percent import compliance as compliance
from libs.rules.sla.percent import shown as shown
from libs.rules.sla.terms import AtRisk as AtRisk
from libs.rules.sla.terms import Before as Before
from libs.rules.sla.terms import Budget as Budget
from libs.rules.sla.terms import OpenTime as OpenTime
from libs.rules.sla.terms import Percent as Percent
from libs.rules.sla.terms import Terms as Terms
from libs.rules.sla.terms import WorkingDays as WorkingDays
