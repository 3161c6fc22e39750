from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.health import incidents
from medianest_health import jobs
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.comment_incident import (
    add_incident_note,
    remove_incident_note,
    write_post_mortem,
)
from medianest_health.use_cases.list_incidents import get_incident, list_incidents, list_monitor_incidents
from medianest_health.use_cases.look_around import look_around


@handlers.rpc
async def on_list_of_monitor(
    query: incidents.ListMonitorIncidents, app: HealthApp
) -> Page[incidents.Incident]:
    return await list_monitor_incidents(app, query)


@handlers.rpc
async def on_list_incidents(query: incidents.ListIncidents, app: HealthApp) -> Page[incidents.Incident]:
    return await list_incidents(app, query)


@handlers.rpc
async def on_get_incident(query: incidents.GetIncident, app: HealthApp) -> incidents.Incident:
    return await get_incident(app, query)


@handlers.rpc
async def on_add_note(command: incidents.AddIncidentNote, app: HealthApp) -> incidents.IncidentNote:
    return await add_incident_note(app, command)


@handlers.rpc
async def on_remove_note(command: incidents.RemoveIncidentNote, app: HealthApp) -> Nothing:
    return await remove_incident_note(app, command)


@handlers.rpc
async def on_post_mortem(command: incidents.WritePostMortem, app: HealthApp) -> incidents.Incident:
    return await write_post_mortem(app, command)


@handlers.every(jobs.LOOK_AROUND_SECONDS)
async def look_again_where_something_changed(app: HealthApp) -> None:
    await look_around(app)
