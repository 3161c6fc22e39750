"""What administrators do is told for the audit log."""

from typing import Any

from medianest.testing import eventually
from medianest_common.contracts.health.carrying import ExportMonitors
from medianest_common.contracts.health.decided import (
    IncidentDecided,
    InternalsDecided,
    MaintenanceDecided,
    MonitorGroupDecided,
)
from medianest_common.contracts.health.groups import AddGroup, RemoveGroup, RenameGroup
from medianest_common.contracts.health.incidents import AddIncidentNote, RemoveIncidentNote, WritePostMortem
from medianest_common.contracts.health.inside import ResetBreakers, ResetBreakersBody
from services.health.tests.household import Household
from services.health.tests.test_incident_log import add_past
from services.health.tests.test_managing import ask


async def heard(home: Household) -> list[Any]:
    """Grows, with all that is decided from now on."""
    told: list[Any] = []
    for kind in (IncidentDecided, InternalsDecided, MaintenanceDecided, MonitorGroupDecided):

        async def hear(message: Any, kind: Any = kind) -> None:
            told.append(kind.model_validate_json(message.data))

        await home.sandbox.nats.subscribe(kind.subject, cb=hear)
    await home.sandbox.nats.flush(timeout=5)
    return told


async def told(events: list[Any], *decisions: str) -> None:
    async def all_of_them() -> bool:
        return sorted(event.decision.value for event in events) == sorted(decisions)

    await eventually(all_of_them)


async def test_what_is_done_to_groups_incidents_and_internals_is_told(home: Household) -> None:
    events = await heard(home)
    [incident] = await add_past(home, "Plex", 3)
    group = await ask(home, AddGroup(name="Boxes"))
    await ask(home, RenameGroup(id=group.id, name="Racks"))
    await ask(home, RemoveGroup(id=group.id))
    note = await ask(home, AddIncidentNote(id=incident, text="The disk is full."))
    await ask(home, RemoveIncidentNote(id=incident, note_id=note.id))
    await ask(home, WritePostMortem(id=incident, text="It was the cable.", version=0))
    await ask(home, ResetBreakers(body=ResetBreakersBody(service="health")))
    await ask(home, ExportMonitors())

    await told(
        events,
        *("create", "rename", "delete"),
        *("note", "remove_note", "post_mortem"),
        *("breakers_reset", "monitors_export"),
    )
    assert "disk" not in str(events)
