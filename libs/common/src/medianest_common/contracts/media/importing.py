"""Taking over the people and requests of an Overseerr or Seerr that the household had before."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import (
    Body,
    Command,
    Contract,
    Event,
    Job,
    Nothing,
    Page,
    Query,
    Timestamp,
)


class ImportState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ImportStep(StrEnum):
    PEOPLE = "people"
    REQUESTS = "requests"
    JUDGING = "judging"
    DONE = "done"


class FindingKind(StrEnum):
    PERSON = "person"
    REQUEST = "request"


class Outcome(StrEnum):
    """The first four are of people, the others of requests."""

    MATCHED = "matched"
    """Has an account here with the same Plex account."""
    TO_INVITE = "to_invite"
    """Has none yet. What they asked for is theirs as soon as they sign in with the same Plex account."""
    NO_PLEX = "no_plex"
    """Has no Plex account over there, so nobody here can be known to be the same."""
    LEFT = "left"
    """Had an account here and has had it deleted, or was erased here; what they asked for is nobody's."""

    NEW = "new"
    KNOWN = "known"
    """Is here already."""
    CONFLICT = "conflict"
    """Is not taken over; the reason says why."""
    UNREADABLE = "unreadable"


class ImportCounts(Contract):
    people: dict[Outcome, int]
    requests: dict[Outcome, int]


class UnknownValue(Contract):
    """What Overseerr said and nobody knows the meaning of; those requests have the nearest safe state."""

    value: str
    requests: int


class ImportRun(Contract):
    """A run and its report, which is complete once the state is `done`. Of a dry run `new` is what would be new."""

    id: UUID
    dry_run: bool
    state: ImportState
    step: ImportStep
    read: int
    """Requests read so far."""
    total: int | None
    judged: int
    problem: str | None
    """What it waits for, or why it failed, in words."""
    counts: ImportCounts
    unknown_values: list[UnknownValue]
    unreadable: int
    """Entries of its lists without so much as a number."""
    started_at: Timestamp
    finished_at: Timestamp | None


class LastImports(Contract):
    """The last run of each kind."""

    dry_run: ImportRun | None
    real: ImportRun | None


class Finding(Contract):
    kind: FindingKind
    their_id: int
    """The number it has in Overseerr."""
    outcome: Outcome
    reason: str | None
    name: str
    """A person's, or a title as far as it is known here."""
    media_type: str | None = None
    tmdb_id: int | None = None
    is_4k: bool | None = None
    seasons: list[int] | None = None
    status: str | None = None
    """The state that the request has here, or would have."""
    requested_by: str | None = None
    created_at: Timestamp | None = None


class StartImportBody(Body):
    dry_run: bool = True


class StartImport(Command[ImportRun]):
    dry_run: bool = True


class GetImports(Query[LastImports]):
    pass


class ListFindings(Query[Page[Finding]]):
    """Of one run, in the order of their numbers."""

    import_id: UUID
    about: FindingKind = FindingKind.REQUEST
    outcome: Outcome | None = None
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class ImportedPerson(Contract):
    """Somebody without an account here."""

    id: UUID
    name: str
    has_plex: bool
    """What they asked for becomes theirs when they sign in with that Plex account."""
    requests: int


class ListImportedPeople(Query[Page[ImportedPerson]]):
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class EraseImportedPerson(Command[Nothing]):
    id: UUID


class ImportedPersonErased(Event):
    """`kept_as` is the mark by which an import does not bring them back; it names nobody."""

    kept_as: UUID
    actor_id: UUID


class ImportEnded(Event):
    """`problem` says in words why it did not come to its end, and is None where it did."""

    import_id: UUID
    dry_run: bool
    problem: str | None
    started_by: UUID | None
    """None for whoever runs the installation."""


class OperatorStartImport(Command[ImportRun]):
    """As `StartImport`, by whoever runs the installation; refused to everybody who is somebody."""

    dry_run: bool = True


class OperatorGetImports(Query[LastImports]):
    pass


class OperatorListFindings(Query[Page[Finding]]):
    import_id: UUID
    about: FindingKind = FindingKind.REQUEST
    outcome: Outcome | None = None
    limit: int = Field(default=100, ge=1, le=100)
    cursor: str | None = None


class GoOnImporting(Job):
    """The next turn of a run. One that was done already does nothing."""

    import_id: UUID
    turn: int
