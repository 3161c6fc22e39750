"""What a service does on the bus beyond what its handlers show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from medianest_common.contracts.base import Job, Rpc


@dataclass(frozen=True, slots=True)
class Reach:
    """Whatever is not named here the server refuses, where services have users of their own (`permissions.py`)."""

    asks: Sequence[type[Rpc[Any]]] = ()
    """Questions to other services."""
    asks_anything: bool = False
    """The gateway alone: whatever people may ask."""
    gives: Sequence[type[Job]] = ()
    """Work for other services."""
    pushes: bool = False
    """To open pages."""
    says: Sequence[str] = ()
    """Other subjects, with `*` for any one word."""
    forgets_events: bool = False
    """Takes its own events off the bus that name people who have left."""
    settles_dead_letters: bool = False
    """Reads and removes them."""
    looks: Sequence[str] = ()
    """What else it asks JetStream, as in `STREAM.LIST`."""
    keeps_streams: bool = False
    """Makes what is missing of everybody's streams. One service alone: a stream can be told to take in anything."""


NOTHING_MORE = Reach()
