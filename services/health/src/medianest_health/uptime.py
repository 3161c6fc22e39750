"""Uptime by time: how long it was up out of how long that is known. A gap is neither up nor down."""

from datetime import UTC, datetime

FINE, HOUR, DAY = 300, 3600, 86_400
"""The widths of roll-ups in seconds; each is a multiple of the one before."""


def start_of_bucket(moment: datetime, width: int) -> datetime:
    seconds = int(moment.timestamp() // width) * width
    return datetime.fromtimestamp(seconds, UTC)
