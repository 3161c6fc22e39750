"""Radarr and Sonarr themselves as the backend of a household without Overseerr.

They keep no requests: what is not approved is not sent, and what was changed over there for whom is in our own table of
orders. An order is written down before anything is done, so that what was done is known whatever happens on the way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from medianest_common.clock import Clock
from medianest_common.contracts.media import Availability, MediaType
from medianest_common.contracts.media.defaults import Offer
from medianest_common.db import Database
from medianest_common.errors import BadUpstream, MediaNestError, TimedOut, TooManyRequests, Unavailable
from medianest_media.adapters.arr import TheirState
from medianest_media.adapters.arr_queue import QueueRecord, downloads
from medianest_media.adapters.backend import (
    BackendMisconfigured,
    BackendRefused,
    BackendRequest,
    Download,
    OutOfReach,
    Parts,
    Rules,
    Standing,
)
from medianest_media.adapters.direct_orders import (
    OrderBook,
    begin_anew,
    carry_out,
    leads_somewhere,
    let_go,
    told,
)
from medianest_media.adapters.radarr import Radarr
from medianest_media.adapters.sonarr import Sonarr
from medianest_media.models import Order, OrderState
from medianest_media.repository.orders import DIRECT

log = structlog.get_logger()

_FIRST_LOOK_BACK = timedelta(days=1)
_NOT_HELD = TheirState(availability=Availability.NONE, complete=False, held=False)

type Servers = Mapping[tuple[MediaType, bool], Radarr | Sonarr]


class Direct:
    """`servers` by what they fetch and whether in 4K; `tvdb_of` is what the catalogue knows."""

    name = DIRECT
    sees_library = False
    keeps_pending = False

    def __init__(
        self,
        db: Database,
        *,
        servers: Servers,
        tvdb_of: Callable[[int], Awaitable[int | None]],
        clock: Clock,
    ) -> None:
        self._orders = OrderBook(db, clock=clock)
        self._servers = servers
        self._tvdb_of = tvdb_of
        self._clock = clock

    def called(self, media_type: MediaType) -> str:
        return "Radarr" if media_type is MediaType.MOVIE else "Sonarr"

    def parts(self) -> Parts:
        return {server.system.lower().replace(" ", "_"): server.check for server in self._servers.values()}

    async def rules(self) -> Rules:
        return Rules(
            movie_4k=(MediaType.MOVIE, True) in self._servers, tv_4k=(MediaType.TV, True) in self._servers
        )

    async def offer(self, media_type: MediaType, *, is_4k: bool) -> Offer:
        server = self._servers.get((media_type, is_4k))
        if server is None:
            return Offer()
        return Offer(
            servers=[await server.offered()],
            minimum_availability=media_type is MediaType.MOVIE,
            season_folders=media_type is MediaType.TV,
        )

    async def user_of(self, plex_id: int) -> int | None:
        return None

    def by_hand(self, media_type: MediaType, *, is_4k: bool) -> bool:
        """Where no server is set up for it, an administrator may have it all the same."""
        return (media_type, is_4k) not in self._servers

    async def standing(self, media_type: MediaType, tmdb_id: int) -> Standing:
        """What a server that does not answer would have said is left out: whoever asks for it then loses nothing."""
        orders = await self._orders.of_title(media_type, tmdb_id)
        plain, in_4k = await asyncio.gather(
            *(self._standing_in(media_type, tmdb_id, orders, is_4k=is_4k) for is_4k in (False, True))
        )
        seen = {False: plain, True: in_4k}
        return Standing(
            availability=plain.availability if plain else Availability.NONE,
            availability_4k=in_4k.availability if in_4k else Availability.NONE,
            seasons=dict(plain.seasons) if plain else {},
            seasons_4k=dict(in_4k.seasons) if in_4k else {},
            requests=tuple(told(order) for order in orders if leads_somewhere(order, seen[order.is_4k])),
            unsure=frozenset(is_4k for is_4k, theirs in seen.items() if theirs is None),
        )

    async def create(
        self, media_type: MediaType, tmdb_id: int, *, is_4k: bool, seasons: list[int], as_user: int | None
    ) -> BackendRequest:
        """Adds it, or adopts what is there. Raises `BackendRefused`, and then leaves no order behind."""
        self._server(media_type, is_4k=is_4k)
        tvdb_id = await self._tvdb(tmdb_id, is_4k=is_4k) if media_type is MediaType.TV else None
        order = await self._orders.place(media_type, tmdb_id, tvdb_id=tvdb_id, is_4k=is_4k, seasons=seasons)
        return await self._send(order)

    async def request(self, request_id: int) -> BackendRequest | None:
        order = await self._orders.get(request_id)
        if order is None:
            return None
        if order.state is not OrderState.SENT or not self._is_with_us(order):
            return told(order, to_be_sent=order.state is OrderState.SENT)
        theirs = await self._state(order)
        if theirs is None:
            return None
        await self._orders.seen(order, complete=theirs.complete)
        return told(order, theirs)

    async def edit(self, request_id: int, media_type: MediaType, *, is_4k: bool, seasons: list[int]) -> None:
        """Only what has not been sent can still change."""
        await self._orders.change(request_id, seasons=seasons)

    async def approve(self, request_id: int) -> None:
        """An order that may not have arrived, was withdrawn or went to another server is sent."""
        order = await self._orders.get(request_id)
        if order is not None and not (order.state is OrderState.SENT and self._is_with_us(order)):
            await self._send(order)

    async def retry(self, request_id: int) -> None:
        order = await self._orders.get(request_id)
        if order is not None:
            await self._send(order)

    async def decline(self, request_id: int) -> None:
        await self._withdraw(request_id)

    async def delete(self, request_id: int) -> None:
        await self._withdraw(request_id)

    async def modified_since(self, moment: datetime | None) -> list[tuple[int, datetime]]:
        since = moment or self._clock.now() - _FIRST_LOOK_BACK
        found: list[tuple[int, datetime]] = []
        for key, changes in (await self._of_each(lambda server: server.changes_since(since))).items():
            found += await self._orders.of_changes(changes, media_type=key[0], is_4k=key[1])
        return sorted(found, key=lambda row: row[1], reverse=True)

    async def has_all(self, request_id: int) -> bool:
        order = await self._orders.get(request_id)
        return order is not None and order.complete_since is not None

    async def astray(self) -> list[int]:
        places = {key: server.place for key, server in self._servers.items()}
        return await self._orders.sent_elsewhere(places)

    async def downloads(self) -> list[Download]:
        """Of the servers that answer; an error only where none does."""
        found: list[Download] = []
        for (media_type, is_4k), records in (await self._of_each(lambda server: server.queue())).items():
            shows = await self._orders.by_tvdb({r.tvdb_id for r in records if r.tvdb_id})

            def tmdb_of(record: QueueRecord, shows: dict[int, int] = shows) -> int | None:
                return shows.get(record.tvdb_id or 0) or record.tmdb_id

            system = self._servers[media_type, is_4k].system
            found += downloads(records, media_type, is_4k=is_4k, system=system, tmdb_of=tmdb_of)
        return found

    async def check(self) -> None:
        for server in self._servers.values():
            await server.check()

    async def _send(self, order: Order) -> BackendRequest:
        server = self._server(order.media_type, is_4k=order.is_4k)
        if not self._is_with_us(order):
            order = await begin_anew(self._orders, server, order)
        try:
            sent = await carry_out(self._orders, server, order)
        except BackendRefused:
            await self._orders.strike(order)
            raise
        return told(sent)

    async def _withdraw(self, request_id: int) -> None:
        order = await self._orders.get(request_id)
        if order is None or order.state is OrderState.WITHDRAWN:
            return
        if not self._is_with_us(order):
            await self._orders.withdrawn(order)
            if order.server is None and order.state is OrderState.SENDING:
                return  # it never got that far
            name = self._name(order.media_type, is_4k=order.is_4k)
            raise OutOfReach(
                f"It was sent to a {name} that is not set up here any more. What is fetched there goes on until"
                " somebody removes it there.",
                upstream=name,
            )
        await let_go(self._orders, self._server(order.media_type, is_4k=order.is_4k), order)

    def _is_with_us(self, order: Order) -> bool:
        """Whether the server that it was sent to, if to any, is still the one that is set up."""
        server = self._servers.get((order.media_type, order.is_4k))
        return server is not None and order.server in (None, server.place)

    async def _standing_in(
        self, media_type: MediaType, tmdb_id: int, orders: list[Order], *, is_4k: bool
    ) -> TheirState | None:
        """None where nobody can say."""
        server = self._servers.get((media_type, is_4k))
        try:
            if isinstance(server, Radarr):
                return await server.state(tmdb_id) or _NOT_HELD
            if isinstance(server, Sonarr):
                known = next((o.tvdb_id for o in orders if o.tvdb_id), None) or await self._tvdb_of(tmdb_id)
                return (await server.state(known) or _NOT_HELD) if known else None
        except MediaNestError as error:
            log.info("standing_not_known", media_type=media_type.value, reason=error.detail or error.code)
        return None

    async def _state(self, order: Order) -> TheirState | None:
        server = self._server(order.media_type, is_4k=order.is_4k)
        if isinstance(server, Radarr):
            return await server.state(order.tmdb_id)
        return await server.state(order.tvdb_id, order.seasons) if order.tvdb_id else None

    async def _tvdb(self, tmdb_id: int, *, is_4k: bool) -> int:
        """Sonarr numbers shows as TheTVDB does."""
        server = self._server(MediaType.TV, is_4k=is_4k)
        unsure: MediaNestError | None = None
        try:
            found = await self._tvdb_of(tmdb_id)
        except (Unavailable, TimedOut, BadUpstream, TooManyRequests) as error:
            found, unsure = None, error
        if found is None and isinstance(server, Sonarr):
            found = await server.tvdb_of(tmdb_id)
        if found is None and unsure is not None:
            raise unsure
        if found is None:
            raise BackendRefused(
                f"{server.system} finds shows by TheTVDB's number, and nobody knows it for this one.",
                upstream=server.system,
            )
        return found

    def _server(self, media_type: MediaType, *, is_4k: bool) -> Radarr | Sonarr:
        server = self._servers.get((media_type, is_4k))
        if server is None:
            name = self._name(media_type, is_4k=is_4k)
            variables = f"MEDIANEST_{name.upper().replace(' ', '_')}"
            raise BackendMisconfigured(
                f"{name} is not set up yet. An administrator sets {variables}_URL and {variables}_API_KEY.",
                upstream=name,
                retry_after=300,
            )
        return server

    def _name(self, media_type: MediaType, *, is_4k: bool) -> str:
        return f"{self.called(media_type)}{' 4K' if is_4k else ''}"

    async def _of_each[T](
        self, ask: Callable[[Radarr | Sonarr], Coroutine[Any, Any, T]]
    ) -> dict[tuple[MediaType, bool], T]:
        """What each server answers; raises only where none answers."""
        keys = list(self._servers)
        outcomes = await asyncio.gather(*(ask(self._servers[key]) for key in keys), return_exceptions=True)
        answered: dict[tuple[MediaType, bool], T] = {}
        failures: list[MediaNestError] = []
        for key, outcome in zip(keys, outcomes, strict=True):
            if isinstance(outcome, MediaNestError):
                failures.append(outcome)
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                answered[key] = outcome
        if failures and not answered:
            raise failures[0]
        return answered
