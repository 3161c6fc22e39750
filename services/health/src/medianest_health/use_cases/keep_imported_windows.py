"""Maintenance that was read elsewhere is kept here, as long as it is about monitors that are here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from medianest_common.clock import uuid7
from medianest_common.contracts.base import to_camel
from medianest_common.contracts.health.decided import MaintenanceDecision
from medianest_common.contracts.health.importing import Imported, ImportedKind
from medianest_common.contracts.health.maintenance import MOST_MAINTENANCES
from medianest_common.db import Transaction
from medianest_health.adapters.uptime_kuma.translating import Left
from medianest_health.adapters.uptime_kuma.windows import TakenWindow
from medianest_health.app import HealthApp
from medianest_health.auditing import maintenance_decided
from medianest_health.models import Maintenance, MaintenanceMonitor
from medianest_health.repository.maintenances import Maintenances, plan_of, set_window
from medianest_health.use_cases.keep_imported import Kept
from medianest_health.use_cases.look_around import look_around

_TIMING = frozenset({"zone", "starts_at_local", "duration_seconds", "rule"})


async def keep_imported_windows(
    app: HealthApp, tx: Transaction, kept: Kept, taken: Sequence[TakenWindow], *, now: datetime, dry_run: bool
) -> None:
    """Known ones are made to be as they are there; one that was called off here stays so."""
    table = Maintenances(tx.session)
    refs = [each.ref for each in taken]
    held = table.select().where(Maintenance.external_ref.in_(refs)).order_by(Maintenance.id)
    rows = await tx.session.scalars(held.with_for_update(key_share=True))
    known = {row.external_ref: row for row in rows}
    room = MOST_MAINTENANCES - await table.count()
    for each in taken:
        monitors = {kept.monitors[ref] for ref in each.monitors if ref in kept.monitors}
        if not monitors:
            kept.left.append(Left(each.title, "maintenance", "None of its monitors is here."))
            continue
        row = known.get(each.ref)
        if row is None and room <= 0:
            kept.left.append(Left(each.title, "maintenance", "There is too much maintenance already."))
        elif row is None:
            room -= 1
            made = await _create(table, kept, each, monitors, now=now, dry_run=dry_run)
            if not dry_run:
                maintenance_decided(tx, MaintenanceDecision.PLAN, made)
        elif await _update(table, kept, row, each, monitors, now=now, dry_run=dry_run):
            maintenance_decided(tx, MaintenanceDecision.CHANGE, row.id)
    if not dry_run:
        tx.after_commit(partial(look_around, app))


async def _create(
    table: Maintenances, kept: Kept, taken: TakenWindow, monitors: set[UUID], *, now: datetime, dry_run: bool
) -> UUID:
    row = Maintenance(
        id=uuid7(),
        everything=False,
        ended_at=None,
        cut_at=None,
        external_ref=taken.ref,
        version=1,
        created_at=now,
        updated_at=now,
        **_values(taken),
    )
    kept.created.append(_told(None if dry_run else row.id, kept, taken))
    if dry_run:
        return row.id
    set_window(row, plan_of(row).current_or_next(at=now))
    await table.add(row)
    await _bind(table, row.id, monitors)
    return row.id


async def _update(
    table: Maintenances,
    kept: Kept,
    row: Maintenance,
    taken: TakenWindow,
    monitors: set[UUID],
    *,
    now: datetime,
    dry_run: bool,
) -> bool:
    """Whether it is otherwise now."""
    values = _values(taken)
    changes = [name for name, value in values.items() if getattr(row, name) != value]
    bound = select(MaintenanceMonitor.monitor_id).where(MaintenanceMonitor.maintenance_id == row.id)
    if set((await table.session.scalars(bound)).all()) != monitors:
        changes.append("monitors")
    if not changes:
        kept.unchanged.append(_told(row.id, kept, taken))
        return False
    kept.updated.append(_told(row.id, kept, taken, changes=changes))
    if dry_run:
        return False
    for name, value in values.items():
        setattr(row, name, value)
    if not _TIMING.isdisjoint(changes):
        row.cut_at = None
    row.updated_at = now
    row.version += 1
    set_window(row, None if row.ended_at else plan_of(row).current_or_next(at=now))
    await table.session.flush()
    await _bind(table, row.id, monitors)
    return True


async def _bind(table: Maintenances, maintenance_id: UUID, monitors: set[UUID]) -> None:
    await table.session.execute(
        delete(MaintenanceMonitor).where(MaintenanceMonitor.maintenance_id == maintenance_id)
    )
    rows = [{"maintenance_id": maintenance_id, "monitor_id": each} for each in sorted(monitors)]
    await table.session.execute(insert(MaintenanceMonitor), rows)


def _values(taken: TakenWindow) -> Mapping[str, Any]:
    return {
        "title": taken.title,
        "description": taken.description,
        "zone": taken.zone,
        "starts_at_local": taken.starts_at_local.isoformat(timespec="seconds"),
        "duration_seconds": int(taken.duration.total_seconds()),
        "rule": taken.rule,
    }


def _told(row_id: UUID | None, kept: Kept, taken: TakenWindow, *, changes: Sequence[str] = ()) -> Imported:
    missing = sum(ref not in kept.monitors for ref in taken.monitors)
    return Imported(
        what=ImportedKind.MAINTENANCE,
        id=row_id,
        name=taken.title,
        changes=[to_camel(name) for name in changes],
        remarks=[f"{missing} of its monitors are not here."] if missing else [],
    )
