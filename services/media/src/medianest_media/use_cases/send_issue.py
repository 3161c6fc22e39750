"""Make Overseerr know an issue as it stands. Safe to run any number of times: it looks before it acts."""

import asyncio
from collections.abc import Sequence

import structlog

from medianest_common.contracts.media.issues import IssueStatus, SendIssue
from medianest_common.db import Transaction
from medianest_common.errors import MediaNestError, TimedOut, Unavailable
from medianest_media.adapters.backend import BackendRefused
from medianest_media.adapters.issue_desk import DeskIssue, IssueDesk, issue_desk
from medianest_media.app import MediaApp
from medianest_media.errors import BeingSent
from medianest_media.integrations import is_still_there
from medianest_media.models import Issue, IssueComment, Person
from medianest_media.repository.issues import IssueComments, Issues
from medianest_media.use_cases.issue_twin import Told, file_issue, is_twin, pass_on, same_words, settle
from medianest_media.use_cases.merge_issue import merge_issue

log = structlog.get_logger()

_SECONDS = 40.0
_UNKNOWN = "It stays here, since Overseerr does not know this title."


async def send_issue(app: MediaApp, job: SendIssue) -> None:
    """Raises what is transient, for another attempt later; meanwhile the issue says what it waits for."""
    desk = issue_desk(app.backend)
    if desk is None:
        return  # it is sent when there is a desk to send it to
    try:
        async with app.talking, app.db.transaction() as tx:
            issues = Issues(tx.session)
            issue = await issues.get(job.issue_id)
            if issue is None or issue.in_line:
                return
            await issues.alone_with(issue.media_type, issue.tmdb_id)
            await tx.session.refresh(issue)
            if not issue.in_line:
                await _bring_in_line(app, tx, desk, issue)
    except BeingSent:
        raise
    except MediaNestError as error:
        await _say_why(app, job, error)
        raise


async def _bring_in_line(app: MediaApp, tx: Transaction, desk: IssueDesk, issue: Issue) -> None:
    version, removed = issue.version, issue.removed
    comments = await IssueComments(tx.session).of(issue)
    try:
        async with asyncio.timeout(_SECONDS):
            told = await _tell(app, tx, desk, issue, comments)
    except BackendRefused as error:
        told = Told(held_because=error.detail)
    except TimeoutError:
        raise TimedOut("Overseerr takes too long.", upstream="Overseerr") from None
    if not await is_still_there(tx, app.overseerr_place):
        raise Unavailable("Another Overseerr was set meanwhile, which is told of it.", retry_after=1)
    await tx.session.flush()
    await tx.session.refresh(issue, with_for_update=True)
    if told.twin is not None:
        issue.backend_id = told.twin.id
    if issue.version != version:
        return  # somebody did something in the meantime; the job that came with it does the rest
    issue.in_line, issue.status_owed = True, False
    if removed:
        issue.backend_id = None
        return
    issue.waiting_reason = told.held_because
    issue.checked_at = app.clock.now()
    if told.twin is not None:
        await merge_issue(app, tx, issue, told.twin)


async def _tell(
    app: MediaApp, tx: Transaction, desk: IssueDesk, issue: Issue, comments: Sequence[IssueComment]
) -> Told:
    title = await desk.title(issue.media_type, issue.tmdb_id)
    if title is None:
        return Told(held_because=_UNKNOWN)
    person = await tx.session.get(Person, issue.user_id) if issue.user_id else None
    twin = None
    if issue.backend_id in title.issue_ids:
        twin = await desk.issue(issue.backend_id)
    elif issue.backend_id is None:
        twin = await _filed_before(tx, desk, title.issue_ids, issue, person.name if person else "")
    if issue.removed:
        if twin is not None:
            await desk.delete(twin.id)
        return Told()
    if twin is None and issue.backend_id is not None:
        return Told(held_because="It was deleted in Overseerr.")
    if twin is None and (issue.status is IssueStatus.RESOLVED or not issue.message):
        return Told()  # it was over, or whoever reported it had left, before anybody there heard of it
    if twin is None:
        twin = await file_issue(app, desk, title, issue, person)
    twin = await _comments_passed_on(app, tx, desk, twin, comments)
    return Told(twin=await settle(desk, twin, issue.status) if issue.status_owed else twin)


async def _filed_before(
    tx: Transaction, desk: IssueDesk, ids: Sequence[int], issue: Issue, name: str
) -> DeskIssue | None:
    """An answer to our POST may have been lost."""
    others = {
        other.backend_id for other in await Issues(tx.session).of_title(issue.media_type, issue.tmdb_id)
    }
    for issue_id in ids:
        if issue_id not in others:
            candidate = await desk.issue(issue_id)
            if is_twin(candidate, issue, name):
                return candidate
    return None


async def _comments_passed_on(
    app: MediaApp, tx: Transaction, desk: IssueDesk, twin: DeskIssue, comments: Sequence[IssueComment]
) -> DeskIssue:
    known = {comment.backend_id for comment in comments}
    for comment in comments:
        if comment.backend_id is not None or not comment.message:
            continue
        person = await tx.session.get(Person, comment.user_id) if comment.user_id else None
        name = person.name if person else ""
        sent = [c.id for c in twin.answers if c.id not in known and same_words(c, comment.message, name)]
        if sent:
            comment.backend_id = sent[0]
        else:
            twin, comment.backend_id = await pass_on(app, desk, twin, comment, person)
        known.add(comment.backend_id)
    return twin


async def _say_why(app: MediaApp, job: SendIssue, error: MediaNestError) -> None:
    reason = f"{(error.detail or error.title).rstrip('.')}. It is tried again by itself."
    async with app.db.transaction() as tx:
        await Issues(tx.session).waits(job.issue_id, reason=reason, at=app.clock.now())
