"""An issue is taken back: by whoever reported it while nobody else has said anything, by administrators at any time.

The row stays, unseen, until Overseerr has been told, and for the hour in which it counts against the limit.
"""

from sqlalchemy import or_

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.media.issues import DeleteIssue, IssueDeleted
from medianest_common.errors import Forbidden
from medianest_media.app import MediaApp
from medianest_media.issue_moves import Actor, changed, owe_issue
from medianest_media.models import IssueComment
from medianest_media.repository.issues import IssueComments
from medianest_media.use_cases.one_issue import locked_issue, sees_all


async def delete_issue(app: MediaApp, command: DeleteIssue) -> Nothing:
    caller, now = require_caller(), app.clock.now()
    async with app.db.transaction() as tx:
        issue = await locked_issue(tx, command.id, by=caller)
        others = or_(IssueComment.user_id.is_(None), IssueComment.user_id != caller.user_id)
        if not sees_all(caller) and await IssueComments(tx.session).count(
            IssueComment.issue_id == issue.id, others
        ):
            raise Forbidden("Somebody has answered. Ask an administrator to delete it, or resolve it.")
        issue.removed = True
        await changed(tx, issue, IssueDeleted, by=Actor.of(caller), now=now)
        owe_issue(tx, issue, now=now)
        return Nothing()
