"""A ticket for whatever list is due, where none is on its way: its reader was killed, or its hour has come."""

from medianest_common.clock import uuid7
from medianest_common.contracts.youtube.jobs import IndexList
from medianest_youtube.app import YoutubeApp
from medianest_youtube.repository.reads import Reads


async def call_readers(app: YoutubeApp) -> None:
    async with app.db.transaction() as tx:
        reads, now = Reads(tx.session), app.clock.now()
        await reads.shorten_leases(now=now)
        if await reads.anything_due(now=now):
            tx.enqueue(IndexList(ticket=uuid7()))
