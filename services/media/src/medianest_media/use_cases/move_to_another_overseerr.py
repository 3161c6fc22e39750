"""What one Overseerr called by a number is called otherwise by the next. Requests are told to it by `hand_over`."""

from sqlalchemy import select, update

from medianest_common.contracts.integrations import IntegrationKind
from medianest_common.contracts.media.issues import IssueStatus, SendIssue
from medianest_common.db import Transaction
from medianest_common.integrations import Kind
from medianest_media.models import Issue, IssueComment, Person


async def move_to_another_overseerr(tx: Transaction, kind: Kind) -> None:
    """Issues that are open are told to it as well, unless it has the same already; those that are over stay here."""
    if kind.kind is not IntegrationKind.OVERSEERR:
        return
    session = tx.session
    await session.execute(
        update(Person).where(Person.backend_user_id.is_not(None)).values(backend_user_id=None)
    )
    told = select(Issue.id).where(Issue.backend_id.is_not(None))
    await session.execute(
        update(IssueComment)
        .where(IssueComment.backend_id.is_not(None), IssueComment.issue_id.in_(told))
        .values(backend_id=None)
    )
    statement = (
        update(Issue)
        .where(Issue.backend_id.is_not(None))
        .values(backend_id=None, in_line=Issue.status != IssueStatus.OPEN, waiting_reason=None)
        .returning(Issue.id, Issue.status)
    )
    for issue_id, status in (await session.execute(statement)).all():
        if status is IssueStatus.OPEN:
            tx.enqueue(SendIssue(issue_id=issue_id))
