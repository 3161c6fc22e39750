"""One issue, for whoever reported it and for administrators. To others it does not exist."""

from uuid import UUID

from medianest_common.contracts.identity import Caller, Permission
from medianest_common.db import Transaction
from medianest_common.errors import NotFound
from medianest_media.models import Issue
from medianest_media.repository.issues import Issues

NO_SUCH_ISSUE = "There is no such issue."


def sees_all(caller: Caller) -> bool:
    return caller.may(Permission.MANAGE_ISSUES)


async def locked_issue(tx: Transaction, issue_id: UUID, *, by: Caller) -> Issue:
    issue = await Issues(tx.session).get(issue_id, lock=True)
    if issue is None or issue.removed or not (sees_all(by) or issue.user_id == by.user_id):
        raise NotFound(NO_SUCH_ISSUE)
    return issue
