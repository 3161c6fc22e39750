"""Where the handlers of this service are collected."""

from uuid import UUID

from medianest_common.bus import Handlers, current

handlers = Handlers("notifications")


def event_id() -> UUID:
    """While an event is handled, it is the cause of whatever happens."""
    causation = current().causation_id
    assert causation is not None
    return UUID(causation)
