"""Times during which something was not well, and what is told of them."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from medianest_common.contracts.base import Body, Command, Contract, Event, Nothing, Page, Query, Timestamp
from medianest_common.contracts.health.monitors import MonitorState, Visibility

MOST_A_PAGE = 10
MOST_NOTES = 15
"""At one incident. A page of them has to fit into a message."""
_NOTE_LENGTH = 1000
_POST_MORTEM_LENGTH = 4000


class MonitorEvent(Event):
    monitor_id: UUID
    monitor_name: str
    visibility: Visibility


class IncidentEvent(MonitorEvent):
    """One turn of an incident, which is a time during which something was not well: from the first check that made sure
    of it until enough checks in a row found it well. Of what comes and goes only two turns in half an hour are told
    at once, and then how it is once it has been so for ten minutes.

    They may arrive in any order: of two about one monitor the one with the later `told_at` holds.
    """

    incident_id: UUID
    at: Timestamp
    """When it came to what this tells of."""
    since: Timestamp
    """When the incident began."""
    told_at: Timestamp | None = None
    """Without it, `at`."""
    reason: str | None = None
    """In words, as far as anybody knows."""


class MonitorWentDown(IncidentEvent):
    """Told once in an incident, however often it comes and goes meanwhile."""

    event_name = "monitor.went_down"
    times: int = 1
    """How often it has in this incident, where it came and went before this was told."""


class MonitorDegraded(IncidentEvent):
    """It answers, but not as it should, or does not let us in, or it comes and goes: `state` is degraded, auth or
    flapping."""

    state: MonitorState


class MonitorStillDown(IncidentEvent):
    """A reminder, by the clock, where an administrator has asked for them."""

    event_name = "monitor.still_down"


class MonitorRecovered(IncidentEvent):
    """It was well from `at` on. The only one of an incident whose beginning did not have to be told any more."""

    worst: MonitorState
    times: int
    """How often it went down meanwhile; 0 where it never did."""


class MonitorUnwatched(IncidentEvent):
    """Nobody looks at it any more: it was paused or taken away while it was not well. Told where the beginning was, and
    the last of its incident."""

    worst: MonitorState


class CertificateExpiring(MonitorEvent):
    """Told once for each threshold that an administrator has set, and of several that are crossed at once only the
    tightest; a new certificate begins anew."""

    expires_at: Timestamp
    days: int
    """Whole days that are left."""


class IncidentTurn(Contract):
    """`what` it then was: down, degraded, auth, flapping, and at the end up, or unknown where nobody looks any more."""

    at: Timestamp
    what: MonitorState
    reason: str | None


class IncidentNote(Contract):
    id: UUID
    at: Timestamp
    text: str


class Incident(Contract):
    id: UUID
    monitor_id: UUID
    monitor_name: str
    state: MonitorState
    """How it was last, of those that are not well."""
    worst: MonitorState
    times: int
    """How often it went down."""
    reason: str | None
    opened_at: Timestamp
    closed_at: Timestamp | None
    timeline: list[IncidentTurn]
    """How it began, and the latest turns of very many."""
    notes: list[IncidentNote]
    """What administrators say of it, the oldest first."""
    post_mortem: str | None
    post_mortem_version: int = 0
    """How often it has been written."""


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("say something")
    return text.strip()


class NoteBody(Body):
    text: Annotated[str, Field(min_length=1, max_length=_NOTE_LENGTH), AfterValidator(_words)]


class PostMortemBody(Body):
    """What it was, how it was mended, and what keeps it from coming again; null takes it away."""

    text: Annotated[str, Field(min_length=1, max_length=_POST_MORTEM_LENGTH), AfterValidator(_words)] | None
    version: int = Field(ge=0, le=2**53 - 1)
    """The `postMortemVersion` that was read: 409 if somebody has written it since."""


class ListMonitorIncidents(Query[Page[Incident]]):
    """Of one monitor that the caller may see, the latest first."""

    id: UUID
    limit: int = Field(default=MOST_A_PAGE, ge=1, le=MOST_A_PAGE)
    cursor: str | None = None


class ListIncidents(Query[Page[Incident]]):
    """Of everything: those that are open first, and the latest first."""

    limit: int = Field(default=MOST_A_PAGE, ge=1, le=MOST_A_PAGE)
    cursor: str | None = None


class GetIncident(Query[Incident]):
    id: UUID


class AddIncidentNote(Command[IncidentNote]):
    id: UUID
    text: str


class RemoveIncidentNote(Command[Nothing]):
    id: UUID
    note_id: UUID


class WritePostMortem(Command[Incident]):
    id: UUID
    text: str | None
    version: int
