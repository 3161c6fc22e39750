"""Runs of imports and what they found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.media.importing import FindingKind, ImportState, Outcome
from medianest_common.db import Repository
from medianest_media.models import Import, ImportFinding

_AT_ONCE = 500

_JUDGED = text("""
    update import_findings f set outcome = j.outcome, reason = j.reason,
           said = f.said || jsonb_build_object('kept', cast(j.kept as jsonb))
      from unnest(cast(:ids as bigint[]), cast(:outcomes as text[]), cast(:reasons as text[]), cast(:kept as text[]))
           as j(their_id, outcome, reason, kept)
     where f.import_id = :import_id and f.kind = :kind and f.their_id = j.their_id
""")


class Imports(Repository[Import]):
    model = Import

    async def started(self, values: dict[str, Any]) -> bool:
        """Whether it could be: only one runs at a time, and the database says which."""
        statement = upsert(Import).values(values).on_conflict_do_nothing().returning(Import.id)
        return (await self.session.execute(statement)).first() is not None

    async def give_up_stale(self, *, before: datetime, now: datetime) -> None:
        """A run whose next turn has been lost, as with the storage of the bus."""
        await self.session.execute(
            update(Import)
            .where(Import.state == ImportState.RUNNING, Import.updated_at < before)
            .values(
                state=ImportState.FAILED,
                finished_at=now,
                updated_at=now,
                problem="It was interrupted. Start it again; what was taken over stays and is not taken over twice.",
            )
        )

    async def forget_older(self, *, than: UUID, dry_run: bool) -> None:
        """Of each kind only the last run is kept, with what it found."""
        await self.session.execute(
            delete(Import).where(
                Import.id != than, Import.dry_run == dry_run, Import.state != ImportState.RUNNING
            )
        )

    async def at_turn(self, import_id: UUID, turn: int) -> Import | None:
        """Locked; None when this turn is over already."""
        found = await self.get(import_id, lock=True)
        due = found is not None and found.state == ImportState.RUNNING and found.turn == turn
        return found if due else None


class ImportFindings(Repository[ImportFinding]):
    model = ImportFinding

    async def keep(self, rows: Iterable[Mapping[str, Any]], *, replace: bool = True) -> None:
        """What was met on an earlier page is the same. The later one has it as it is now."""
        distinct = {(row["kind"], row["their_id"]): row for row in rows}
        if not distinct:
            return
        made = upsert(ImportFinding).values([dict(distinct[key]) for key in sorted(distinct)])
        keys = ["import_id", "kind", "their_id"]
        if not replace:
            await self.session.execute(made.on_conflict_do_nothing())
            return
        changes = {name: made.excluded[name] for name in ("rank", "outcome", "odd", "plex_id", "said")}
        await self.session.execute(
            made.on_conflict_do_update(
                index_elements=keys, set_=changes, where=ImportFinding.outcome.is_(None)
            )
        )

    async def people(self, import_id: UUID) -> Sequence[ImportFinding]:
        return await self.list(ImportFinding.import_id == import_id, ImportFinding.kind == FindingKind.PERSON)

    async def unjudged(self, import_id: UUID, *, limit: int) -> Sequence[ImportFinding]:
        statement = (
            self.select()
            .where(
                ImportFinding.import_id == import_id,
                ImportFinding.kind == FindingKind.REQUEST,
                ImportFinding.outcome.is_(None),
            )
            .order_by(ImportFinding.rank, ImportFinding.their_id)
            .limit(limit)
        )
        return (await self.session.scalars(statement)).all()

    async def number_of_requests(self, import_id: UUID) -> int:
        statement = select(func.count()).where(
            ImportFinding.import_id == import_id, ImportFinding.kind == FindingKind.REQUEST
        )
        return (await self.session.execute(statement)).scalar_one()

    async def judged(
        self, import_id: UUID, kind: FindingKind, rows: Sequence[tuple[int, str, str | None, str]]
    ) -> None:
        """Rows of number, outcome, reason, and as JSON what has become of it here."""
        for first in range(0, len(rows), _AT_ONCE):
            some = rows[first : first + _AT_ONCE]
            await self.session.execute(
                _JUDGED,
                {
                    "import_id": import_id,
                    "kind": kind.value,
                    "ids": [row[0] for row in some],
                    "outcomes": [row[1] for row in some],
                    "reasons": [row[2] for row in some],
                    "kept": [row[3] for row in some],
                },
            )

    async def forget_left(self, import_id: UUID) -> None:
        """That there is somebody who has left here is all that is kept of them."""
        statement = update(ImportFinding).where(
            ImportFinding.import_id == import_id, ImportFinding.outcome == Outcome.LEFT
        )
        await self.session.execute(statement.values(said={}, plex_id=None))

    async def forget_user(self, their_id: int) -> None:
        """Somebody by their number in Overseerr."""
        await self.delete(ImportFinding.kind == FindingKind.PERSON, ImportFinding.their_id == their_id)

    async def forget_person(self, plex_id: int) -> None:
        await self.delete(ImportFinding.plex_id == plex_id)
