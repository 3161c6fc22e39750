"""What is kept about people: the notes that an administrator has written at incidents."""

from uuid import UUID

from sqlalchemy import select

from medianest_common.bus import require_person
from medianest_common.contracts.health import ExportUserData, UserDataErased
from medianest_common.contracts.personal import PersonalData
from medianest_common.db import Transaction
from medianest_common.db.personal import personal_data
from medianest_health.app import HealthApp
from medianest_health.models import IncidentNote
from medianest_health.use_cases.comment_incident import IncidentNotes


async def export_person(app: HealthApp, query: ExportUserData) -> PersonalData:
    n, me = IncidentNote, require_person().user_id
    notes = select(n.id, n.incident_id, n.at, n.text).where(n.author_id == me).order_by(n.id)
    async with app.db.read() as connection:
        return await personal_data(connection, {"incident_notes": notes}, cursor=query.cursor)


async def erase_person(tx: Transaction, user_id: UUID) -> None:
    removed = await IncidentNotes(tx.session).delete(IncidentNote.author_id == user_id)
    tx.emit(UserDataErased(user_id=user_id, removed={"incident_notes": removed}))
