"""Read what Overseerr has on a title's issues. Webhooks and the clock say where to look; the truth is read here."""

import asyncio
from datetime import timedelta

import structlog

from medianest_common.clock import uuid7
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.issues import IssueCreated, IssueStatus
from medianest_common.db import Transaction
from medianest_media.adapters.issue_desk import DeskIssue, issue_desk
from medianest_media.app import MediaApp
from medianest_media.integrations import is_still_there
from medianest_media.issue_moves import Actor, changed
from medianest_media.models import Issue, Person
from medianest_media.repository.issues import Issues
from medianest_media.use_cases.issue_twin import is_twin
from medianest_media.use_cases.known_name import KnownName, known_name
from medianest_media.use_cases.merge_issue import author_of, merge_issue

log = structlog.get_logger()

_OLD_NEWS = timedelta(hours=24)
"""What was reported there longer ago is taken over without telling anybody."""
_MOST_ISSUES = 50
_SECONDS = 20.0


async def look_at_issues(app: MediaApp, media_type: MediaType, tmdb_id: int) -> None:
    desk = issue_desk(app.backend)
    if desk is None:
        return
    known = await known_name(app, media_type, tmdb_id)
    async with app.talking, app.db.transaction() as tx:
        issues = Issues(tx.session)
        await issues.alone_with(media_type, tmdb_id)
        async with asyncio.timeout(_SECONDS):
            title = await desk.title(media_type, tmdb_id)
            ids = title.issue_ids[-_MOST_ISSUES:] if title else ()
            twins = [await desk.issue(issue_id) for issue_id in ids]
        if not await is_still_there(tx, app.overseerr_place):
            return
        ours = {issue.backend_id: issue for issue in await issues.of_title(media_type, tmdb_id)}
        for twin in twins:
            issue = ours.get(twin.id)
            if issue is not None:
                await _take_over(app, tx, issue, twin)
            # Without its words it would stand here for good.
            elif (twin.report or not twin.numbers) and not await _is_being_sent(tx, twin):
                await _adopt(app, tx, twin, known)
        if title is None or len(title.issue_ids) <= _MOST_ISSUES:
            await _gone(app, tx, [issue for number, issue in ours.items() if number and number not in ids])


async def _take_over(app: MediaApp, tx: Transaction, issue: Issue, twin: DeskIssue) -> None:
    await tx.session.refresh(issue, with_for_update=True)
    if not issue.removed:
        await merge_issue(app, tx, issue, twin)


async def _is_being_sent(tx: Transaction, twin: DeskIssue) -> bool:
    """One of ours whose answer was lost: the job that sends it finds it there."""
    for issue in await Issues(tx.session).of_title(twin.media_type, twin.tmdb_id):
        person = await tx.session.get(Person, issue.user_id) if issue.user_id else None
        if (
            issue.backend_id is None
            and not issue.in_line
            and is_twin(twin, issue, person.name if person else "")
        ):
            return True
    return False


async def _adopt(app: MediaApp, tx: Transaction, twin: DeskIssue, known: KnownName) -> None:
    """Somebody has reported it in Overseerr."""
    now = app.clock.now()
    person = await author_of(tx, twin.user)
    issue = Issue(
        id=uuid7(),
        user_id=person.id if person else None,
        foreign_name=None if person else twin.user.name,
        media_type=twin.media_type,
        tmdb_id=twin.tmdb_id,
        title=known.title,
        year=known.year,
        poster_path=known.poster_path,
        kind=twin.kind,
        season=twin.season,
        episode=twin.episode,
        message=twin.message,
        status=IssueStatus.OPEN,
        status_since=twin.created_at,
        comment_count=0,
        version=0,
        in_line=True,
        status_owed=False,
        removed=False,
        backend_id=twin.id,
        attempted_at=now,
        checked_at=now,
        created_at=twin.created_at,
        updated_at=now,
    )
    tx.session.add(issue)
    await tx.session.flush()
    quietly = now - twin.created_at > _OLD_NEWS
    by = Actor(person.id, person.name) if person else Actor(None, twin.user.name)
    await changed(tx, issue, IssueCreated, by=by, now=now, message=issue.message, quietly=quietly)
    await merge_issue(app, tx, issue, twin, quietly=quietly)


async def _gone(app: MediaApp, tx: Transaction, issues: list[Issue]) -> None:
    """Deleted there. What people said here stays here."""
    for issue in issues:
        await tx.session.refresh(issue, with_for_update=True)
        issue.checked_at = app.clock.now()
        if issue.in_line and not issue.removed:
            issue.waiting_reason = "It was deleted in Overseerr."
