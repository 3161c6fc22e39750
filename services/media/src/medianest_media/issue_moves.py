"""Every change of an issue is told here: the version, the event and the job that passes it on, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media.issues import IssueChange, SendIssue
from medianest_common.db import Transaction
from medianest_media.models import Issue, IssueComment, Person


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something; without an id it is somebody whom only Overseerr knows."""

    id: UUID | None
    name: str

    @classmethod
    def of(cls, caller: Caller) -> "Actor":
        return cls(caller.user_id, caller.name)


IN_OVERSEERR = Actor(None, "Somebody in Overseerr")


async def changed(
    tx: Transaction,
    issue: Issue,
    event: type[IssueChange],
    *,
    by: Actor,
    now: datetime,
    comment: IssueComment | None = None,
    message: str | None = None,
    quietly: bool = False,
) -> None:
    """The issue must be locked or new. `quietly` tells nobody, as of what is old news."""
    issue.version += 1
    issue.updated_at = now
    if quietly:
        return
    person = await tx.session.get(Person, issue.user_id) if issue.user_id else None
    tx.emit(
        event(
            issue_id=issue.id,
            user_id=issue.user_id,
            user_name=person.name if person else issue.foreign_name or IN_OVERSEERR.name,
            actor_id=by.id,
            actor_name=by.name,
            media_type=issue.media_type,
            tmdb_id=issue.tmdb_id,
            title=issue.title,
            year=issue.year,
            issue_kind=issue.kind,
            season=issue.season,
            episode=issue.episode,
            status=issue.status,
            message=comment.message if comment else message,
            comment_id=comment.id if comment else None,
            version=issue.version,
        )
    )


def owe_issue(tx: Transaction, issue: Issue, *, now: datetime) -> None:
    """Overseerr has to be told; the job does it as soon as the transaction is through, and until it succeeds."""
    issue.in_line = False
    issue.resumes = 0
    issue.attempted_at = now
    tx.enqueue(SendIssue(issue_id=issue.id))
