"""Times of maintenance, as administrators keep them."""

from functools import partial
from uuid import UUID

from medianest_common.bus import require
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.health import maintenance as contract
from medianest_common.contracts.health.decided import MaintenanceDecision
from medianest_common.contracts.health.maintenance import MOST_MAINTENANCES
from medianest_common.contracts.identity import Permission
from medianest_common.db import Transaction
from medianest_health import planning
from medianest_health.app import HealthApp
from medianest_health.auditing import maintenance_decided
from medianest_health.errors import (
    MaintenanceChanged,
    MaintenanceNotFound,
    MaintenanceNotRunning,
    TooManyMaintenances,
)
from medianest_health.fitting import fitting
from medianest_health.models import Maintenance
from medianest_health.repository.maintenances import Maintenances, place_of, plan_of, set_window
from medianest_health.use_cases.look_around import look_around


async def list_maintenances(app: HealthApp, query: contract.ListMaintenances) -> Page[contract.Maintenance]:
    """What runs or comes next first, and what is over last."""
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        rows = await Maintenances(tx.session).in_order(cursor=query.cursor, limit=query.limit + 1)
        items = await planning.shown(tx.session, rows[: query.limit], now=app.clock.now())
    items = items[: fitting(items)]
    more = len(rows) > len(items)
    return Page(items=items, next_cursor=place_of(rows[len(items) - 1]) if more else None)


async def get_maintenance(app: HealthApp, query: contract.GetMaintenance) -> contract.Maintenance:
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        return await _one(app, tx, await _demand(tx, query.id))


async def plan_maintenance(app: HealthApp, command: contract.PlanMaintenance) -> contract.Maintenance:
    require(Permission.MANAGE_MONITORS)
    now = app.clock.now()
    async with app.db.transaction() as tx:
        maintenances = Maintenances(tx.session)
        if await maintenances.count() >= MOST_MAINTENANCES:
            raise TooManyMaintenances("Delete one that is over.")
        row = Maintenance(id=uuid7(), version=1, created_at=now)
        planning.plan(row, command.plan, now=now)
        await maintenances.add(row)
        await planning.bind(tx.session, row, command.plan)
        maintenance_decided(tx, MaintenanceDecision.PLAN, row.id)
        return await _changed(app, tx, row)


async def change_maintenance(app: HealthApp, command: contract.ChangeMaintenance) -> contract.Maintenance:
    """The whole of it. What was called off is on again."""
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        row = await _demand(tx, command.id, lock=True)
        if command.version != row.version:
            raise MaintenanceChanged("Read it again, then change it.")
        row.version += 1
        planning.plan(row, command.plan, now=app.clock.now())
        await planning.bind(tx.session, row, command.plan)
        maintenance_decided(tx, MaintenanceDecision.CHANGE, row.id)
        return await _changed(app, tx, row)


async def end_maintenance(app: HealthApp, command: contract.EndMaintenance) -> contract.Maintenance:
    """Twice is once for what is called off for good."""
    require(Permission.MANAGE_MONITORS)
    now = app.clock.now()
    async with app.db.transaction() as tx:
        row = await _demand(tx, command.id, lock=True)
        if command.for_good:
            row.ended_at = row.ended_at or now
            set_window(row, None)
        else:
            window = None if row.ended_at else plan_of(row).current_or_next(at=now)
            if window is None or window.starts_at > now:
                raise MaintenanceNotRunning("There is nothing to end; it can be called off for good.")
            row.cut_at = now
            set_window(row, plan_of(row).current_or_next(at=now))
        row.updated_at = now
        row.version += 1
        decision = MaintenanceDecision.CANCEL if command.for_good else MaintenanceDecision.END
        maintenance_decided(tx, decision, row.id)
        return await _changed(app, tx, row)


async def delete_maintenance(app: HealthApp, command: contract.DeleteMaintenance) -> Nothing:
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        if not await Maintenances(tx.session).delete(Maintenance.id == command.id):
            raise MaintenanceNotFound()
        maintenance_decided(tx, MaintenanceDecision.DELETE, command.id)
        tx.after_commit(partial(look_around, app))
    return Nothing()


async def _demand(tx: Transaction, maintenance_id: UUID, *, lock: bool = False) -> Maintenance:
    row = await Maintenances(tx.session).get(maintenance_id, lock=lock)
    if row is None:
        raise MaintenanceNotFound()
    return row


async def _changed(app: HealthApp, tx: Transaction, row: Maintenance) -> contract.Maintenance:
    await tx.session.flush()
    tx.after_commit(partial(look_around, app))
    return await _one(app, tx, row)


async def _one(app: HealthApp, tx: Transaction, row: Maintenance) -> contract.Maintenance:
    return (await planning.shown(tx.session, [row], now=app.clock.now()))[0]
