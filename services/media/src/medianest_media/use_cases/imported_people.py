"""People who are known from an import only: who they are, and how one of them is erased."""

from uuid import UUID

from sqlalchemy import func, select, text

from medianest_common.bus import require
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.media import ForgetEvents
from medianest_common.contracts.media.importing import (
    EraseImportedPerson,
    ImportedPerson,
    ImportedPersonErased,
    ImportState,
    ListImportedPeople,
)
from medianest_common.db import Transaction
from medianest_common.errors import Conflict, NotFound
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_media.app import MediaApp
from medianest_media.models import Count, Import, Person
from medianest_media.repository import People
from medianest_media.repository.importing import ImportFindings
from medianest_media.use_cases.erase_person import HEARD_WITHIN, erase_all_of
from medianest_media.use_cases.match_imported import one_at_a_time

_ORDER = "imported"
_BEFORE_ALL = UUID(int=0)
_HOLD_IMPORTS = text("lock table imports in share mode")
"""Until this transaction ends no turn of an import begins to write; one that writes already is waited for."""


class ImportGoesOn(Conflict):
    title = "An import is running"


async def list_imported_people(app: MediaApp, query: ListImportedPeople) -> Page[ImportedPerson]:
    require(Permission.MANAGE_USERS)
    after = decode_cursor(query.cursor, _ORDER, UUID)[0] if query.cursor else _BEFORE_ALL
    asked_for = select(func.coalesce(func.sum(Count.n), 0)).where(Count.user_id == Person.id)
    statement = (
        select(Person.id, Person.name, Person.plex_id, asked_for.scalar_subquery())
        .where(Person.id > after, *_KNOWN_ONLY_FROM_IMPORT)
        .order_by(Person.id)
        .limit(query.limit + 1)
    )
    async with app.db.read() as connection:
        rows = (await connection.execute(statement)).all()
    page = rows[: query.limit]
    items = [
        ImportedPerson(id=number, name=name, has_plex=plex_id is not None, requests=requests)
        for number, name, plex_id, requests in page
    ]
    more = len(rows) > query.limit
    return Page(items=items, next_cursor=encode_cursor(_ORDER, page[-1][0]) if more else None)


async def erase_imported_person(app: MediaApp, command: EraseImportedPerson) -> Nothing:
    """What they asked for is nobody's. Raises `ImportGoesOn`: an import may be about to write of them."""
    by = require(Permission.MANAGE_USERS)
    async with app.db.transaction() as tx:
        await _no_import_runs(tx)
        person = await _alone_with(tx, command.id)
        if person.backend_user_id is not None:
            await ImportFindings(tx.session).forget_user(person.backend_user_id)
        knows_plex = person.plex_id is not None
        await erase_all_of(app, tx, person.id)
        kept = await _anew(tx, person.id) if knows_plex else command.id
        tx.enqueue(ForgetEvents(user_id=command.id), delay=HEARD_WITHIN)
        tx.emit(ImportedPersonErased(kept_as=kept, actor_id=by.user_id))
    return Nothing()


_KNOWN_ONLY_FROM_IMPORT = (
    Person.imported.is_(True),
    Person.erased_at.is_(None),
    Person.backend_user_id.is_not(None),
)


async def _no_import_runs(tx: Transaction) -> None:
    await tx.session.execute(_HOLD_IMPORTS)
    running = select(Import.id).where(Import.state == ImportState.RUNNING)
    if (await tx.session.execute(running)).first() is not None:
        raise ImportGoesOn("Try again once it has ended.")


async def _alone_with(tx: Transaction, person_id: UUID) -> Person:
    """Nobody signs in with their Plex account meanwhile."""
    people = People(tx.session)
    person = await people.one(Person.id == person_id, *_KNOWN_ONLY_FROM_IMPORT)
    if person is not None and person.plex_id is not None:
        await one_at_a_time(tx, person.plex_id)
    person = await people.get(person_id, lock=True)
    if person is None or not person.imported or person.erased_at or person.backend_user_id is None:
        raise NotFound("There is no such person. Who has an account here is erased with it.")
    return person


async def _anew(tx: Transaction, person_id: UUID) -> UUID:
    """The mark gets another number: the one they had is made of that of their Plex account, and would tell it."""
    people = People(tx.session)
    mark = await people.get(person_id, lock=True)
    assert mark is not None
    made = Person(
        id=uuid7(),
        name="",
        role=mark.role,
        version=0,
        erased_at=mark.erased_at,
        imported=True,
        left_as=mark.left_as,
    )
    await people.add(made)
    await people.delete(Person.id == person_id)
    return made.id
