"""A document of monitors is made to be so here: new ones are added, known ones changed, and nothing is taken away."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from medianest_common.bus import require
from medianest_common.clock import uuid7
from medianest_common.contracts.base import to_camel
from medianest_common.contracts.health.carrying import (
    CarriedOver,
    CarriedPushToken,
    CarriedThing,
    CarriedValues,
    ImportMonitors,
)
from medianest_common.contracts.health.decided import MonitorDecision
from medianest_common.contracts.health.kinds import MonitorSpec
from medianest_common.contracts.health.managing import MOST_GROUPS, MOST_MONITORS, Origin
from medianest_common.contracts.identity import Permission
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid
from medianest_health.app import HealthApp
from medianest_health.auditing import decided
from medianest_health.deciding import decide, read_spec, with_kept_secrets
from medianest_health.errors import DependencyCycle, TooManyGroups, TooManyMonitors
from medianest_health.models import Monitor, MonitorGroup
from medianest_health.push_tokens import PUSH_PATH, new_push_token
from medianest_health.repository.managed import Groups, ManagedMonitors
from medianest_health.repository.schedules import Schedules
from medianest_health.repository.specs import (
    SpecUnreadable,
    open_secrets,
    seal_secrets,
    spec_from,
    spec_of,
    stored,
)
from medianest_health.targets import target_of
from medianest_health.use_cases.change_monitor import touch
from medianest_health.use_cases.create_monitor import MADE_BY_PEOPLE
from medianest_health.use_cases.tell_monitors import show_anew

_ENTER = "Enter what is secret about it again: {}."


class _DryRun(Exception):
    """Takes everything back that was only tried."""


async def import_monitors(app: HealthApp, command: ImportMonitors) -> CarriedOver:
    require(Permission.MANAGE_MONITORS)
    specs = [_read(app, number, each) for number, each in enumerate(command.monitors)]
    carrying = _Carrying(app, command)
    try:
        async with app.db.transaction() as tx:
            await carrying.carry(tx, specs)
            if command.dry_run:
                raise _DryRun
            tx.after_commit(lambda: show_anew(app))
    except _DryRun:
        pass
    return carrying.told()


def _read(app: HealthApp, number: int, values: CarriedValues) -> MonitorSpec:
    try:
        return read_spec(app, values.spec)
    except Invalid as refused:
        errors = refused.errors or [FieldError("spec", refused.detail or refused.title)]
        placed = [FieldError(f"document.monitors.{number}.{each.field}", each.message) for each in errors]
        raise Invalid(errors=placed) from None


class _Carrying:
    def __init__(self, app: HealthApp, command: ImportMonitors) -> None:
        self._app = app
        self._command = command
        self._ids: dict[UUID, UUID] = {}
        """What each ref of the document is here."""
        self._created: list[CarriedThing] = []
        self._updated: list[CarriedThing] = []
        self._unchanged: list[CarriedThing] = []
        self._left: list[CarriedThing] = []
        self._tokens: list[CarriedPushToken] = []

    async def carry(self, tx: Transaction, specs: Sequence[MonitorSpec]) -> None:
        monitors = ManagedMonitors(tx.session)
        await monitors.alone()
        groups = await self._groups(Groups(tx.session))
        known = await self._known(monitors)
        await self._look_up_automatic(monitors)
        bonds, position = await monitors.bonds(), await monitors.last_position()
        taken: list[tuple[CarriedValues, Monitor]] = []
        for values, spec in zip(self._command.monitors, specs, strict=True):
            monitor = known.get(values.ref)
            if monitor is not None and (monitor.kind == "push") != (spec.kind == "push"):
                self._leave(values, "It reports by itself, or did: make another one of it.")
                continue
            if monitor is None:
                position += 1
                monitor = self._new(values, position=position)
            self._ids[values.ref] = monitor.id
            taken.append((values, monitor))
        by_ref = dict(zip((each.ref for each in self._command.monitors), specs, strict=True))
        binding: list[tuple[UUID, set[UUID]]] = []
        for values, monitor in taken:
            is_new = values.ref not in known
            wanted = {self._ids[ref] for ref in values.decisions.depends_on if ref in self._ids}
            before = None if is_new else _picture(monitor, bonds.get(monitor.id, set()))
            remarks = self._apply(monitor, values, by_ref[values.ref], groups=groups)
            if len(wanted) < len(set(values.decisions.depends_on)):
                remarks.append("Something that it depends on is not here.")
            self._tell(monitor, values, remarks, before=before, after=_picture(monitor, wanted))
            tx.session.add(monitor)
            binding.append((monitor.id, wanted))
        await tx.session.flush()
        for monitor_id, wanted in binding:
            if wanted != bonds.get(monitor_id, set()):
                await monitors.bind(monitor_id, wanted)
        if await monitors.count(MADE_BY_PEOPLE) > MOST_MONITORS:
            raise TooManyMonitors(f"There can be {MOST_MONITORS} of them. Delete some first.")
        _demand_no_circle(await monitors.bonds())
        await Schedules(tx.session).look_now(
            [each.id for each in (*self._created, *self._updated) if each.id], now=self._app.clock.now()
        )
        decided(tx, MonitorDecision.CREATE, *(each.id for each in self._created if each.id))
        decided(tx, MonitorDecision.CHANGE, *(each.id for each in self._updated if each.id))

    def told(self) -> CarriedOver:
        dry = self._command.dry_run
        created = [each.model_copy(update={"id": None}) for each in self._created] if dry else self._created
        return CarriedOver(
            dry_run=dry,
            created=created,
            updated=self._updated,
            unchanged=self._unchanged,
            left=self._left,
            push_tokens=[] if dry else self._tokens,
        )

    async def _groups(self, groups: Groups) -> Mapping[UUID, UUID]:
        there = await groups.in_order()
        by_name = {group.name: group.id for group in there}
        position = max((group.position for group in there), default=0)
        for name in dict.fromkeys(self._command.groups.values()):
            if name not in by_name:
                position += 1
                by_name[name] = (await groups.add(MonitorGroup(id=uuid7(), name=name, position=position))).id
        if len(by_name) > MOST_GROUPS:
            raise TooManyGroups("Delete one first.")
        return {ref: by_name[name] for ref, name in self._command.groups.items()}

    async def _known(self, monitors: ManagedMonitors) -> Mapping[UUID, Monitor]:
        """Those that the document was exported from, or that an earlier import of it has made."""
        refs = {_external(each.ref): each.ref for each in self._command.monitors}
        statement = monitors.select().where(
            or_(Monitor.id.in_(refs.values()), Monitor.external_ref.in_(refs)), MADE_BY_PEOPLE
        )
        found = await monitors.session.scalars(statement.order_by(Monitor.id).with_for_update(key_share=True))
        return {refs.get(monitor.external_ref or "", monitor.id): monitor for monitor in found}

    async def _look_up_automatic(self, monitors: ManagedMonitors) -> None:
        keys = {key: ref for ref, key in self._command.automatic.items()}
        statement = select(Monitor.key, Monitor.id).where(
            Monitor.key.in_(keys), Monitor.origin == Origin.AUTOMATIC.value
        )
        for key, monitor_id in await monitors.session.execute(statement):
            self._ids[keys[key]] = monitor_id

    def _new(self, values: CarriedValues, *, position: int) -> Monitor:
        now, monitor_id = self._app.clock.now(), uuid7()
        return Monitor(
            id=monitor_id,
            key=f"imported:{monitor_id}",
            external_ref=_external(values.ref),
            origin=Origin.IMPORTED.value,
            position=position,
            enabled=True,
            renamed=True,
            version=0,
            created_at=now,
        )

    def _apply(
        self,
        monitor: Monitor,
        values: CarriedValues,
        spec: MonitorSpec,
        *,
        groups: Mapping[UUID, UUID],
    ) -> list[str]:
        """Returns what has to be said about it."""
        remarks = []
        group_id = values.decisions.group_id
        decide(
            monitor,
            values.decisions.model_copy(update={"group_id": groups.get(group_id) if group_id else None}),
        )
        monitor.paused = values.paused
        present = self._secrets(monitor)
        config, secrets = stored(spec_from(values.spec | self._kept(monitor, values, spec, present)))
        there = {to_camel(name) for name in secrets}
        missing = [name for name in values.secrets if name.partition(".")[0] not in there]
        if missing:
            remarks.append(_ENTER.format(", ".join(missing)))
        if secrets != present:
            monitor.secrets_sealed = seal_secrets(self._app.cipher, monitor.id, secrets)
        monitor.config, monitor.kind, monitor.target = config, spec.kind, target_of(spec)
        if spec.kind == "push" and monitor.push_token_hash is None:
            token = new_push_token()
            monitor.push_token_hash = token.hash
            told = {"push_token": token.token, "push_path": PUSH_PATH + token.token}
            self._tokens.append(CarriedPushToken(id=monitor.id, name=monitor.name, **told))
        return remarks

    def _secrets(self, monitor: Monitor) -> dict[str, Any]:
        try:
            return open_secrets(self._app.cipher, monitor.id, monitor.secrets_sealed)
        except SpecUnreadable:
            return {}

    def _kept(
        self, monitor: Monitor, values: CarriedValues, spec: MonitorSpec, present: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What was entered here for the same address; for another it has to be entered again."""
        if not present:
            return {}
        try:
            before = spec_of(monitor, cipher=self._app.cipher)
            return with_kept_secrets(spec, given=values.spec, before=before, secrets=present)
        except (SpecUnreadable, Invalid):
            return {}

    def _leave(self, values: CarriedValues, why: str) -> None:
        name = values.decisions.name
        self._left.append(CarriedThing(ref=values.ref, id=None, name=name, remarks=[why]))

    def _tell(
        self,
        monitor: Monitor,
        values: CarriedValues,
        remarks: list[str],
        *,
        before: dict[str, Any] | None,
        after: dict[str, Any],
    ) -> None:
        told = CarriedThing(ref=values.ref, id=monitor.id, name=monitor.name, remarks=remarks)
        if before == after:
            self._unchanged.append(told)
            return
        (self._created if before is None else self._updated).append(told)
        touch(self._app, monitor)


def _external(ref: UUID) -> str:
    return f"document:{ref}"


def _picture(monitor: Monitor, depends_on: set[UUID]) -> dict[str, Any]:
    """All that an import may change."""
    names = [
        column.name for column in Monitor.__table__.columns if column.name not in ("version", "updated_at")
    ]
    return {name: getattr(monitor, name) for name in names} | {"depends_on": depends_on}


def _demand_no_circle(bonds: Mapping[UUID, set[UUID]]) -> None:
    left = {monitor: set(on) for monitor, on in bonds.items()}
    while free := {each for on in left.values() for each in on} - left.keys():
        left = {monitor: on - free for monitor, on in left.items() if on - free}
    if left:
        raise DependencyCycle("Leave out one of the dependencies of the document.")
