"""Reading the watchlists of those who want it: each with its owner's token, a few at a time, never all at once."""

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import structlog
from sqlalchemy import func, text, update

from medianest_common.contracts.plex.watchlist import WatchlistItem, WatchlistRead
from medianest_common.db import Repository
from medianest_common.errors import MediaNestError, TooManyRequests
from medianest_common.security.encryption import Cell, Undecryptable, UnknownKey
from medianest_plex.adapters.discover import AccountTokenRefused, ReadList
from medianest_plex.app import PlexApp
from medianest_plex.models import Watchlist
from medianest_plex.watchlist_numbers import numbers_of

log = structlog.get_logger()

SIGN_IN = "Sign in with Plex once more, so that your watchlist can be read."
NO_ANSWER = "Plex does not answer when asked for the watchlist. It is asked again by itself."
_AT_A_TIME = 5
_SOON = timedelta(seconds=10)
_SLOW_DOWN = 60.0
_LONGEST_PAUSE = 3_600.0
_KEPT_UNUSED = timedelta(days=1)
_TOLD_AGAIN_SECONDS = 6 * 3_600.0
"""And after a start: an event that was lost is made up for by the next reading after that."""

_DUE = text("""
    update watchlists set next_at = :next
     where user_id in (select user_id from watchlists where wanted and next_at <= :now
                        order by next_at limit :most for update skip locked)
    returning user_id
""")


class Watchlists(Repository[Watchlist]):
    model = Watchlist

    async def forget_account(self, user_id: UUID) -> None:
        """They no longer sign in with Plex."""
        await self.session.execute(
            update(Watchlist).where(Watchlist.user_id == user_id).values(account_token=None, etag=None)
        )


async def read_due(app: PlexApp) -> None:
    """One replica reads each list, whoever else runs."""
    await forget_unused(app)
    rest = app.pace.lists_rest_until
    if not app.settings.watchlist_requests or (rest is not None and app.clock.monotonic() < rest):
        return
    now = app.clock.now()
    async with app.db.transaction() as tx:
        values = {"now": now, "next": now + _wait(app), "most": _AT_A_TIME}
        due: Sequence[UUID] = (await tx.session.execute(_DUE, values)).scalars().all()
    for user_id in due:
        try:
            await read_one(app, user_id)
        except TooManyRequests as slower:
            await _pause(app, slower.retry_after)
            return


async def read_one(app: PlexApp, user_id: UUID) -> None:
    """Raises `TooManyRequests` only: what else goes wrong is told to whom it concerns."""
    async with app.db.transaction() as tx:
        row = await Watchlists(tx.session).get(user_id)
    if row is None or not row.wanted:
        return
    token = token_of(app, row)
    if token is None:
        await _say(app, user_id, problem=SIGN_IN)
        return
    try:
        found = await app.discover.watchlist(token, etag=None if _is_to_be_told(app, user_id) else row.etag)
        if found is None:
            await _unchanged(app, user_id)
            return
        numbers, complete = await numbers_of(app, token, found.titles)
    except TooManyRequests:
        raise
    except AccountTokenRefused:
        await _forget_token(app, user_id, sealed=row.account_token)
        await _say(app, user_id, problem=SIGN_IN)
    except MediaNestError as error:
        log.info("watchlist_not_read", user_id=str(user_id), reason=error.code)
        await _say(app, user_id, problem=NO_ANSWER)
    else:
        await _tell(app, user_id, found, numbers, complete=complete)


def _is_to_be_told(app: PlexApp, user_id: UUID) -> bool:
    """Whether or not anything has changed."""
    told_at = app.pace.lists_told_at.get(user_id)
    return told_at is None or app.clock.monotonic() - told_at > _TOLD_AGAIN_SECONDS


def cell(user_id: UUID) -> Cell:
    return Cell("watchlists", "account_token", user_id)


async def forget_unused(app: PlexApp) -> None:
    """Who only signs in leaves no token behind."""
    async with app.db.transaction() as tx:
        await tx.session.execute(
            update(Watchlist)
            .where(Watchlist.wanted.is_(False), Watchlist.account_token.is_not(None))
            .where(Watchlist.offered_at < app.clock.now() - _KEPT_UNUSED)
            .values(account_token=None)
        )


def token_of(app: PlexApp, row: Watchlist) -> str | None:
    if row.account_token is None:
        return None
    try:
        return app.seal_accounts.open_text(row.account_token, cell=cell(row.user_id))
    except (UnknownKey, Undecryptable) as unreadable:
        log.warning("account_token_unreadable", user_id=str(row.user_id), reason=unreadable.code)
        return None


async def _tell(
    app: PlexApp, user_id: UUID, found: ReadList, numbers: dict[str, int | None], *, complete: bool
) -> None:
    """Of titles whose number is still to be looked up only the keys are told until it has been."""
    items = [
        WatchlistItem(
            rating_key=each.rating_key,
            is_show=each.is_show,
            title=each.title,
            year=each.year,
            tmdb_id=numbers[each.rating_key],
        )
        for each in found.titles
        if each.rating_key in numbers
    ]
    untold = [each.rating_key for each in found.titles if each.rating_key not in numbers] + [*found.unread]
    numbered = all(each.tmdb_id is not None for each in items)
    said = [*(each.model_dump() for each in items), *untold, *([True] if found.nameless else [])]
    digest = sha256(json.dumps(said).encode()).hexdigest()
    now = app.clock.now()
    async with app.db.transaction() as tx:
        row = await Watchlists(tx.session).get(user_id, lock=True)
        if row is None or not row.wanted:
            return
        # A list with something to look up again is read although it has not changed.
        row.etag = found.etag if complete and numbered else None
        if not complete:
            row.next_at = now + _SOON
        # Told again as it is, it may be new to whoever hears it without being new on the list.
        read_before = row.read_at if row.told not in (None, digest) else None
        if row.told != digest or row.problem is not None or _is_to_be_told(app, user_id):
            tx.emit(
                WatchlistRead(
                    user_id=user_id,
                    at=now,
                    items=items,
                    read_before=read_before,
                    untold=untold,
                    has_gaps=found.nameless,
                )
            )
            tx.after_commit(lambda: _note_told(app, user_id))
        row.told, row.problem = digest, None
        row.read_at = None if untold or found.nameless else now


async def _unchanged(app: PlexApp, user_id: UUID) -> None:
    async with app.db.transaction() as tx:
        row = await Watchlists(tx.session).get(user_id, lock=True)
        if row is None or not row.wanted:
            return
        if row.read_at is not None:
            row.read_at = app.clock.now()
        if row.problem is not None:
            # What was told last still holds, and is told with the next reading.
            row.etag, row.next_at = None, app.clock.now()


async def _say(app: PlexApp, user_id: UUID, *, problem: str) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        row = await Watchlists(tx.session).get(user_id, lock=True)
        if row is None or not row.wanted:
            return
        if row.problem == problem and not _is_to_be_told(app, user_id):
            return
        row.problem = problem
        tx.after_commit(lambda: _note_told(app, user_id))
        tx.emit(WatchlistRead(user_id=user_id, at=now, items=None, problem=problem))


async def _note_told(app: PlexApp, user_id: UUID) -> None:
    app.pace.lists_told_at[user_id] = app.clock.monotonic()


async def _forget_token(app: PlexApp, user_id: UUID, *, sealed: str | None) -> None:
    """Unless they have signed in again meanwhile."""
    async with app.db.transaction() as tx:
        await tx.session.execute(
            update(Watchlist)
            .where(Watchlist.user_id == user_id, Watchlist.account_token == sealed)
            .values(account_token=None, etag=None)
        )


async def _pause(app: PlexApp, seconds: float | None) -> None:
    """Plex counts by our address, so everybody's list waits; also of whoever signs in or switches theirs on now."""
    pause = min(max(seconds or _SLOW_DOWN, 1.0), _LONGEST_PAUSE)
    app.pace.lists_rest_until = app.clock.monotonic() + pause
    until: datetime = app.clock.now() + timedelta(seconds=pause)
    log.info("watchlists_paused", seconds=pause)
    async with app.db.transaction() as tx:
        await tx.session.execute(
            update(Watchlist).where(Watchlist.wanted).values(next_at=func.greatest(Watchlist.next_at, until))
        )


def _wait(app: PlexApp) -> timedelta:
    seconds = app.settings.watchlist_seconds
    return timedelta(seconds=seconds * random.uniform(0.85, 1.15))  # noqa: S311 - nothing secret hangs on it
