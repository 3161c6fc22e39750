"""Somebody whose requests were imported before they had an account has one now."""

from uuid import UUID

from sqlalchemy import select, text, update

from medianest_common.db import Transaction
from medianest_media.models import History, Person, Request
from medianest_media.repository import People

_HAND_OVER_COUNTS = text("""
    with theirs as (delete from request_counts where user_id = :from returning media_type, status, n)
    insert into request_counts as c (user_id, media_type, status, n)
    select cast(:to as uuid), media_type, status, n from theirs where n <> 0 order by media_type, status
    on conflict (user_id, media_type, status) do update set n = c.n + excluded.n
""")
_HAND_OVER_MONTHS = text("""
    with theirs as (delete from request_months where user_id = :from returning month, media_type, n)
    insert into request_months as m (user_id, month, media_type, n)
    select cast(:to as uuid), month, media_type, n from theirs order by month, media_type
    on conflict (user_id, month, media_type) do update set n = m.n + excluded.n
""")
_HAND_OVER_WAITS = text("""
    with theirs as (delete from request_waits where user_id = :from returning step, n)
    insert into request_waits as w (user_id, step, n)
    select cast(:to as uuid), step, n from theirs order by step
    on conflict (user_id, step) do update set n = w.n + excluded.n
""")


async def take_over_imported(tx: Transaction, user_id: UUID, plex_id: int) -> None:
    """What waited for this Plex account is theirs. The caller sees to it that nobody else tells of this account."""
    person = await People(tx.session).get(user_id, lock=True)
    if person is None or person.erased_at is not None or person.imported or person.plex_id != plex_id:
        return
    waiting = select(Person).where(Person.plex_id == plex_id, Person.imported).with_for_update()
    for stranger in (await tx.session.scalars(waiting)).all():
        await hand_over_counts(tx, stranger.id, to=user_id)
        await tx.session.execute(
            update(Request).where(Request.user_id == stranger.id).values(user_id=user_id)
        )
        theirs = update(History).where(History.actor_id == stranger.id)
        await tx.session.execute(theirs.values(actor_id=user_id, actor_name=person.name))
        stranger.name, stranger.plex_id, stranger.backend_user_id = "", None, None


async def hand_over_counts(tx: Transaction, giver: UUID, *, to: UUID) -> None:
    """All that is counted of one person's requests is from now on counted as another's."""
    for statement in (_HAND_OVER_COUNTS, _HAND_OVER_MONTHS, _HAND_OVER_WAITS):
        await tx.session.execute(statement, {"from": giver, "to": to})
