"""Look at a list that somebody follows: at its feed if that says enough, at its newest, or at all of it."""

from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta

from medianest_common.contracts.youtube import LinkKind
from medianest_common.contracts.youtube.subscriptions import Backfill
from medianest_youtube.adapters import feeds
from medianest_youtube.app import YoutubeApp
from medianest_youtube.failures import NotToBeHad, Retry, consequence
from medianest_youtube.following import End, entry_of, is_old, taker_of
from medianest_youtube.models import ListEntry, Subscription
from medianest_youtube.plex_collections import keep_the_collection
from medianest_youtube.reading import held, list_link, make_way, pages_of, youtube_answers
from medianest_youtube.repository.lists import Lists
from medianest_youtube.schedule import next_check
from medianest_youtube.taking import Wanted, take
from medianest_youtube.urls import PlaylistLink
from medianest_youtube.wanted import Filters, Skip, hindrance
from medianest_youtube.worker.lines import EntriesFound, Entry, ListFound

_ALL_EVERY = timedelta(hours=24)
_PARKED_FOR = timedelta(days=60)
_MOST_OF_HEAD = 500
_CHUNK = 50


@dataclass
class Look:
    """`window` are those of the past that are wanted, where only the newest are; None: known when all is read."""

    end: End
    window: frozenset[str] | None = None
    signed_in: bool = False
    """There are the cookies of an account."""
    top: int = 0
    """Where the first of what is read stands in the list: the newest come before all that was known."""
    skipped: Counter[str] = field(default_factory=Counter)


async def look_at_subscription(app: YoutubeApp, subscription: Subscription) -> None:
    signed_in = await app.cookies.load() is not None
    if not _all_is_due(app, subscription):
        assert subscription.list_id is not None
        closer = await _needs_closer_look(app, subscription, subscription.list_id)
        if closer is None:
            await _finish(app, subscription, Look(End.FEED))
            return
        if closer is End.NEWEST:
            look = Look(End.NEWEST, await _window(app, subscription), signed_in=signed_in)
            if await _read_newest(app, subscription, look):
                await _finish(app, subscription, look)
                return
    look = await _begin(app, subscription, signed_in=signed_in)
    await _read_all(app, subscription, look)
    if (
        look.window is None
        and subscription.backfill == Backfill.LAST
        and subscription.kind is LinkKind.PLAYLIST
    ):
        await _take_window(app, subscription, look)
    await _finish(app, subscription, look)


def _all_is_due(app: YoutubeApp, subscription: Subscription) -> bool:
    return (
        subscription.list_id is None
        or subscription.last_full_at is None
        or subscription.reading_since is not None
        or app.clock.now() - subscription.last_full_at >= _ALL_EVERY
    )


async def _needs_closer_look(app: YoutubeApp, subscription: Subscription, list_id: str) -> End | None:
    """None: there is nothing new."""
    closer = End.NEWEST if subscription.kind is LinkKind.CHANNEL else End.ALL
    if subscription.asked_at is not None:
        return closer
    newest = await app.feeds.newest(list_id, subscription.kind)
    if newest is None:
        return closer
    async with app.db.transaction() as tx:
        lists = Lists(tx.session)
        ordinals = await lists.ordinals(list_id, newest)
        new = [
            video
            for video in newest
            if ordinals.get(video, subscription.seen_ordinal + 1) > subscription.seen_ordinal
        ]
        if len(new) >= feeds.LENGTH:
            return End.ALL
        if new or await lists.has_parked(list_id, seen_since=app.clock.now() - _PARKED_FOR):
            return closer
        # The feed of a playlist shows its beginning, and what is new may be at its end.
        if subscription.kind is LinkKind.PLAYLIST and await lists.living(list_id) >= feeds.LENGTH:
            return End.ALL
    return None


async def _read_newest(app: YoutubeApp, subscription: Subscription, look: Look) -> bool:
    """The uploads of a channel, of all kinds, as far as there is something new among them. False: that is too far,
    or they are not shown."""
    assert subscription.list_id is not None
    uploads = PlaylistLink(f"UU{subscription.list_id[2:]}")
    async with app.db.transaction() as tx:
        look.top = await Lists(tx.session).before_the_first(subscription.list_id, room=_MOST_OF_HEAD)
    try:
        pages = app.runner.index(uploads, count=_MOST_OF_HEAD)
        async with aclosing(pages):
            async for page in pages:
                if isinstance(page, EntriesFound) and not await _take_page(app, subscription, page, look):
                    return True
                if isinstance(page, EntriesFound) and len(page.entries) + page.skipped < _CHUNK:
                    return True
    except NotToBeHad as refusal:
        if consequence(refusal.failure).retry in (Retry.AFTER_PAUSE, Retry.BACKOFF):
            raise
    return False


async def _begin(app: YoutubeApp, subscription: Subscription, *, signed_in: bool) -> Look:
    async with app.db.transaction() as tx:
        mine = await held(tx, subscription)
        if mine.reading_since is None:
            mine.reading_since, mine.cursor, mine.looking_skipped = app.clock.now(), 0, {}
        subscription.cursor = mine.cursor
        skipped = Counter(mine.looking_skipped)
    return Look(End.ALL, await _window(app, subscription), skipped=skipped, signed_in=signed_in)


async def _window(app: YoutubeApp, subscription: Subscription) -> frozenset[str] | None:
    if subscription.backfill != Backfill.LAST or subscription.baseline is None:
        return None
    assert subscription.list_id is not None
    async with app.db.transaction() as tx:
        found = await Lists(tx.session).newest(
            subscription.list_id,
            subscription.backfill_count or 0,
            kind=subscription.kind,
            until=subscription.baseline,
        )
    return frozenset(found)


async def _read_all(app: YoutubeApp, subscription: Subscription, look: Look) -> None:
    pages = pages_of(app, list_link(subscription.url), start=subscription.cursor)
    async with aclosing(pages):
        async for page in pages:
            if isinstance(page, ListFound):
                async with app.db.transaction() as tx:
                    mine = await held(tx, subscription)
                    await Lists(tx.session).learn(page, kind=mine.kind)
                    subscription.list_id = mine.list_id = page.list_id
                await youtube_answers(app)
            else:
                await _take_page(app, subscription, page, look)


async def _take_page(app: YoutubeApp, subscription: Subscription, page: EntriesFound, look: Look) -> bool:
    """Whether something in it was new to this subscription."""
    to_end = look.end is End.ALL
    async with app.db.transaction() as tx:
        mine = await held(tx, subscription)
        assert mine.list_id is not None
        ordinals = await Lists(tx.session).see(
            mine.list_id, page.entries, start=look.top + page.start, now=app.clock.now(), moves=to_end
        )
        wanted = []
        for position, entry in enumerate(page.entries, start=page.start):
            if is_old(mine, entry, ordinal=ordinals[entry.video_id], position=position, window=look.window):
                look.skipped[Skip.OLDER_THAN_START] += 1
            elif reason := _refusal(mine, entry, signed_in=look.signed_in):
                look.skipped[reason] += 1
            else:
                wanted.append(Wanted(entry=entry))
        await take(app, tx, taker_of(mine), wanted, look.skipped)
        look.skipped[Skip.PRIVATE] += page.private
        look.skipped[Skip.REMOVED] += page.skipped - page.private
        if to_end:
            mine.cursor = page.start + len(page.entries) + page.skipped
            mine.looking_skipped = dict(look.skipped)
        return any(ordinal > mine.seen_ordinal for ordinal in ordinals.values())


async def _take_window(app: YoutubeApp, subscription: Subscription, look: Look) -> None:
    """The newest of a playlist, which are known only now that all of it is."""
    assert subscription.list_id is not None
    async with app.db.transaction() as tx:
        lists = Lists(tx.session)
        newest = await lists.newest(
            subscription.list_id, subscription.backfill_count or 0, kind=subscription.kind, until=None
        )
        rows = list(await lists.entries(subscription.list_id, newest))
        look.skipped[Skip.OLDER_THAN_START] = await lists.living(subscription.list_id) - len(rows)
    for start in range(0, len(rows), _CHUNK):
        async with app.db.transaction() as tx:
            mine = await held(tx, subscription)
            wanted = []
            for row in rows[start : start + _CHUNK]:
                entry = entry_of(row)
                if reason := _held_up(row, look) or _refusal(mine, entry):
                    look.skipped[reason] += 1
                else:
                    wanted.append(Wanted(entry=entry))
            await take(app, tx, taker_of(mine), wanted, look.skipped)


def _held_up(row: ListEntry, look: Look) -> Skip | None:
    skip = Skip(row.availability) if row.availability else None
    return None if skip is Skip.MEMBERS_ONLY and look.signed_in else skip


def _refusal(subscription: Subscription, entry: Entry, *, signed_in: bool = False) -> Skip | None:
    filters = Filters(
        includes=subscription.title_includes,
        excludes=subscription.title_excludes,
        min_seconds=subscription.min_seconds,
        max_seconds=subscription.max_seconds,
    )
    return hindrance(entry, signed_in=signed_in) or filters.refuses(entry)


async def _finish(app: YoutubeApp, subscription: Subscription, look: Look) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        mine = await held(tx, subscription)
        assert mine.list_id is not None
        lists = Lists(tx.session)
        if look.end is not End.FEED:
            mine.seen_ordinal = await lists.last_ordinal(mine.list_id)
            mine.skipped = {reason: count for reason, count in look.skipped.items() if count}
        if look.end is End.ALL:
            if mine.baseline is None:
                mine.baseline = mine.seen_ordinal
            if mine.reading_since is not None:
                await lists.read_to_end(mine.list_id, began=mine.reading_since, now=now)
            mine.last_full_at, mine.reading_since, mine.cursor, mine.looking_skipped = now, None, 0, {}
        if mine.collection and look.end is not End.FEED:
            await tx.session.flush()
            await keep_the_collection(tx, list_id=mine.list_id, collection=mine.collection)
        mine.failure, mine.failures, mine.failure_told = None, 0, False
        mine.asked_at = None
        mine.last_checked_at = now
        mine.next_check_at = next_check(mine, now=now)
        await make_way(tx, mine, now=now)
