"""What was read elsewhere is made to be so here: new ones are added, known ones changed, and nothing is taken away."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from medianest_common.clock import uuid7
from medianest_common.contracts.base import to_camel
from medianest_common.contracts.health import Visibility
from medianest_common.contracts.health.decided import MonitorDecision
from medianest_common.contracts.health.importing import Imported, ImportedKind, ImportedPushToken
from medianest_common.contracts.health.managing import MOST_GROUPS, MOST_MONITORS, Origin
from medianest_common.db import Transaction
from medianest_health.adapters.uptime_kuma.household import KumaHousehold
from medianest_health.adapters.uptime_kuma.translating import Left, Taken
from medianest_health.app import HealthApp
from medianest_health.auditing import decided
from medianest_health.errors import TooManyGroups, TooManyMonitors
from medianest_health.models import Monitor, MonitorGroup
from medianest_health.push_tokens import PUSH_PATH, new_push_token
from medianest_health.repository.imported import ImportedMonitors
from medianest_health.repository.schedules import Schedules
from medianest_health.repository.specs import SpecUnreadable, open_secrets, seal_secrets, stored
from medianest_health.targets import target_of
from medianest_health.use_cases.change_monitor import touch
from medianest_health.use_cases.create_monitor import MADE_BY_PEOPLE
from medianest_health.use_cases.tell_monitors import show_anew


@dataclass(slots=True)
class Kept:
    created: list[Imported] = field(default_factory=list)
    updated: list[Imported] = field(default_factory=list)
    unchanged: list[Imported] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    push_tokens: list[ImportedPushToken] = field(default_factory=list)
    monitors: dict[str, UUID] = field(default_factory=dict)
    """By reference, those that are here now, or would be."""


async def keep_imported(
    app: HealthApp, tx: Transaction, household: KumaHousehold, taken: Sequence[Taken], *, dry_run: bool
) -> Kept:
    """One after the other, so that the second of two imports at once finds what the first has made."""
    if len(taken) > MOST_MONITORS:
        raise TooManyMonitors(f"There can be {MOST_MONITORS} of them.")
    table = ImportedMonitors(tx.session)
    await table.alone()
    known = _Known(await table.from_there(household.ref))
    keeping = _Keeping(app, table, dry_run=dry_run, now=app.clock.now())
    await keeping.add_groups(taken)
    fates = [(each, known.claim(each)) for each in taken]
    await _check_room(table, sum(monitor is None for _, monitor in fates))
    position = await table.last_position()
    for each, monitor in fates:
        if monitor is None:
            position += 1
            keeping.create(each, position=position)
        elif household.complete:
            keeping.update(monitor, each)
        else:
            # Less is told this way than may have been told before.
            keeping.leave(monitor, each)
    await table.session.flush()
    await Schedules(tx.session).look_now(keeping.changed, now=app.clock.now())
    if not dry_run:
        decided(tx, MonitorDecision.CREATE, *keeping.made)
        decided(tx, MonitorDecision.CHANGE, *keeping.changed)
        tx.after_commit(lambda: show_anew(app))
    return keeping.kept


async def _check_room(table: ImportedMonitors, more: int) -> None:
    if more and await table.count(MADE_BY_PEOPLE) + more > MOST_MONITORS:
        raise TooManyMonitors(f"There can be {MOST_MONITORS} of them. Delete some first.")


class _Known:
    """What is here from before. One whose number was not told, then or now, is known by its name."""

    def __init__(self, monitors: Sequence[Monitor]) -> None:
        self._by_ref = {monitor.external_ref: monitor for monitor in monitors}

    def claim(self, taken: Taken) -> Monitor | None:
        ref = next((ref for ref in taken.refs if ref in self._by_ref), None)
        if ref is None and not taken.has_number:
            named = (ref for ref, monitor in self._by_ref.items() if monitor.name == taken.name)
            ref = next(named, None)
        return self._by_ref.pop(ref) if ref else None


class _Keeping:
    def __init__(self, app: HealthApp, table: ImportedMonitors, *, dry_run: bool, now: datetime) -> None:
        self.kept = Kept()
        self._app = app
        self._table = table
        self._dry_run = dry_run
        self._now = now
        self._groups: dict[str, UUID] = {}
        self.made: list[UUID] = []
        self.changed: list[UUID] = []

    async def add_groups(self, taken: Sequence[Taken]) -> None:
        here = await self._table.groups()
        self._groups = {name: group.id for name, group in here.items()}
        missing = [name for name in dict.fromkeys(each.group for each in taken) if name and name not in here]
        if missing and len(here) + len(missing) > MOST_GROUPS:
            raise TooManyGroups(f"There can be {MOST_GROUPS} of them. Delete some first.")
        last = max((group.position for group in here.values()), default=0)
        for position, name in enumerate(missing, start=last + 1):
            group = MonitorGroup(id=uuid7(), name=name, position=position)
            self._groups[name] = group.id
            if not self._dry_run:
                self._table.session.add(group)
            told = Imported(what=ImportedKind.GROUP, id=None if self._dry_run else group.id, name=name)
            self.kept.created.append(told)
        await self._table.session.flush()

    def create(self, taken: Taken, *, position: int) -> None:
        monitor_id, token = uuid7(), new_push_token() if taken.spec.kind == "push" else None
        self.kept.created.append(_told(None if self._dry_run else monitor_id, taken))
        self.kept.monitors[taken.refs[0]] = monitor_id
        if self._dry_run:
            return
        config, secrets = stored(taken.spec)
        monitor = Monitor(
            id=monitor_id,
            key=f"imported:{monitor_id}",
            origin=Origin.IMPORTED.value,
            visibility=Visibility.ADMINS.value,
            position=position,
            enabled=True,
            created_at=self._now,
            updated_at=self._now,
            successes=2,
            slow_ms=None,
            renamed=True,
            version=1,
            config=config,
            secrets_sealed=seal_secrets(self._app.cipher, monitor_id, secrets),
            push_token_hash=token.hash if token else None,
            group_id=self._groups[taken.group] if taken.group else None,
            **_values(taken),
        )
        self._table.session.add(monitor)
        self.made.append(monitor_id)
        if token:
            path = f"{PUSH_PATH}{token.token}"
            told = ImportedPushToken(monitor_id=monitor_id, name=taken.name, token=token.token, path=path)
            self.kept.push_tokens.append(told)

    def update(self, monitor: Monitor, taken: Taken) -> None:
        self.kept.monitors[taken.refs[0]] = monitor.id
        if (monitor.kind == "push") != (taken.spec.kind == "push"):
            why = "It has become one of another kind there. Delete it here, and it is made anew."
            self.kept.left.append(Left(taken.name, taken.type, why))
            return
        config, secrets = stored(taken.spec)
        values: dict[str, Any] = {**_values(taken), "config": config}
        if taken.group:
            values["group_id"] = self._groups[taken.group]
        changes = [name for name, value in values.items() if getattr(monitor, name) != value]
        if self._secrets_of(monitor) != secrets:
            values["secrets_sealed"] = seal_secrets(self._app.cipher, monitor.id, secrets)
            changes.append("secrets")
        if not changes:
            self.leave(monitor, taken)
            return
        self.kept.updated.append(_told(monitor.id, taken, changes=changes))
        if self._dry_run:
            return
        for name, value in values.items():
            setattr(monitor, name, value)
        touch(self._app, monitor)
        self.changed.append(monitor.id)

    def leave(self, monitor: Monitor, taken: Taken) -> None:
        self.kept.monitors[taken.refs[0]] = monitor.id
        self.kept.unchanged.append(_told(monitor.id, taken))

    def _secrets_of(self, monitor: Monitor) -> dict[str, Any] | None:
        try:
            return open_secrets(self._app.cipher, monitor.id, monitor.secrets_sealed)
        except SpecUnreadable:
            return None


def _values(taken: Taken) -> dict[str, Any]:
    """What Uptime Kuma says, and no administrator here: the rest is theirs."""
    return {
        "external_ref": taken.refs[0],
        "kind": taken.spec.kind,
        "name": taken.name,
        "target": target_of(taken.spec),
        "paused": taken.paused,
        "interval_seconds": taken.interval_seconds,
        "timeout_seconds": taken.timeout_seconds,
        "failures": taken.failures,
        "out_of": taken.failures,
        "inverted": taken.inverted,
        "reminder_seconds": taken.reminder_seconds,
    }


def _told(monitor_id: UUID | None, taken: Taken, *, changes: Sequence[str] = ()) -> Imported:
    return Imported(
        what=ImportedKind.MONITOR,
        id=monitor_id,
        name=taken.name,
        changes=[to_camel(name) for name in changes],
        remarks=list(taken.remarks),
    )
