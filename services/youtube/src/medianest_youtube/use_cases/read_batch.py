"""Read a list that somebody has asked for as a whole: each page makes its downloads and moves the cursor on."""

from collections import Counter
from contextlib import aclosing

from medianest_common.contracts.youtube.downloads import BatchStatus
from medianest_common.contracts.youtube.events import BatchIndexed
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Batch
from medianest_youtube.plex_collections import keep_the_collection
from medianest_youtube.reading import held, list_link, make_way, pages_of, youtube_answers
from medianest_youtube.repository.lists import Lists
from medianest_youtube.taking import Taker, Wanted, take
from medianest_youtube.wanted import PARKED, Skip, hindrance
from medianest_youtube.worker.lines import EntriesFound, ListFound


async def read_batch(app: YoutubeApp, batch: Batch) -> None:
    left = None if batch.most is None else batch.most - batch.cursor
    if left is None or left > 0:
        signed_in = await app.cookies.load() is not None
        pages = pages_of(app, list_link(batch.url), start=batch.cursor, count=left)
        async with aclosing(pages):
            async for page in pages:
                if isinstance(page, ListFound):
                    await _learn(app, batch, page)
                else:
                    await _take_page(app, batch, page, signed_in=signed_in)
    await _finish(app, batch)


async def _learn(app: YoutubeApp, batch: Batch, found: ListFound) -> None:
    async with app.db.transaction() as tx:
        mine = await held(tx, batch)
        await Lists(tx.session).learn(found, kind=mine.kind)
        mine.list_id, mine.title = found.list_id, found.title
        mine.reading_since = mine.reading_since or app.clock.now()
    await youtube_answers(app)


async def _take_page(app: YoutubeApp, batch: Batch, page: EntriesFound, *, signed_in: bool) -> None:
    async with app.db.transaction() as tx:
        mine = await held(tx, batch)
        assert mine.list_id is not None
        skipped = Counter(mine.skipped)
        skipped[Skip.PRIVATE] += page.private
        skipped[Skip.REMOVED] += page.skipped - page.private
        wanted = []
        for entry in page.entries:
            reason = hindrance(entry, signed_in=signed_in)
            if reason is None or reason in PARKED:
                wanted.append(Wanted(entry=entry, held_up=reason))
            else:
                skipped[reason] += 1
        taker = Taker(
            user_id=mine.user_id, profile_id=mine.profile_id, list_id=mine.list_id, batch_id=mine.id
        )
        mine.made += await take(app, tx, taker, wanted, skipped)
        await Lists(tx.session).see(mine.list_id, page.entries, start=page.start, now=app.clock.now())
        passed = len(page.entries) + page.skipped
        mine.found += passed
        mine.cursor = page.start + passed
        mine.skipped = {reason: count for reason, count in skipped.items() if count}
        mine.attempts, mine.failure = 0, None


async def _finish(app: YoutubeApp, batch: Batch) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        mine = await held(tx, batch)
        assert mine.list_id is not None
        mine.status, mine.failure, mine.not_before = BatchStatus.INDEXED, None, None
        if mine.most is None and mine.reading_since is not None:
            await Lists(tx.session).read_to_end(mine.list_id, began=mine.reading_since, now=now)
        if mine.collection:
            await tx.session.flush()
            await keep_the_collection(tx, list_id=mine.list_id, collection=mine.collection)
        tx.emit(
            BatchIndexed(
                batch_id=mine.id,
                user_id=mine.user_id,
                title=mine.title or mine.url,
                found=mine.found,
                made=mine.made,
            )
        )
        await make_way(tx, mine, now=now)
