"""What administrators say of incidents."""

from medianest_common.bus import require, require_person
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.health import incidents
from medianest_common.contracts.health.decided import IncidentDecision
from medianest_common.contracts.health.incidents import (
    MOST_NOTES,
    AddIncidentNote,
    GetIncident,
    RemoveIncidentNote,
    WritePostMortem,
)
from medianest_common.contracts.identity import Permission
from medianest_common.db import Repository
from medianest_health.app import HealthApp
from medianest_health.auditing import incident_decided
from medianest_health.errors import IncidentNotFound, NoteNotFound, PostMortemChanged, TooManyNotes
from medianest_health.models import IncidentNote
from medianest_health.repository import Incidents
from medianest_health.use_cases.list_incidents import get_incident


class IncidentNotes(Repository[IncidentNote]):
    model = IncidentNote


async def add_incident_note(app: HealthApp, command: AddIncidentNote) -> incidents.IncidentNote:
    require(Permission.MANAGE_MONITORS)
    author = require_person().user_id
    async with app.db.transaction() as tx:
        if await Incidents(tx.session).get(command.id, lock=True) is None:
            raise IncidentNotFound()
        notes = IncidentNotes(tx.session)
        if await notes.count(IncidentNote.incident_id == command.id) >= MOST_NOTES:
            raise TooManyNotes("Remove one first.")
        note = IncidentNote(
            id=uuid7(), incident_id=command.id, author_id=author, text=command.text, at=app.clock.now()
        )
        await notes.add(note)
        incident_decided(tx, IncidentDecision.NOTE, command.id)
    return incidents.IncidentNote(id=note.id, at=note.at, text=note.text)


async def remove_incident_note(app: HealthApp, command: RemoveIncidentNote) -> Nothing:
    """Whoever wrote it."""
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        this = (IncidentNote.id == command.note_id, IncidentNote.incident_id == command.id)
        if not await IncidentNotes(tx.session).delete(*this):
            raise NoteNotFound()
        incident_decided(tx, IncidentDecision.REMOVE_NOTE, command.id)
    return Nothing()


async def write_post_mortem(app: HealthApp, command: WritePostMortem) -> incidents.Incident:
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        incident = await Incidents(tx.session).get(command.id, lock=True)
        if incident is None:
            raise IncidentNotFound()
        if command.version != incident.post_mortem_version:
            raise PostMortemChanged("Read it again, then change it.")
        incident.post_mortem = command.text
        incident.post_mortem_version += 1
        incident_decided(tx, IncidentDecision.POST_MORTEM, command.id)
    return await get_incident(app, GetIncident(id=command.id))
