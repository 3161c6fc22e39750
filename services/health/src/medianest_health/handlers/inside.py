from medianest_common.bus import current, require
from medianest_common.contracts.base import Page
from medianest_common.contracts.health.findings import InstallationFindings, ReadFindings
from medianest_common.contracts.health.inside import (
    KnownReplicas,
    ListRecoveries,
    ListReplicas,
    NoteRecovery,
    ReadResilience,
    Recovery,
    ResetBreakers,
    ResetDone,
    ResilienceView,
)
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.platform import REPLICA_HEARD, Announcement
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.list_recoveries import list_recoveries
from medianest_health.use_cases.list_replicas import list_replicas
from medianest_health.use_cases.note_recovery import note_recovery
from medianest_health.use_cases.read_findings import read_findings
from medianest_health.use_cases.read_resilience import read_resilience
from medianest_health.use_cases.reset_breakers import reset_breakers


@handlers.live(REPLICA_HEARD)
async def replica_heard(_: str, body: bytes, app: HealthApp) -> None:
    app.roster.hear(Announcement.model_validate_json(body))


@handlers.job()
async def on_note_recovery(job: NoteRecovery, app: HealthApp) -> None:
    await note_recovery(app, job.recovery)


@handlers.rpc
async def on_list_replicas(query: ListReplicas, app: HealthApp) -> KnownReplicas:
    require(Permission.SEE_INTERNALS)
    return await list_replicas(app)


@handlers.rpc
async def on_read_resilience(query: ReadResilience, app: HealthApp) -> ResilienceView:
    require(Permission.SEE_INTERNALS)
    return await read_resilience(app)


@handlers.rpc
async def on_read_findings(query: ReadFindings, app: HealthApp) -> InstallationFindings:
    # The operator's doctor asks in nobody's name.
    if current().caller is not None:
        require(Permission.SEE_INTERNALS)
    return await read_findings(app)


@handlers.rpc
async def on_reset_breakers(command: ResetBreakers, app: HealthApp) -> ResetDone:
    require(Permission.MANAGE_SERVICES)
    return await reset_breakers(app, command.body)


@handlers.rpc
async def on_list_recoveries(query: ListRecoveries, app: HealthApp) -> Page[Recovery]:
    require(Permission.SEE_INTERNALS)
    return await list_recoveries(app, query)
