"""A person wants to hear nothing of one title, for good or until a moment."""

from datetime import UTC, datetime, timedelta

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.notifications.preferences import (
    MOST_MUTES,
    ListMutes,
    Mute,
    MuteTitle,
    UnmuteTitle,
)
from medianest_common.errors import Conflict, FieldError, Invalid, NotFound
from medianest_common.paging import InvalidCursor, decode_cursor, encode_cursor
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Mute as MuteRow
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.preferences import Mutes
from medianest_notifications.use_cases.plan_again import plan_again

_ORDER = "mutes"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class TooManyMutes(Conflict):
    title = "You have muted as many titles as one person can"


async def mute_title(app: NotificationsApp, command: MuteTitle) -> Mute:
    """Muted again it has the new end. What waits about it is not sent."""
    user_id, now = require_caller().user_id, app.clock.now()
    if command.until is not None and command.until <= now:
        raise Invalid(errors=[FieldError("until", "has to lie in the future")])
    async with app.db.transaction() as tx:
        if await Recipients(tx.session).has_left(user_id):
            raise NotFound("There is no such person any more.")
        mutes = Mutes(tx.session)
        await mutes.take_turns(user_id)
        mine = MuteRow.user_id == user_id
        key = {"user_id": user_id, "media_type": command.media_type, "tmdb_id": command.tmdb_id}
        row = await mutes.get((user_id, command.media_type, command.tmdb_id))
        if row is None and await mutes.count(mine) >= MOST_MUTES:
            raise TooManyMutes("Unmute one first.")
        if row is None:
            row = await mutes.add(MuteRow(**key, title=command.title, until=command.until, created_at=now))
        row.title, row.until = command.title, command.until
        await tx.session.flush()
        await plan_again(app, tx, user_id)
    return _shown(row)


async def unmute_title(app: NotificationsApp, command: UnmuteTitle) -> Nothing:
    """Raises `NotFound` for what is not muted."""
    async with app.db.transaction() as tx:
        gone = await Mutes(tx.session).delete(
            MuteRow.user_id == require_caller().user_id,
            MuteRow.media_type == command.media_type,
            MuteRow.tmdb_id == command.tmdb_id,
        )
    if not gone:
        raise NotFound("That title is not muted.")
    return Nothing()


async def list_mutes(app: NotificationsApp, query: ListMutes) -> Page[Mute]:
    """The caller's, newest first, without those that are over."""
    below = _key_in(query.cursor) if query.cursor else None
    async with app.db.transaction() as tx:
        rows = await Mutes(tx.session).page(
            require_caller().user_id, below=below, now=app.clock.now(), limit=query.limit
        )
    items = [_shown(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    return Page(items=items, next_cursor=_cursor(rows[query.limit - 1]) if more else None)


def _key_in(cursor: str) -> tuple[datetime, int, str]:
    moment, tmdb_id, media_type = decode_cursor(cursor, _ORDER, int, int, str)
    try:
        return _EPOCH + moment * _MICROSECOND, tmdb_id, media_type
    except OverflowError:
        raise InvalidCursor("Start again from the first page.") from None


def _cursor(row: MuteRow) -> str:
    moment = (row.created_at - _EPOCH) // _MICROSECOND
    return encode_cursor(_ORDER, moment, row.tmdb_id, row.media_type.value)


def _shown(row: MuteRow) -> Mute:
    return Mute(
        media_type=row.media_type,
        tmdb_id=row.tmdb_id,
        title=row.title,
        until=row.until,
        created_at=row.created_at,
    )
