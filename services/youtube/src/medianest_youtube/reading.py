"""What reading a batch and looking at a subscription have in common: a claim that is kept, and given back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import datetime

import structlog

from medianest_common.bus.retry import is_outage
from medianest_common.clock import uuid7
from medianest_common.contracts.youtube.jobs import IndexList
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.failures import NotToBeHad, list_wants_cookies
from medianest_youtube.models import Batch
from medianest_youtube.pausing import prove
from medianest_youtube.repository.assets import Assets
from medianest_youtube.repository.pauses import Pauses
from medianest_youtube.repository.reads import LEASE, Readable, Reads, is_held
from medianest_youtube.urls import ChannelLink, PlaylistLink, VideoInList, VideoLink, parse_link
from medianest_youtube.worker.lines import EntriesFound, ListFound

log = structlog.get_logger()

_LOOK_SECONDS = 0.4
"""Nobody waits longer than that for a reader to notice that it is not wanted any more."""


class LostRead(Exception):
    """Somebody has cancelled it or changed it, or the lease has run out."""


def list_link(url: str) -> PlaylistLink | ChannelLink:
    """Of a link to a video in a list: the list."""
    link = parse_link(url)
    if isinstance(link, VideoInList):
        return link.playlist
    assert not isinstance(link, VideoLink)
    return link


async def held[R: Readable](tx: Transaction, row: R) -> R:
    """As it stands, locked. Raises `LostRead`."""
    found = await Reads(tx.session).held(row)
    if found is None:
        raise LostRead
    return found


async def pages_of(
    app: YoutubeApp, link: PlaylistLink | ChannelLink, *, start: int = 0, count: int | None = None
) -> AsyncGenerator[ListFound | EntriesFound]:
    """As `Runner.index`: without cookies, and with them where YouTube shows the list to nobody else."""
    begun = False
    try:
        async with aclosing(app.runner.index(link, start=start, count=count)) as pages:
            async for page in pages:
                begun = True
                yield page
            return
    except NotToBeHad as refusal:
        cookies = None
        if not begun and list_wants_cookies(refusal.failure):
            cookies = await app.cookies.load()
        if cookies is None:
            raise
    async with aclosing(app.runner.index(link, start=start, count=count, cookies=cookies)) as pages:
        async for page in pages:
            yield page


async def keep(app: YoutubeApp, row: Readable) -> None:
    """Never ends while the claim is ours; raises `LostRead` when it is not."""
    renewed = app.clock.monotonic()
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            if app.clock.monotonic() - renewed > LEASE.total_seconds() / 4:
                async with app.db.transaction() as tx:
                    ours = await Reads(tx.session).renew(row, now=app.clock.now())
                renewed = app.clock.monotonic()
            else:
                async with app.db.read() as connection:
                    ours = await is_held(connection, row)
        except Exception as error:
            # Without a database nobody else claims it either; a lease that has run out shows afterwards.
            if not is_outage(error):
                raise
            continue
        if not ours:
            raise LostRead


async def make_way(tx: Transaction, row: Readable, *, now: datetime) -> None:
    """Gives the place back, and calls the next one to it."""
    row.lease_until = None
    await tx.session.flush()
    if await Reads(tx.session).anything_due(now=now):
        tx.enqueue(IndexList(ticket=uuid7()))


async def let_go(app: YoutubeApp, row: Readable) -> None:
    """Not finished, and nobody's fault: whoever comes next goes on from the cursor."""
    with suppress(LostRead, TimeoutError):
        async with asyncio.timeout(2), app.db.transaction() as tx:
            mine = await held(tx, row)
            await make_way(tx, mine, now=app.clock.now())


async def youtube_answers(app: YoutubeApp) -> None:
    """A pause whose time is over ends with this proof."""
    async with app.db.transaction() as tx:
        if await Pauses(tx.session).open() is None:
            return
        await Assets(tx.session).alone_at_the_slots()
        await prove(app, tx)


def name_of(row: Readable) -> dict[str, str]:
    return {"batch_id" if isinstance(row, Batch) else "subscription_id": str(row.id)}
