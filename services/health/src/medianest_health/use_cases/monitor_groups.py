"""The groups in which monitors are shown, as administrators keep them."""

from collections.abc import Awaitable, Callable

from sqlalchemy.exc import IntegrityError

from medianest_common.bus import require
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.health import groups as contract
from medianest_common.contracts.health.decided import GroupDecision, InternalsDecision
from medianest_common.contracts.health.groups import (
    AddGroup,
    ListGroups,
    MonitorGroups,
    OrderGroups,
    RemoveGroup,
    RenameGroup,
)
from medianest_common.contracts.health.managing import MOST_GROUPS
from medianest_common.contracts.identity import Permission
from medianest_health.app import HealthApp
from medianest_health.auditing import group_decided, internals_decided
from medianest_health.errors import GroupExists, GroupNotFound, GroupsChanged, TooManyGroups
from medianest_health.models import MonitorGroup
from medianest_health.repository.managed import Groups, ManagedMonitors
from medianest_health.use_cases.tell_monitors import show_anew


async def list_groups(app: HealthApp, _: ListGroups) -> MonitorGroups:
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        return await _all(Groups(tx.session))


async def add_group(app: HealthApp, command: AddGroup) -> contract.MonitorGroup:
    """At the end of the list."""
    require(Permission.MANAGE_MONITORS)

    async def add() -> contract.MonitorGroup:
        async with app.db.transaction() as tx:
            await ManagedMonitors(tx.session).alone()
            groups = Groups(tx.session)
            there = await groups.in_order()
            if len(there) >= MOST_GROUPS:
                raise TooManyGroups("Delete one first.")
            position = max((group.position for group in there), default=0) + 1
            made = await groups.add(MonitorGroup(id=uuid7(), name=command.name, position=position))
            group_decided(tx, GroupDecision.CREATE, made.id)
            return _shown(made, 0)

    return await _unless_taken(add)


async def rename_group(app: HealthApp, command: RenameGroup) -> contract.MonitorGroup:
    require(Permission.MANAGE_MONITORS)

    async def rename() -> contract.MonitorGroup:
        async with app.db.transaction() as tx:
            # Imports add groups by their names.
            await ManagedMonitors(tx.session).alone()
            groups = Groups(tx.session)
            group = await groups.get(command.id, lock=True)
            if group is None:
                raise GroupNotFound()
            group.name = command.name
            await tx.session.flush()
            group_decided(tx, GroupDecision.RENAME, group.id)
            tx.after_commit(lambda: show_anew(app))
            return _shown(group, (await groups.sizes()).get(group.id, 0))

    return await _unless_taken(rename)


async def remove_group(app: HealthApp, command: RemoveGroup) -> Nothing:
    """Its monitors stay."""
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        await ManagedMonitors(tx.session).alone()
        if not await Groups(tx.session).delete(MonitorGroup.id == command.id):
            raise GroupNotFound()
        group_decided(tx, GroupDecision.DELETE, command.id)
        tx.after_commit(lambda: show_anew(app))
    return Nothing()


async def order_groups(app: HealthApp, command: OrderGroups) -> MonitorGroups:
    """All of them in their new order. Raises `GroupsChanged` where these are not all."""
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        await ManagedMonitors(tx.session).alone()
        groups = Groups(tx.session)
        by_id = {group.id: group for group in await groups.in_order()}
        if len(command.ids) != len(by_id) or set(command.ids) != by_id.keys():
            raise GroupsChanged("Load the list again.")
        for position, group_id in enumerate(command.ids, start=1):
            by_id[group_id].position = position
        internals_decided(tx, InternalsDecision.MONITOR_GROUPS_ORDER, "monitor_groups")
        await tx.session.flush()
        tx.after_commit(lambda: show_anew(app))
        return await _all(groups)


async def _unless_taken(
    change: Callable[[], Awaitable[contract.MonitorGroup]],
) -> contract.MonitorGroup:
    try:
        return await change()
    except IntegrityError:
        raise GroupExists("Choose another name.") from None


async def _all(groups: Groups) -> MonitorGroups:
    sizes = await groups.sizes()
    return MonitorGroups(items=[_shown(group, sizes.get(group.id, 0)) for group in await groups.in_order()])


def _shown(group: MonitorGroup, monitors: int) -> contract.MonitorGroup:
    return contract.MonitorGroup(id=group.id, name=group.name, position=group.position, monitors=monitors)
