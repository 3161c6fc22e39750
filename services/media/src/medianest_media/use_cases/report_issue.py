"""Somebody says that something is wrong with a film or a show.

As with requests it is saved first and passed on to Overseerr after.
"""

from datetime import timedelta

from medianest_common.bus import Raw, require_caller
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.issues import CreateIssue, IssueCreated, IssueStatus
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid
from medianest_media.app import MediaApp
from medianest_media.errors import TooManyIssues
from medianest_media.issue_moves import Actor, changed, owe_issue
from medianest_media.models import Issue
from medianest_media.repository import People
from medianest_media.repository.issues import Issues
from medianest_media.use_cases.known_name import KnownName, known_name

HOUR = timedelta(hours=1)


async def report_issue(app: MediaApp, command: CreateIssue) -> Raw:
    """Raises `TitleUnknown`, `TooManyIssues`, `Invalid`."""
    caller = require_caller()
    _check_place(command)
    known = await known_name(app, command.media_type, command.tmdb_id)
    _check_existence(command, known)
    now = app.clock.now()
    async with app.db.transaction() as tx:
        await People(tx.session).in_turn(caller)
        await _check_number(app, tx, caller)
        issue = Issue(
            id=uuid7(),
            user_id=caller.user_id,
            media_type=command.media_type,
            tmdb_id=command.tmdb_id,
            title=known.title,
            year=known.year,
            poster_path=known.poster_path,
            kind=command.issue_kind,
            season=command.season,
            episode=command.episode,
            message=command.message,
            status=IssueStatus.OPEN,
            status_since=now,
            comment_count=0,
            version=0,
            in_line=False,
            attempted_at=now,
            checked_at=now,
            created_at=now,
            updated_at=now,
        )
        tx.session.add(issue)
        await tx.session.flush()
        await changed(tx, issue, IssueCreated, by=Actor.of(caller), now=now, message=issue.message)
        owe_issue(tx, issue, now=now)
        return Raw(await Issues(tx.session).shown(issue.id))


def _check_place(command: CreateIssue) -> None:
    if command.media_type is MediaType.MOVIE and command.season is not None:
        raise Invalid(errors=[FieldError("season", "A film has no seasons.")])
    if command.episode is not None and command.season is None:
        raise Invalid(errors=[FieldError("episode", "Say which season the episode belongs to.")])


def _check_existence(command: CreateIssue, known: KnownName) -> None:
    """As far as anybody can say: a season that is not known to be wrong is taken."""
    if command.season is None or known.episodes is None:
        return
    if command.season not in known.episodes:
        raise Invalid(errors=[FieldError("season", "There is no such season, or it has no episodes yet.")])
    if command.episode is not None and command.episode > known.episodes[command.season]:
        raise Invalid(errors=[FieldError("episode", "The season has no such episode.")])


async def _check_number(app: MediaApp, tx: Transaction, caller: Caller) -> None:
    """People wait in their own row, so that many at once cannot each be the last one allowed."""
    limit = app.settings.issues_per_hour
    since = app.clock.now() - HOUR
    if not caller.is_admin and await Issues(tx.session).written_since(caller.user_id, since) >= limit:
        raise TooManyIssues(f"You may report {limit} issues in an hour. Try again later.", retry_after=600)
