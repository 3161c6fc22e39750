"""The only wiring of the health service."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from sqlalchemy import func, select

from medianest_common.bus import Reach
from medianest_common.bus.topology import EVERY_EVENT, EVERY_JOB
from medianest_common.contracts.media import integrations as of_media
from medianest_common.contracts.media.looking import LookAtTitle
from medianest_common.contracts.platform import (
    Check,
    CheckStatus,
    Question,
    each_subject,
    outbox_subject,
    ping_subject,
)
from medianest_common.contracts.plex import integrations as of_plex
from medianest_common.contracts.plex.connection import GetPlexConnection
from medianest_common.contracts.plex.indexing import HintLibraries
from medianest_common.service import Runtime, Service
from medianest_health.adapters.network import OwnNetwork
from medianest_health.adapters.own import Companions
from medianest_health.adapters.plex import PlexService
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.refusals import Refusals
from medianest_health.app import HealthApp
from medianest_health.catalogue import parts, references_of, systems
from medianest_health.companions import Replicas
from medianest_health.handlers import handlers
from medianest_health.integrations import integrations_of
from medianest_health.models import Base, Monitor, Schedule
from medianest_health.partitions import Partitions
from medianest_health.prober import Prober
from medianest_health.roster import Roster
from medianest_health.settings import HealthSettings
from medianest_health.use_cases.follow_integrations import following_integrations
from medianest_health.use_cases.keep_roster import keeping_roster

_LATE = timedelta(seconds=90)
_LONGEST_DUE = (
    select(func.min(Schedule.due_at))
    .join(Monitor, Monitor.id == Schedule.monitor_id)
    .where(Monitor.enabled, ~Monitor.paused)
)


@asynccontextmanager
async def open_app(runtime: Runtime[HealthSettings]) -> AsyncIterator[HealthApp]:
    """Every replica looks at what is due."""
    async with (
        build(runtime) as app,
        following_integrations(app),
        keeping_roster(app),
        Prober.open(app) as prober,
        prober.looking(),
    ):
        yield app


@asynccontextmanager
async def build(runtime: Runtime[HealthSettings]) -> AsyncIterator[HealthApp]:
    """Without looking at anything."""
    roster = Roster(clock=runtime.clock)
    integrations = integrations_of(runtime)
    await integrations.own.open()

    def companions(service: str) -> Companions:
        return Replicas(service, roster, runtime.db)

    async with AsyncExitStack() as stack:
        references = references_of(lambda: integrations.settings, clock=runtime.clock)
        await stack.enter_async_context(references.learning())
        ports = Ports(
            clock=runtime.clock,
            own_trouble=OwnNetwork(references, clock=runtime.clock),
            plex=PlexService(runtime.bus, seconds=runtime.settings.health_probe_seconds),
            refusals=Refusals(secret=runtime.keys.derive("refused passwords"), valkey=runtime.valkey),
        )
        yield HealthApp(
            settings=runtime.settings,
            db=runtime.db,
            bus=runtime.bus,
            clock=runtime.clock,
            cipher=runtime.keys.cipher("monitor"),
            watched=[
                *systems(integrations.settings, stack, ports=ports, of_portal=integrations.of_portal),
                *parts(runtime, companions=companions),
            ],
            integrations=integrations,
            roster=roster,
            ports=ports,
            partitions=Partitions(),
            uniform=random.uniform,
        )


async def checks(app: HealthApp) -> Sequence[Check]:
    """Whether anybody looks: it may be another replica."""
    try:
        async with app.db.read() as connection:
            due = (await connection.execute(_LONGEST_DUE)).scalar_one_or_none()
    except Exception as error:
        return [Check(name="rounds", status=CheckStatus.DEGRADED, message=type(error).__name__)]
    if due is not None and app.clock.now() - due > _LATE:
        return [
            Check(
                name="rounds",
                status=CheckStatus.DEGRADED,
                message="what is due has not been looked at for a while",
            )
        ]
    return [Check(name="rounds", status=CheckStatus.OK)]


SERVICE = Service(
    name="health",
    handlers=handlers,
    open_app=open_app,
    settings=HealthSettings,
    reach=Reach(
        asks=(GetPlexConnection, of_media.HandOverIntegrations, of_plex.HandOverIntegrations),
        gives=(HintLibraries, LookAtTitle),
        pushes=True,
        says=(
            ping_subject("*"),
            outbox_subject("*"),
            *(each_subject("*", question) for question in Question),
            # An administrator gives a dead letter to its handler once more.
            EVERY_EVENT,
            EVERY_JOB,
        ),
        settles_dead_letters=True,
        looks=("INFO", "STREAM.LIST", "CONSUMER.LIST.*", "CONSUMER.INFO.*.*"),
    ),
    metadata=Base.metadata,
    checks=checks,
)
