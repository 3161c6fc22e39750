"""An issue is resolved, or turns out not to be. Twice the same is one effect."""

from uuid import UUID

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.media.issues import (
    IssueReopened,
    IssueResolved,
    IssueStatus,
    ReopenIssue,
    ResolveIssue,
)
from medianest_media.app import MediaApp
from medianest_media.issue_moves import Actor, changed, owe_issue
from medianest_media.repository.issues import Issues
from medianest_media.use_cases.one_issue import locked_issue

EVENTS = {IssueStatus.RESOLVED: IssueResolved, IssueStatus.OPEN: IssueReopened}


async def resolve_issue(app: MediaApp, command: ResolveIssue) -> Raw:
    return await _settled(app, command.id, IssueStatus.RESOLVED)


async def reopen_issue(app: MediaApp, command: ReopenIssue) -> Raw:
    return await _settled(app, command.id, IssueStatus.OPEN)


async def _settled(app: MediaApp, issue_id: UUID, status: IssueStatus) -> Raw:
    caller, now = require_caller(), app.clock.now()
    async with app.db.transaction() as tx:
        issue = await locked_issue(tx, issue_id, by=caller)
        if issue.status is not status:
            issue.status, issue.status_since, issue.status_owed = status, now, True
            await changed(tx, issue, EVENTS[status], by=Actor.of(caller), now=now)
            owe_issue(tx, issue, now=now)
        return Raw(await Issues(tx.session).shown(issue.id))
