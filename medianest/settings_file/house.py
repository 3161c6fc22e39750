"""An installation whose services are asked by the operator, as if an administrator did it in the portal."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING
from uuid import UUID

from medianest.admin.asking import Operator, operator_on, patience_with
from medianest.errors import Refused, ServiceAway
from medianest.installation import reachable
from medianest.operator_bus import as_owner
from medianest.settings_file.secrets import Secrets, read_secrets
from medianest_common.contracts.auth.operator import OperatorListUsers
from medianest_common.contracts.health.managing import ListManaged, Monitor, Origin
from medianest_common.settings import Settings

if TYPE_CHECKING:
    from medianest_common.contracts.base import Rpc

_SERVICES = ("auth", "media", "plex", "health", "notifications", "youtube")
_PAGE = 100


class House:
    """What it knows by name: people by their e-mail address, and monitors."""

    def __init__(self, operator: Operator, settings: Settings) -> None:
        self._operator = operator
        self._settings = settings
        self.secrets = Secrets()
        """Those of this installation, once they were learned."""
        self.unopened: list[str] = []
        """Which of them no key opens any more, in words."""
        self.people: dict[str, UUID] = {}
        self.addresses: dict[UUID, str] = {}
        self.names: dict[UUID, str] = {}
        """Of everybody, with an address or without."""
        self.monitors: dict[str, UUID] = {}
        self.made: dict[str, UUID] = {}
        """Monitors that people made or imported."""
        self._monitor_names: dict[UUID, str] = {}
        self._knows_people = self._knows_monitors = False

    async def ask[R](self, message: "Rpc[R]") -> R:
        """As the owner may. Raises `Refused`."""
        with as_owner():
            return await self._operator.ask(message)

    async def learn_secrets(self) -> None:
        self.secrets, self.unopened = await read_secrets(self._settings)

    async def know_people(self) -> None:
        """Raises `Refused`, and asks again next time."""
        if self._knows_people:
            return
        cursor: str | None = None
        while True:
            page = await self._operator.ask(OperatorListUsers(cursor=cursor))
            for user in page.items:
                self.names[user.id] = user.name
                if user.email:
                    self.people[user.email.casefold()] = user.id
                    self.addresses[user.id] = user.email
            cursor = page.next_cursor
            if cursor is None:
                break
        self._knows_people = True

    def unknown(self, person: str | None) -> list[str]:
        if person is None or person.casefold() in self.people:
            return []
        return [f"Nobody here has the address {person}."]

    async def know_monitors(self) -> None:
        """Of several with one name the first counts. Raises `Refused`, and asks again next time."""
        if self._knows_monitors:
            return
        found = await self.all_monitors()
        self._monitor_names = {each.id: each.name for each in found}
        self.monitors = {each.name: each.id for each in reversed(found)}
        self.made = {each.name: each.id for each in reversed(found) if each.origin is not Origin.AUTOMATIC}
        self._knows_monitors = True

    def forget_monitors(self) -> None:
        """They have changed."""
        self._knows_monitors = False

    def monitor_name(self, monitor_id: UUID) -> str:
        """Raises `Refused` for one that has come since they were asked for."""
        try:
            return self._monitor_names[monitor_id]
        except KeyError:
            raise Refused("Monitors have changed in this moment: run this again.") from None

    async def all_monitors(self) -> list[Monitor]:
        """In their order."""
        found: list[Monitor] = []
        cursor: str | None = None
        while True:
            page = await self.ask(ListManaged(limit=_PAGE, cursor=cursor))
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found


@asynccontextmanager
async def house(settings: Settings) -> AsyncIterator[House]:
    """On the running installation. What does not answer is started for as long as it takes."""
    patience = patience_with(settings)
    async with AsyncExitStack() as stack:
        present = await stack.enter_async_context(reachable(settings))
        asking: list[Operator] = []
        for service in _SERVICES:
            # What is asked of one that is away is refused, part by part.
            with suppress(ServiceAway):
                found = operator_on(present, patience=patience, service=service)
                asking.append(await stack.enter_async_context(found))
        if not asking:
            raise ServiceAway(
                "No service runs, and their keys for the bus are not here. Start MediaNest first."
            )
        yield House(asking[0], present)
