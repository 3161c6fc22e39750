"""Holds what is known of the household's library against what the plex service has, and has it told anew where they
differ: events are kept for some time only, and somebody may have been away for longer.
"""

from datetime import timedelta

import structlog
from sqlalchemy import text, update

from medianest_common.contracts.plex.library import GetLibraryCensus, LibraryTold, TellLibraryAgain
from medianest_common.db import Transaction
from medianest_common.errors import MediaNestError
from medianest_media.app import MediaApp
from medianest_media.models import LibraryItem
from medianest_media.repository import LibraryItems

log = structlog.get_logger()

_TIMEOUT = 5.0
_AGAIN_AFTER = timedelta(hours=6)
"""So long after the whole library was asked for it is not asked for again, whatever the figures say."""
# Written down as `LibraryCensus` says.
_OURS = text("""
    select count(*) as items, coalesce(bit_xor(('x' || left(md5(concat_ws('|',
               rating_key, coalesce(tmdb_id::text, ''), coalesce(tvdb_id::text, ''), coalesce(imdb_id, ''),
               coalesce(season::text, ''), coalesce(episode_count::text, ''),
               case when has_4k then '4k' else '' end)), 16))::bit(64)::bigint), 0)
               as fingerprint
      from library_items where machine_identifier = :machine and not gone
""")


async def take_census(app: MediaApp) -> None:
    """What is under way looks like a difference, so it takes two looks that find the same one."""
    try:
        theirs = await app.bus.call(GetLibraryCensus(), timeout=_TIMEOUT)
    except MediaNestError:
        return
    if theirs.machine_identifier is None or not theirs.complete:
        return
    await _forget_other_servers(app, theirs.machine_identifier)
    async with app.db.read() as connection:
        ours = (await connection.execute(_OURS, {"machine": theirs.machine_identifier})).one()
    if (ours.items, ours.fingerprint) == (theirs.items, theirs.fingerprint):
        app.census.differed = None
        return
    found = (theirs.items, theirs.fingerprint, ours.items, ours.fingerprint)
    before, now = app.census.differed, app.clock.now()
    app.census.differed = found
    if before != found or (app.census.asked_at and now - app.census.asked_at < _AGAIN_AFTER):
        return
    app.census.asked_at = now
    log.info("library_asked_for_again", ours=ours.items, theirs=theirs.items)
    async with app.db.transaction() as tx:
        tx.enqueue(TellLibraryAgain())


async def _forget_other_servers(app: MediaApp, present: str) -> None:
    """What was on a server that the household no longer has is not there for anybody."""
    async with app.db.transaction() as tx:
        await LibraryItems(tx.session).delete(LibraryItem.machine_identifier != present)


async def close_census(tx: Transaction, event: LibraryTold) -> None:
    """What was told meanwhile has a later time than this, and comes back by itself should it arrive only now."""
    stale = (
        update(LibraryItem)
        .where(
            LibraryItem.machine_identifier == event.machine_identifier,
            LibraryItem.seen_at < event.began_at,
            LibraryItem.gone.is_(False),
        )
        .values(gone=True, seen_at=event.began_at)
    )
    await tx.session.execute(stale)
