"""What runs by the clock for issues: whatever webhooks and queues do, a look at Overseerr sets things right."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import structlog
from sqlalchemy import select

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.issues import SendIssue
from medianest_common.errors import MediaNestError
from medianest_media.adapters.issue_desk import IssueDesk, issue_desk
from medianest_media.app import MediaApp
from medianest_media.errors import BeingSent
from medianest_media.models import Issue
from medianest_media.repository.issues import Issues
from medianest_media.use_cases.look_at_issues import look_at_issues
from medianest_media.use_cases.report_issue import HOUR

log = structlog.get_logger()

TICK_SECONDS = 1.0
_NOBODY_TRIED_FOR = timedelta(seconds=90)
_LOOK_AGAIN_AFTER = timedelta(minutes=10)
"""At issues that are open there, since a comment does not always show in the list of changes."""
_MOST_OWED = 200
_MOST_LOOKS = 20
_ROUND_SECONDS = 30.0


async def poll_issues(app: MediaApp) -> None:
    """Every `media_poll_seconds`, while there is somewhere to pass issues on to."""
    watch, now = app.watch, app.clock.monotonic()
    last = watch.issues_polled_at
    if last is not None and now - last < app.settings.media_poll_seconds:
        return
    watch.issues_polled_at = now
    async with app.db.transaction() as tx:
        await Issues(tx.session).forget_removed(before=app.clock.now() - HOUR)
    desk = issue_desk(app.backend)
    if desk is None:
        return
    await resume_owed_issues(app)
    try:
        async with asyncio.timeout(_ROUND_SECONDS):
            await _look(app, await _changed(app, desk))
            await _look(app, await _due(app))
    except (MediaNestError, TimeoutError) as error:
        log.info("issues_not_looked_at", reason=getattr(error, "detail", "") or type(error).__name__)


async def resume_owed_issues(app: MediaApp) -> None:
    """Issues that Overseerr does not know as they stand, and whose job nobody has tried lately."""
    now = app.clock.now()
    async with app.db.transaction() as tx:
        issues = Issues(tx.session)
        owed = await issues.owed(now=now, untried_for=_NOBODY_TRIED_FOR, limit=_MOST_OWED)
        for issue_id in owed:
            tx.enqueue(SendIssue(issue_id=issue_id))
        if owed:
            await issues.resumed(owed, at=now)


async def _changed(app: MediaApp, desk: IssueDesk) -> list[tuple[MediaType, int]]:
    """Titles with an issue that is new to us, or has changed there since we looked."""
    mentions = await desk.changed_lately()
    if not mentions:
        return []
    statement = select(Issue.backend_id, Issue.checked_at).where(
        Issue.backend_id.in_([mention.id for mention in mentions])
    )
    async with app.db.read() as connection:
        checked = {row.backend_id: row.checked_at for row in await connection.execute(statement)}
    return [
        (mention.media_type, mention.tmdb_id)
        for mention in mentions
        # Times over there have whole seconds.
        if mention.id not in checked or checked[mention.id] <= mention.changed_at + timedelta(seconds=1)
    ]


async def _due(app: MediaApp) -> list[tuple[MediaType, int]]:
    async with app.db.transaction() as tx:
        before = app.clock.now() - _LOOK_AGAIN_AFTER
        return list(await Issues(tx.session).due(before=before, limit=_MOST_LOOKS))


async def _look(app: MediaApp, titles: Iterable[tuple[MediaType, int]]) -> None:
    for media_type, tmdb_id in dict.fromkeys(titles):
        try:
            await look_at_issues(app, media_type, tmdb_id)
        except BeingSent:
            continue
        except MediaNestError as error:
            log.info("title_issues_not_looked_at", tmdb_id=tmdb_id, reason=error.detail or error.code)
