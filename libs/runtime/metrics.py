"""What is measured while running, for Prometheus; served on a port of its own."""

from collections.abc import Callable
from typing import Any

from prometheus_client import Counter, Gauge, Histogram, make_asgi_app

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
"""Seconds: from a fast append to the time after which a statement ends."""

REQUESTS = Histogram(
    "fieldfact_http_request_seconds", "Answers and their time.", ["method", "route", "status"], buckets=_FAST
)
APPEND_SECONDS = Histogram("fieldfact_append_seconds", "One append, as its caller sees it.", buckets=_FAST)
RELAY_LAG = Gauge("fieldfact_relay_lag_facts", "Facts that wait to be sent.", ["service"])
RELAY_AGE = Gauge("fieldfact_relay_lag_seconds", "Age of the first fact that waits to be sent; 0: none.", ["service"])
LAG = Gauge("fieldfact_consumer_lag_facts", "Facts that wait to be heard.", ["consumer", "source"])
LAG_AGE = Gauge(
    "fieldfact_consumer_lag_seconds", "How long facts have waited to be heard; 0: none.", ["consumer", "source"]
)
HEARD = Counter("fieldfact_heard_facts_total", "Facts that took effect.", ["consumer", "source"])
PARKED = Gauge("fieldfact_parked_streams", "Streams that wait behind a bad fact.", ["consumer", "source"])
SLA_BREACHES = Counter("fieldfact_sla_breaches_total", "Misses of SLA clocks that were recorded.", ["clock"])
TIMER_FAULTS = Counter("fieldfact_timer_faults_total", "What was due and could not be asked.", ["service"])


def metrics_app() -> Callable[..., Any]:
    """The application that answers with all measures."""
    return make_asgi_app()
