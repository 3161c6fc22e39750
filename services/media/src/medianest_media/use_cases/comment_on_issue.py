"""Whoever reported an issue and administrators talk about it."""

from medianest_common.bus import Raw, require_caller
from medianest_common.clock import uuid7
from medianest_common.contracts.media.issues import CommentOnIssue, IssueCommented
from medianest_media.app import MediaApp
from medianest_media.errors import TooManyIssues
from medianest_media.issue_moves import Actor, changed, owe_issue
from medianest_media.models import IssueComment
from medianest_media.repository import People
from medianest_media.repository.issues import IssueComments, Issues
from medianest_media.use_cases.one_issue import locked_issue
from medianest_media.use_cases.report_issue import HOUR


async def comment_on_issue(app: MediaApp, command: CommentOnIssue) -> Raw:
    caller, now = require_caller(), app.clock.now()
    limit = app.settings.issue_comments_per_hour
    async with app.db.transaction() as tx:
        await People(tx.session).in_turn(caller)
        issue = await locked_issue(tx, command.id, by=caller)
        comments = IssueComments(tx.session)
        if not caller.is_admin and await comments.written_since(caller.user_id, now - HOUR) >= limit:
            raise TooManyIssues(
                f"You may write {limit} comments in an hour. Try again later.", retry_after=600
            )
        comment = IssueComment(
            id=uuid7(), issue_id=issue.id, user_id=caller.user_id, message=command.message, created_at=now
        )
        await comments.add(comment)
        issue.comment_count += 1
        await changed(tx, issue, IssueCommented, by=Actor.of(caller), now=now, comment=comment)
        owe_issue(tx, issue, now=now)
        return Raw(await Issues(tx.session).shown(issue.id))
