import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress

import structlog
from prometheus_client import Gauge

from medianest_common.clock import uuid7
from medianest_common.contracts.health.inside import Recovery, RecoveryKind
from medianest_common.lifecycle import SERVICES
from medianest_health.app import HealthApp
from medianest_health.repository.recoveries import RecoveryLog
from medianest_health.repository.replicas import Replicas
from medianest_health.repository.schedules import Schedules
from medianest_health.roster import Place, is_forgotten, judge

log = structlog.get_logger()

REPLICAS = Gauge("medianest_replicas", "Replicas that are there, and that are missed.", ["service", "state"])

_TICK_SECONDS = 1.0
_WRITE_SECONDS = 5.0
_SECONDS = 10.0
_LAST_SECONDS = 1.0
_DETAILS = {
    RecoveryKind.REPLICA_VANISHED: "It was not heard of any more, and had not said that it goes.",
    RecoveryKind.REPLICA_RETURNED: "It is heard of again.",
    RecoveryKind.REPLICA_REPLACED: "It was not heard of any more, and another has come.",
}


@asynccontextmanager
async def keeping_roster(app: HealthApp) -> AsyncIterator[None]:
    """Every replica of this service does: which one leads says nothing about which one hears."""
    keeping = asyncio.create_task(_keep(app))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        # Where all stop together the others have just said goodbye.
        if app.roster.has_news:
            with suppress(Exception):
                async with asyncio.timeout(_LAST_SECONDS):
                    await keep_roster(app)


async def _keep(app: HealthApp) -> None:
    written, is_away = -_WRITE_SECONDS, False
    while True:
        await asyncio.sleep(_TICK_SECONDS)
        if not app.roster.is_hearing:
            continue
        if not app.roster.has_news and app.clock.monotonic() - written < _WRITE_SECONDS:
            continue
        try:
            async with asyncio.timeout(_SECONDS):
                await keep_roster(app)
            written, is_away = app.clock.monotonic(), False
        except Exception as error:
            if not is_away:
                log.warning("roster_not_kept", error=type(error).__name__)
            is_away = True
            await asyncio.sleep(_TICK_SECONDS)


async def keep_roster(app: HealthApp) -> None:
    """Write down who was heard, and who was not."""
    now = app.clock.now()
    async with app.db.transaction() as tx:
        replicas = Replicas(tx.session)
        before, heard = await replicas.all_locked(), app.roster.heard()
        silent = {instance for instance in {*before, *heard} if app.roster.is_silent(instance)}
        judged = judge(before, heard, silent=silent, now=now)
        await replicas.put(judged.changed(before))
        await replicas.forget([p.instance for p in judged.places.values() if is_forgotten(p, now=now)])
        for turn in judged.turns:
            await RecoveryLog(tx.session).note(
                Recovery(
                    id=uuid7(),
                    at=now,
                    service=turn.place.service,
                    instance=turn.place.instance,
                    kind=turn.kind,
                    about=turn.place.service,
                    seconds=None if turn.seconds is None else round(turn.seconds, 1),
                    detail=_DETAILS[turn.kind],
                )
            )
        if services := {turn.place.service for turn in judged.turns}:
            await Schedules(tx.session).look_now(await replicas.monitors_of(services), now=now)
    app.roster.written(heard)
    _show(judged.places.values())
    for turn in judged.turns:
        log.warning("replica_turned", turn=turn.kind, replica=turn.place.instance, service=turn.place.service)


def _show(places: Collection[Place]) -> None:
    for service in SERVICES:
        mine = [place for place in places if place.service == service]
        REPLICAS.labels(service, "present").set(sum(place.is_there for place in mine))
        REPLICAS.labels(service, "missed").set(sum(place.is_missed for place in mine))
