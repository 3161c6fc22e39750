"""What is wrong with something in the library."""

from medianest_common.bus import Raw
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.media import issues
from medianest_media import issue_clock
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.comment_on_issue import comment_on_issue
from medianest_media.use_cases.delete_issue import delete_issue
from medianest_media.use_cases.erase_issue_words import erase_issue_words
from medianest_media.use_cases.get_issue import get_issue, list_issue_comments
from medianest_media.use_cases.list_issues import list_issues
from medianest_media.use_cases.report_issue import report_issue
from medianest_media.use_cases.send_issue import send_issue
from medianest_media.use_cases.settle_issue import reopen_issue, resolve_issue


@handlers.rpc
async def on_create_issue(command: issues.CreateIssue, app: MediaApp) -> Raw:
    return await report_issue(app, command)


@handlers.rpc
async def on_list_issues(query: issues.ListIssues, app: MediaApp) -> Raw:
    return await list_issues(app, query)


@handlers.rpc
async def on_get_issue(query: issues.GetIssue, app: MediaApp) -> Raw:
    return await get_issue(app, query)


@handlers.rpc
async def on_list_issue_comments(query: issues.ListIssueComments, app: MediaApp) -> Raw:
    return await list_issue_comments(app, query)


@handlers.rpc
async def on_comment_on_issue(command: issues.CommentOnIssue, app: MediaApp) -> Raw:
    return await comment_on_issue(app, command)


@handlers.rpc
async def on_resolve_issue(command: issues.ResolveIssue, app: MediaApp) -> Raw:
    return await resolve_issue(app, command)


@handlers.rpc
async def on_reopen_issue(command: issues.ReopenIssue, app: MediaApp) -> Raw:
    return await reopen_issue(app, command)


@handlers.rpc
async def on_delete_issue(command: issues.DeleteIssue, app: MediaApp) -> Nothing:
    return await delete_issue(app, command)


@handlers.job(concurrency=2, ack_wait=60)
async def on_send_issue(job: issues.SendIssue, app: MediaApp) -> None:
    await send_issue(app, job)


@handlers.job(concurrency=1, ack_wait=60)
async def on_erase_issue_words(job: issues.EraseIssueWords, app: MediaApp) -> None:
    await erase_issue_words(app, job)


handlers.every(issue_clock.TICK_SECONDS)(issue_clock.poll_issues)
