"""A stateful pretend plex.tv and Plex Media Server on real sockets, in the shape of recorded answers."""

from .accounts import FakeAccount
from .faults import Fault, LoggedRequest
from .items import Item, Section
from .plex import FakePlex, connection
from .quirks import Quirks

__all__ = ["FakeAccount", "FakePlex", "Fault", "Item", "LoggedRequest", "Quirks", "Section", "connection"]
