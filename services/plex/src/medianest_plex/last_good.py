"""What Plex says now, or what it said last."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import structlog
from pydantic import TypeAdapter

from medianest_common.bus.retry import is_outage
from medianest_common.contracts.base import Contract
from medianest_common.errors import Forbidden, MediaNestError, TimedOut
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, token_refused
from medianest_plex.repository import Copies, last_copy, present_server
from medianest_plex.watch import PATIENCE_SECONDS

log = structlog.get_logger()

FRESH_SECONDS = 15.0
_LOOK_PATIENCE = 3.0


class Answer[T](NamedTuple):
    items: list[T]
    stale: bool


async def fresh_or_kept[T: Contract](
    app: PlexApp,
    whose: Audience,
    name: str,
    *,
    of: type[T],
    load: Callable[[], Awaitable[Sequence[T]]],
) -> Answer[T]:
    """At most `FRESH_SECONDS` old from Plex, or the last good copy, marked as stale, when Plex fails or takes long.

    Raises what went wrong where there is no copy either.
    """
    adapter = TypeAdapter(list[of])  # type: ignore[valid-type]

    async def read() -> bytes:
        items = await _loaded(app, whose, load)
        body = adapter.dump_json(list(items))
        await _keep(app, whose, name, body.decode())
        return body

    try:
        if not whose.plex_answers:
            raise TimedOut("Plex takes very long to answer.", upstream="Plex", retry_after=10)
        async with asyncio.timeout(PATIENCE_SECONDS):
            fresh = await app.cache.get_or_load(
                f"{whose.name}:{name}", read, ttl=FRESH_SECONDS, tag=whose.name
            )
        return Answer(adapter.validate_json(fresh), stale=False)
    except (TimeoutError, MediaNestError) as error:
        if isinstance(error, Forbidden):
            raise
        async with app.db.read() as connection:
            kept = await last_copy(connection, audience=whose.name, name=name)
        if kept is not None:
            return Answer(adapter.validate_json(kept), stale=True)
        if isinstance(error, TimeoutError):
            raise TimedOut("Plex takes very long to answer.", upstream="Plex", retry_after=10) from None
        raise


async def _loaded[T](
    app: PlexApp, whose: Audience, load: Callable[[], Awaitable[Sequence[T]]]
) -> Sequence[T]:
    try:
        return await load()
    except TokenRefused:
        if whose.reads_live:
            raise await token_refused(app, whose) from None
        raise await token_refused(app, Audience(app.plex.token)) from None


async def _keep(app: PlexApp, whose: Audience, name: str, body: str) -> None:
    await app.plex.watch.look(patience=_LOOK_PATIENCE)
    try:
        async with app.db.read() as connection:
            server = await present_server(connection)
        if server is None:
            return
        async with app.db.transaction() as tx:
            await Copies(tx.session).keep(
                server.machine_identifier, audience=whose.name, name=name, body=body, now=app.clock.now()
            )
    except Exception as error:
        log.warning("copy_not_kept", copy=name, error=type(error).__name__, exc_info=not is_outage(error))
