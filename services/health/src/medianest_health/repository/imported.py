"""What was taken over from another watcher, known by where it came from."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from medianest_common.contracts.health.managing import Origin
from medianest_health.models import Monitor, MonitorGroup
from medianest_health.repository.managed import ManagedMonitors

TOLD = "told"
"""How the references of those begin that are known from webhooks alone."""


class ImportedMonitors(ManagedMonitors):
    async def from_there(self, ref: str) -> Sequence[Monitor]:
        """Everything from one household, locked, in an order that everybody keeps to."""
        statement = self.select().where(Monitor.external_ref.startswith(f"{ref}:", autoescape=True))
        return (
            await self.session.scalars(statement.order_by(Monitor.id).with_for_update(key_share=True))
        ).all()

    async def groups(self) -> Mapping[str, MonitorGroup]:
        return {group.name: group for group in await self.session.scalars(select(MonitorGroup))}

    async def numbered(self, number: int, *, name: str) -> Monitor | None:
        """What was taken over from there under this number. Of several households the one that calls it so; where it is
        the only one, it may be called something else here."""
        statement = self.select().where(
            Monitor.origin == Origin.IMPORTED.value,
            Monitor.external_ref.endswith(f":{number}", autoescape=True),
            # Names may end like numbers.
            ~Monitor.external_ref.startswith(f"{TOLD}:"),
            ~Monitor.external_ref.contains(":name:"),
        )
        found = (await self.session.scalars(statement.order_by(Monitor.id))).all()
        if len(found) == 1:
            return found[0]
        return next((each for each in found if each.name == name), None)
