"""Prometheus figures of outgoing calls. Labels are the names of systems and a fixed set of outcomes."""

from prometheus_client import Counter, Gauge, Histogram

CALLS = Counter(
    "medianest_outgoing_calls", "Calls to other systems by how they ended.", ["system", "outcome"]
)
SECONDS = Histogram(
    "medianest_outgoing_seconds",
    "Duration of a whole call with its retries.",
    ["system"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
RETRIES = Counter("medianest_outgoing_retries", "Attempts after the first.", ["system"])
IN_FLIGHT = Gauge("medianest_outgoing_in_flight", "Calls under way, those that wait included.", ["system"])
BREAKER_OPEN = Gauge(
    "medianest_outgoing_breaker_open", "1 while calls are refused without being made.", ["system"]
)
