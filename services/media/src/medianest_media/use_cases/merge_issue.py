"""Take over what Overseerr says of an issue. What we said there ourselves is known by its number: there is no echo."""

from datetime import datetime

from sqlalchemy import select

from medianest_common.clock import uuid7
from medianest_common.contracts.media.issues import IssueCommented, IssueStatus
from medianest_common.db import Transaction
from medianest_media.adapters.issue_desk import DeskIssue, DeskUser
from medianest_media.app import MediaApp
from medianest_media.issue_moves import IN_OVERSEERR, Actor, changed
from medianest_media.models import Issue, IssueComment, Person
from medianest_media.repository.issues import IssueComments
from medianest_media.use_cases.settle_issue import EVENTS


async def merge_issue(
    app: MediaApp, tx: Transaction, issue: Issue, twin: DeskIssue, *, quietly: bool = False
) -> None:
    """The issue is locked, and `twin` was read while nobody else talked about it. What is owed there goes first."""
    now = app.clock.now()
    issue.checked_at = now
    await _new_comments(tx, issue, twin, now=now, quietly=quietly)
    if issue.status is twin.status or issue.status_owed or not issue.in_line:
        return
    issue.status, issue.status_since = IssueStatus(twin.status), now
    await changed(tx, issue, EVENTS[twin.status], by=IN_OVERSEERR, now=now, quietly=quietly)


async def author_of(tx: Transaction, user: DeskUser) -> Person | None:
    """Whom of ours Overseerr means, if anybody: matched by the Plex account, or as whom we have acted there.

    Whoever is known from an import only has no account here, so nobody could see it as theirs.
    """
    if user.plex_id is not None:
        ours = Person.plex_id == user.plex_id
    elif user.id is not None:
        ours = Person.backend_user_id == user.id
    else:
        return None
    found = select(Person).where(ours, Person.erased_at.is_(None), Person.imported.is_(False))
    # Nobody leaves while something is being written down as theirs.
    return (
        await tx.session.scalars(found.order_by(Person.id).limit(1).with_for_update(read=True))
    ).one_or_none()


async def _new_comments(
    tx: Transaction, issue: Issue, twin: DeskIssue, *, now: datetime, quietly: bool
) -> None:
    comments = IssueComments(tx.session)
    known = {comment.backend_id for comment in await comments.of(issue)}
    for said in twin.answers:
        if said.id in known or not said.message:
            continue
        person = await author_of(tx, said.user)
        comment = IssueComment(
            id=uuid7(),
            issue_id=issue.id,
            user_id=person.id if person else None,
            foreign_name=None if person else said.user.name,
            message=said.message,
            backend_id=said.id,
            created_at=said.created_at,
        )
        await comments.add(comment)
        issue.comment_count += 1
        by = Actor(person.id, person.name) if person else Actor(None, said.user.name)
        await changed(tx, issue, IssueCommented, by=by, now=now, comment=comment, quietly=quietly)
