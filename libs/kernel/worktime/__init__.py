"""Working time: weekly open windows in a zone, with exceptions and dated versions, as pure arithmetic on instants."""

from libs.kernel.worktime.calendar import ALWAYS_OPEN as ALWAYS_OPEN
from libs.kernel.worktime.calendar import Span as Span
from libs.kernel.worktime.calendar import WorkCalendar as WorkCalendar
from libs.kernel.worktime.hours import DAY as DAY
from libs.kernel.worktime.hours import Window as Window
from libs.kernel.worktime.hours import second_of_day as second_of_day
from libs.kernel.worktime.hours import window as window
from libs.kernel.worktime.hours import windows as windows
from libs.kernel.worktime.version import CalendarVersion as CalendarVersion
from libs.kernel.worktime.wall import Kind as Kind
