"""Figures of the live stream."""

from prometheus_client import Counter, Gauge

OPEN = Gauge("medianest_live_connections", "Open streams")
CLOSED = Counter("medianest_live_closed_total", "Streams closed by us, by code", ["code"])
FETCHED = Counter(
    "medianest_live_fetched_total", "Times that lost or late frames were fetched from the inbox"
)
