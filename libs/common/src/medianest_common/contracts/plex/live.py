"""What open pages see of the Plex server while something happens on it."""

from medianest_common.contracts.base import Contract, Query
from medianest_common.contracts.live import LiveStates


class ScanProgress(Contract):
    library_key: str
    title: str | None
    percent: int | None
    """None while nobody knows."""
    done: bool


class ReadSessionStates(Query[LiveStates]):
    """What is played now, by whomever, for the gateway itself."""
