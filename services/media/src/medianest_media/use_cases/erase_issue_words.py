"""What somebody who has left wrote about an issue goes out of Overseerr too.

Overseerr lets nobody but its author change a comment, so it is changed in the author's name. It cannot do without the
first one, which is the issue's text; another is deleted where it may not be changed.
"""

import structlog

from medianest_common.contracts.media.issues import EraseIssueWords
from medianest_common.contracts.personal import NOBODY
from medianest_media.adapters.backend import BackendRefused
from medianest_media.adapters.issue_desk import DeskComment, IssueDesk, MayNot, issue_desk
from medianest_media.app import MediaApp
from medianest_media.models import Issue, IssueComment
from medianest_media.repository.issues import IssueComments, Issues

log = structlog.get_logger()

ERASED = "Whoever wrote this has left."


async def erase_issue_words(app: MediaApp, job: EraseIssueWords) -> None:
    """Nobody else talks about the title meanwhile, so what was being sent as they left has its number by now."""
    desk = issue_desk(app.backend)
    if desk is None:
        return
    async with app.talking, app.db.transaction() as tx:
        issues = Issues(tx.session)
        issue = await issues.get(job.issue_id)
        if issue is None:
            return
        await issues.alone_with(issue.media_type, issue.tmdb_id)
        await tx.session.refresh(issue)
        if issue.backend_id is None:
            return
        erased = [comment for comment in await IssueComments(tx.session).of(issue) if _is_empty(comment)]
        title = await desk.title(issue.media_type, issue.tmdb_id)
        if title is None or issue.backend_id not in title.issue_ids:
            return  # it was deleted over there
        there = await desk.issue(issue.backend_id)
        numbers = {comment.backend_id for comment in erased}
        if _is_empty(issue) and there.first is not None:
            numbers.add(there.first)
        for comment in there.comments:
            if comment.id in numbers:
                await _erase(desk, comment, first=comment.id == there.first)
        unread = numbers & set(there.numbers) - {comment.id for comment in there.comments}
        if unread or (_is_empty(issue) and there.first is None):
            log.warning("issue_text_stays_in_overseerr", issue=there.id, reason="not to be read")


def _is_empty(written: Issue | IssueComment) -> bool:
    return written.user_id == NOBODY and not written.message


async def _erase(desk: IssueDesk, comment: DeskComment, *, first: bool) -> None:
    if comment.message == ERASED:
        return
    try:
        await desk.reword(comment.id, ERASED, as_user=comment.user.id)
    except (MayNot, BackendRefused) as refused:
        if first:
            log.warning("issue_text_stays_in_overseerr", comment=comment.id, reason=refused.code)
        else:
            await desk.delete_comment(comment.id)
