from typing import Any
from uuid import UUID

from sqlalchemy import select

from medianest_common.bus import require
from medianest_common.contracts.base import to_camel
from medianest_common.contracts.health.carrying import (
    CarriedAutomatic,
    CarriedGroup,
    Exported,
    ExportMonitors,
)
from medianest_common.contracts.health.decided import InternalsDecision
from medianest_common.contracts.health.managing import Decisions, Origin
from medianest_common.contracts.identity import Permission
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_health.app import HealthApp
from medianest_health.auditing import internals_decided
from medianest_health.fitting import fitting
from medianest_health.managed import names_of
from medianest_health.models import Monitor
from medianest_health.repository.managed import Groups, ManagedMonitors
from medianest_health.repository.specs import SpecUnreadable, open_secrets

_CURSOR = "export"


async def export_monitors(app: HealthApp, query: ExportMonitors) -> Exported:
    """Those that people have made or imported, in their order. No secrets are in it."""
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        everything = select(Monitor).order_by(Monitor.position, Monitor.id)
        monitors = (await tx.session.scalars(everything)).all()
        bonds = await ManagedMonitors(tx.session).bonds()
        groups = await Groups(tx.session).in_order()
        if query.cursor is None:
            internals_decided(tx, InternalsDecision.MONITORS_EXPORT, "monitors")
    made = [monitor for monitor in monitors if monitor.origin != Origin.AUTOMATIC]
    if query.cursor:
        reached = decode_cursor(query.cursor, _CURSOR, int, UUID)
        made = [monitor for monitor in made if (monitor.position, monitor.id) > reached]
    carried = [_carried(app, monitor, sorted(bonds.get(monitor.id, ()))) for monitor in made]
    carried = carried[: fitting(carried)]
    more, made = len(made) > len(carried), made[: len(carried)]
    needed = {each for monitor in made for each in bonds.get(monitor.id, ())}
    return Exported(
        groups=[CarriedGroup(ref=group.id, name=group.name) for group in groups],
        automatic=[
            CarriedAutomatic(ref=monitor.id, key=monitor.key)
            for monitor in monitors
            if monitor.origin == Origin.AUTOMATIC and monitor.id in needed
        ],
        monitors=carried,
        next_cursor=encode_cursor(_CURSOR, made[-1].position, made[-1].id) if more else None,
    )


def _carried(app: HealthApp, monitor: Monitor, depends_on: list[UUID]) -> dict[str, Any]:
    decisions = Decisions.model_validate(
        {
            "depends_on": depends_on,
            **{name: getattr(monitor, name) for name in Decisions.model_fields if name != "depends_on"},
        }
    )
    try:
        secrets = open_secrets(app.cipher, monitor.id, monitor.secrets_sealed)
    except SpecUnreadable:
        secrets = {}
    return {
        "ref": str(monitor.id),
        **decisions.model_dump(mode="json"),
        "paused": monitor.paused,
        # What is not said of a secret leaves it as it is.
        "spec": {to_camel(name): value for name, value in monitor.config.items() if value is not None},
        "secrets": sorted(names_of(secrets)),
    }
