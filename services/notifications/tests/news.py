"""The service with a clock that can be moved on, and what a library and its people tell it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import text

from medianest.testing import Sandbox, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import UserCreated
from medianest_common.contracts.identity import Role
from medianest_common.contracts.personal import NOBODY
from medianest_common.contracts.plex import ItemType
from medianest_common.contracts.plex.access import LibraryAccessChanged
from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemRemoved
from medianest_common.service import Runtime
from medianest_common.swapping import Swappable
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_notifications import use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.service import SERVICE, open_app
from services.notifications.tests.household import Person

MACHINE = "abc123"
MOVIES, SHOWS, GROWN_UPS = "1", "2", "3"


@dataclass
class News:
    sandbox: Sandbox
    clock: ShiftedClock
    apps: list[Swappable[NotificationsApp]] = field(default_factory=list)

    async def start(self, **settings: Any) -> None:
        @asynccontextmanager
        async def kept(runtime: Runtime[Any]) -> AsyncIterator[Swappable[NotificationsApp]]:
            async with open_app(runtime) as app:
                self.apps.append(app)
                yield app

        await self.sandbox.start(replace(SERVICE, open_app=kept), **settings)

    @property
    def app(self) -> NotificationsApp:
        return self.apps[-1].present

    async def person(
        self,
        name: str,
        *,
        role: Role = Role.USER,
        sees: Sequence[str] | None = None,
        plex: bool = True,
    ) -> Person:
        """Somebody who sees these libraries; everything without a Plex account."""
        person = Person(self.sandbox, name, role)
        account = uuid7().int % 10**9 if plex else None
        await self.sandbox.emit(
            UserCreated(user_id=person.id, name=name, email=None, role=role, plex_id=account, version=1)
        )
        await eventually(lambda: self._is_known(person))
        if plex and sees is not None:
            await self.sees(person, sees)
        return person

    async def sees(self, person: Person, libraries: Sequence[str]) -> None:
        at = self.clock.now()
        event = LibraryAccessChanged(
            user_id=person.id, machine_identifier=MACHINE, library_keys=list(libraries), at=at
        )
        await self.sandbox.emit(event)
        await eventually(lambda: self._has_access(person.id, at))

    async def nobody_is_left_out(self) -> None:
        """Those without a Plex account see everything."""
        at = self.clock.now()
        event = LibraryAccessChanged(user_id=NOBODY, machine_identifier=MACHINE, library_keys=None, at=at)
        await self.sandbox.emit(event)
        await eventually(lambda: self._has_access(NOBODY, at))

    async def _is_known(self, person: Person) -> bool:
        return bool(await self.rows("select 1 from recipients where user_id = :id", id=person.id))

    async def _has_access(self, user_id: Any, at: Any) -> bool:
        sql = "select 1 from library_access where user_id = :id and known_at = :at"
        return bool(await self.rows(sql, id=user_id, at=at))

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.app.db.read() as connection:
            return [tuple(row) for row in await connection.execute(text(sql), values)]

    async def heard(self, *events: Any) -> None:
        """Emit these, and wait until they have been handled."""
        ids = [await self.sandbox.emit(event) for event in events]

        async def handled() -> bool:
            found = await self.rows("select count(*) from inbox where event_id = any(:ids)", ids=ids)
            return bool(found[0][0] == len(ids))

        await eventually(handled)

    async def pass_by(self, minutes: float) -> None:
        """So much later, everything that is due is told."""
        self.clock.advance(minutes * 60)
        await use_cases.tell_arrivals(self.app)

        async def through() -> bool:
            await use_cases.tell_many(self.app)
            return not (await self.rows("select 1 from tellings limit 1"))

        await eventually(through)

    def film(self, title: str, tmdb_id: int | None, **more: Any) -> ItemAdded:
        return ItemAdded(**self.item(ItemType.MOVIE, title, tmdb_id=tmdb_id, **more))

    def season(self, show: str, tmdb_id: int, number: int, episodes: int, **more: Any) -> ItemAdded:
        return ItemAdded(**self._season(show, tmdb_id, number, episodes, **more))

    def grown(
        self, show: str, tmdb_id: int, number: int, *, before: int, episodes: int, **more: Any
    ) -> ItemChanged:
        values = self._season(show, tmdb_id, number, episodes, **more)
        return ItemChanged(**values, episodes_before=before)

    def removed(self, event: Any) -> ItemRemoved:
        return ItemRemoved(**event.model_dump(by_alias=False) | {"seen_at": self.clock.now()})

    def _season(self, show: str, tmdb_id: int, number: int, episodes: int, **more: Any) -> dict[str, Any]:
        defaults = {
            "library_key": SHOWS,
            "library_title": "Shows",
            "tmdb_id": tmdb_id,
            "parent_title": show,
            "season": number,
            "episode_count": episodes,
        }
        return self.item(ItemType.SEASON, f"Season {number}", **defaults | more)

    def item(self, item_type: ItemType, title: str, **more: Any) -> dict[str, Any]:
        values: dict[str, Any] = {
            "machine_identifier": MACHINE,
            "rating_key": str(uuid7().int % 10**9),
            "library_key": MOVIES,
            "library_title": "Movies",
            "item_type": item_type,
            "title": title,
            "year": None,
            "tmdb_id": None,
            "tvdb_id": None,
            "imdb_id": None,
            "seen_at": self.clock.now(),
            "is_news": True,
        }
        return values | more


async def titles(person: Person) -> list[str]:
    """The oldest first, without what was dismissed."""
    return [entry.title for entry in reversed(await person.inbox())]
