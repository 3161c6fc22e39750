"""Read the batch or subscription that is most urgent, from where it was left to its end."""

import asyncio
from contextlib import suppress

import structlog

from medianest_common.bus.retry import is_outage
from medianest_common.contracts.youtube import FailureCode
from medianest_youtube.app import YoutubeApp
from medianest_youtube.failures import NotToBeHad
from medianest_youtube.models import Batch
from medianest_youtube.reading import LostRead, keep, let_go, name_of
from medianest_youtube.repository.reads import Reads
from medianest_youtube.use_cases.look_at_subscription import look_at_subscription
from medianest_youtube.use_cases.read_batch import read_batch
from medianest_youtube.use_cases.refuse_read import refuse_read
from medianest_youtube.workers import beside

log = structlog.get_logger()


async def read_list(app: YoutubeApp) -> None:
    begun = app.clock.now()
    async with app.db.transaction() as tx:
        row = await Reads(tx.session).claim(now=begun)
    if row is None:
        return
    read = read_batch(app, row) if isinstance(row, Batch) else look_at_subscription(app, row)
    try:
        await beside(read, keep(app, row))
    except LostRead:
        log.info("list_left", **name_of(row))
    except NotToBeHad as refusal:
        await refuse_read(app, row, refusal, begun=begun)
    except asyncio.CancelledError:
        with suppress(Exception):
            await asyncio.shield(let_go(app, row))
        raise
    except Exception as error:
        if is_outage(error):
            with suppress(Exception):
                await let_go(app, row)
            raise
        log.exception("list_not_read", **name_of(row))
        await refuse_read(app, row, NotToBeHad(FailureCode.UNKNOWN), begun=begun)
