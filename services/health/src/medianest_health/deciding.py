"""What is checked of an administrator's wish before it becomes a monitor."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from medianest_common.contracts.base import to_camel
from medianest_common.contracts.health.kinds import MonitorSpec
from medianest_common.contracts.health.managing import Decisions
from medianest_common.errors import FieldError, Invalid
from medianest_health.adapters.kinds import check_spec
from medianest_health.app import HealthApp
from medianest_health.errors import DependencyCycle
from medianest_health.models import Monitor
from medianest_health.repository.managed import Groups, ManagedMonitors
from medianest_health.repository.specs import spec_from
from medianest_health.targets import check_address, entrusted_to

_DECIDED = (
    "name",
    "group_id",
    "interval_seconds",
    "timeout_seconds",
    "failures",
    "out_of",
    "successes",
    "slow_ms",
    "inverted",
    "reminder_seconds",
)


def read_spec(app: HealthApp, values: Mapping[str, Any]) -> MonitorSpec:
    """Raises `Invalid` for what can be said against it without asking anybody."""
    try:
        spec = spec_from(dict(values))
    except ValidationError:
        raise Invalid(errors=[FieldError("spec", "This does not describe a monitor.")]) from None
    check_address(spec)
    check_spec(spec, ports=app.ports)
    return spec


def with_kept_secrets(
    spec: MonitorSpec, *, given: Collection[str], before: MonitorSpec, secrets: Mapping[str, Any]
) -> dict[str, Any]:
    """The secrets that were left out, as they were. Raises `Invalid` where they were entrusted to something else."""
    left_out = {name: value for name, value in secrets.items() if name not in given}
    if not left_out or spec.kind != before.kind:
        # Of another kind it is another thing altogether.
        return {}
    if entrusted_to(spec) != entrusted_to(before):
        message = "Enter it again, since the address or the user is another now; or null for none."
        raise Invalid(errors=[FieldError(f"spec.{to_camel(name)}", message) for name in sorted(left_out)])
    return left_out


def decide(monitor: Monitor, decisions: Decisions) -> None:
    for name in _DECIDED:
        setattr(monitor, name, getattr(decisions, name))
    monitor.visibility = decisions.visibility.value


async def demand_group(groups: Groups, group_id: UUID | None) -> None:
    """It stays until the end of the transaction."""
    if group_id is not None and await groups.get(group_id, lock=True) is None:
        raise Invalid(errors=[FieldError("groupId", "There is no such group.")])


async def bind(monitors: ManagedMonitors, monitor_id: UUID, depends_on: Collection[UUID]) -> None:
    """Needs `ManagedMonitors.alone`. Raises `DependencyCycle`."""
    wanted = set(depends_on)
    if wanted:
        there = {each.id for each in await monitors.locked(wanted)}
        if not wanted <= there | {monitor_id}:
            raise Invalid(errors=[FieldError("dependsOn", "One of these monitors does not exist.")])
        bonds = await monitors.bonds()
        if monitor_id in _reached(bonds | {monitor_id: wanted}, wanted):
            raise DependencyCycle("Leave out one of those that depend on this one.")
    await monitors.bind(monitor_id, wanted)


def _reached(bonds: Mapping[UUID, Collection[UUID]], start: Collection[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    waiting = list(start)
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += bonds.get(each, ())
    return found
