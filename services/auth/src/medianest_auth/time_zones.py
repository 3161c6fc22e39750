"""Which time zones there are."""

from functools import cache
from zoneinfo import available_timezones


@cache
def time_zones() -> frozenset[str]:
    """Of the machine's own database, read once."""
    return frozenset(available_timezones() - {"localtime", "Factory"})
