"""What administrators do with integrations: look, change, take back, try."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from medianest_common.bus import require
from medianest_common.bus.context import require_fresh, require_operator
from medianest_common.contracts.base import Event
from medianest_common.contracts.identity import Caller, Permission
from medianest_common.contracts.integrations import (
    Change,
    Handed,
    HandedOver,
    Integration,
    IntegrationList,
    IntegrationSource,
    Removal,
    Trial,
)
from medianest_common.db import Transaction
from medianest_common.integrations.errors import IntegrationOutdated
from medianest_common.integrations.kinds import Kind, Values, origin_of
from medianest_common.integrations.rows import cell_of, row_id, transit_of
from medianest_common.integrations.store import IntegrationStore, Stored

type Moved = Callable[[Transaction, Kind], Awaitable[None]]
"""Is told in the same transaction that another server stands in the place of one that was used."""


async def list_integrations(store: IntegrationStore[Any]) -> IntegrationList:
    require(Permission.MANAGE_SERVICES)
    await store.refresh()
    return IntegrationList(items=[_shown(store, each) for each in store.kinds])


async def change_integration(
    store: IntegrationStore[Any], change: Change, *, event: type[Event], moved: Moved | None = None
) -> Integration:
    """In force in this replica when it returns, and in the others a moment later."""
    kind = store.kind(change.integration)
    caller = _allowed(store, kind)
    async with store.db.transaction() as tx:
        row = await _locked(store, tx, kind)
        if change.version != (row.version if row else 0):
            raise _outdated()
        before = store.values(kind, row)
        values = kind.cleaned(_merged(kind, before, change.url, change.secret, change.options))
        store.check(kind, values)
        await _keep(
            store,
            tx,
            kind,
            row,
            before,
            values=values,
            enabled=change.enabled,
            by=caller.user_id,
            moved=moved,
        )
        tx.emit(_told(event, kind, change.version + 1, enabled=change.enabled, by=caller.user_id))
    await store.refresh()
    return _shown(store, kind)


async def remove_integration(
    store: IntegrationStore[Any], removal: Removal, *, event: type[Event], moved: Moved | None = None
) -> Integration:
    kind = store.kind(removal.integration)
    caller = _allowed(store, kind)
    async with store.db.transaction() as tx:
        row = await _locked(store, tx, kind)
        if removal.version is not None and removal.version != (row.version if row else 0):
            raise _outdated()
        if row is not None and not row.removed:
            before, values = row.values, kind.read(store.given)
            await _keep(
                store,
                tx,
                kind,
                row,
                before,
                values=values,
                enabled=True,
                by=caller.user_id,
                moved=moved,
                removed=True,
            )
            tx.emit(_told(event, kind, row.version + 1, enabled=True, by=caller.user_id, removed=True))
    await store.refresh()
    return _shown(store, kind)


async def to_try(store: IntegrationStore[Any], trial: Trial) -> Values:
    """What is asked with: as it is given, else as it is set. A secret that is set goes nowhere else."""
    kind = store.kind(trial.integration)
    require(kind.permission)
    await store.refresh()
    before = store.values(kind, store.rows.get(kind.kind))
    url = before.url if trial.url is None else trial.url
    options = before.options if trial.options is None else trial.options
    values = kind.cleaned(_merged(kind, before, url, trial.secret, options))
    store.check(kind, values)
    return values


def hand(store: IntegrationStore[Any], kind: Kind, values: Values) -> Handed:
    secret = store.cipher.seal(values.secret, cell=transit_of(kind.kind)) if values.secret else None
    row = store.rows.get(kind.kind)
    of_portal = row is not None and not row.removed
    return Handed(
        integration=kind.kind,
        url=values.url,
        secret=secret,
        options=dict(values.options),
        source=IntegrationSource.PORTAL if of_portal else IntegrationSource.SETTINGS,
    )


def taken(store: IntegrationStore[Any], handed: Handed) -> Values:
    """In the service that it is handed to."""
    secret = ""
    if handed.secret is not None:
        secret = store.cipher.open_text(handed.secret, cell=transit_of(handed.integration))
    return Values(handed.url, secret, handed.options)


async def hand_over(store: IntegrationStore[Any]) -> HandedOver:
    """To a service that asks in nobody's name, maybe because of a change that this replica has not heard of yet.
    Without the database nobody can say what was set, and so nothing is handed over."""
    require_operator()
    await store.refresh()
    found = [(each, store.present(each.kind)) for each in store.kinds]
    return HandedOver(items=[hand(store, kind, values) for kind, values in found if values is not None])


def _merged(kind: Kind, before: Values, url: str, secret: str | None, options: Mapping[str, Any]) -> Values:
    """A secret stays where it was given for: it is not sent to another address because somebody changed that."""
    blank = kind.cleaned(Values(url, secret or "-", {**before.options, **options})).url
    same = origin_of(blank) == origin_of(before.url)
    kept = before.secret if secret is None and same else secret or ""
    return Values(url, kept, {**before.options, **options})


def _allowed(store: IntegrationStore[Any], kind: Kind) -> Caller:
    caller = require(kind.permission)
    return require_fresh(now=store.clock.now()) if kind.asks_for_proof else caller


async def _locked(store: IntegrationStore[Any], tx: Transaction, kind: Kind) -> Stored | None:
    row = await tx.session.get(store.table, row_id(kind.kind), with_for_update=True)
    return store.opened(row) if row is not None else None


async def _keep(
    store: IntegrationStore[Any],
    tx: Transaction,
    kind: Kind,
    row: Stored | None,
    before: Values,
    *,
    values: Values,
    enabled: bool,
    by: UUID,
    moved: Moved | None,
    removed: bool = False,
) -> None:
    used = (row.origin if row else "") or origin_of(before.url)
    now_used = origin_of(values.url)
    elsewhere = bool(used and now_used and used != now_used)
    stored = replace(values, url="", secret="", options={}) if removed else values
    columns = {
        "url": stored.url,
        "secret_sealed": store.cipher.seal(stored.secret, cell=cell_of(kind.kind)) if stored.secret else None,
        "options": dict(stored.options),
        "enabled": enabled,
        "removed": removed,
        "origin": now_used or used,
        "place": (row.place if row else 0) + elsewhere,
        "version": (row.version if row else 0) + 1,
        "changed_at": store.clock.now(),
        "changed_by": by,
    }
    if row is None:
        new = (
            insert(store.table)
            .values(id=row_id(kind.kind), kind=kind.kind.value, **columns)
            .on_conflict_do_nothing()
            .returning(store.table.id)
        )
        if (await tx.session.execute(new)).first() is None:
            raise _outdated()
    else:
        statement = update(store.table).where(store.table.id == row_id(kind.kind)).values(columns)
        await tx.session.execute(statement)
    if elsewhere and moved:
        await moved(tx, kind)


def _outdated() -> IntegrationOutdated:
    return IntegrationOutdated("Look at it again, then change it with the version that it has now.")


def _told(
    event: type[Event], kind: Kind, version: int, *, enabled: bool, by: UUID, removed: bool = False
) -> Event:
    return event.model_validate(
        {
            "integration": kind.kind,
            "version": version,
            "enabled": enabled,
            "removed": removed,
            "actor_id": by,
        }
    )


def _shown(store: IntegrationStore[Any], kind: Kind) -> Integration:
    row = store.rows.get(kind.kind)
    of_portal = row is not None and not row.removed
    values = store.values(kind, row)
    complete = kind.is_complete(values)
    source = IntegrationSource.SETTINGS if complete else IntegrationSource.NONE
    return Integration(
        kind=kind.kind,
        name=kind.name,
        source=IntegrationSource.PORTAL if of_portal else source,
        configured=complete,
        enabled=row.enabled if row and of_portal else complete,
        url=values.url or None,
        secret_set=bool(values.secret),
        options=dict(values.options),
        variables=kind.variables,
        version=row.version if row else 0,
        changed_at=row.changed_at if row else None,
        changed_by=row.changed_by if row else None,
        problem=row.problem if row and of_portal else None,
    )
