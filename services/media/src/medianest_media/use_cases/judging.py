"""Whether a request approves itself: by who makes it, else by the rules."""

from collections.abc import Sequence

from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.allowing import Fit
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.models import Person, Request
from medianest_media.moves import move
from medianest_media.repository import Rules
from medianest_media.rules import Case, verdict


async def judge(
    app: MediaApp,
    tx: Transaction,
    request: Request,
    *,
    person: Person,
    genres: Sequence[str] | None,
    size: int | None,
    by: Caller | None = None,
    ruled: bool = True,
) -> None:
    """`genres` None: nobody could say what kind of title it is, and `size` None, how many seasons the show has. Then a
    rule that asks for it is looked at later. Not `ruled`, there is no rule to look at."""
    if by is not None and by.is_admin:
        await move(tx, request, RequestStatus.APPROVED, now=app.clock.now(), by=by)
        return
    if not ruled:
        return
    case = case_of(request, person=person, genres=genres, size=size)
    found = verdict(await Rules(tx.session).in_order(), case)
    request.unjudged = found.fit is Fit.UNKNOWN
    if found.approves and found.rule is not None:
        reason = f"By the rule “{found.rule.name}”."
        await move(tx, request, RequestStatus.APPROVED, now=app.clock.now(), reason=reason)


def case_of(request: Request, *, person: Person, genres: Sequence[str] | None, size: int | None) -> Case:
    return Case(
        role=person.role,
        user_id=person.id,
        media_type=request.media_type,
        is_4k=request.is_4k,
        genres=None if genres is None else tuple(genres),
        year=request.year,
        seasons=size,
    )
