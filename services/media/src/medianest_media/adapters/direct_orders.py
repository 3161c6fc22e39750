"""Orders: written down first, then carried out at Radarr or Sonarr, and let go without taking from anybody else."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from medianest_common.clock import Clock
from medianest_common.contracts.media import Availability, MediaType
from medianest_common.db import Database
from medianest_media.adapters.arr import Plan, TheirState
from medianest_media.adapters.backend import KEY_OWNER, AlreadyThere, BackendRequest, BackendStatus
from medianest_media.adapters.radarr import FILM, Radarr
from medianest_media.adapters.sonarr import Sonarr
from medianest_media.models import Order, OrderState
from medianest_media.repository.orders import Orders

type Server = Radarr | Sonarr

_STATUS = {
    OrderState.SENDING: BackendStatus.PENDING,
    OrderState.SENT: BackendStatus.APPROVED,
    OrderState.WITHDRAWN: BackendStatus.DECLINED,
}


class OrderBook:
    """Each step is a transaction of its own, so that it stays whatever becomes of the one that led to it."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def get(self, order_id: int) -> Order | None:
        async with self._db.transaction() as tx:
            return await Orders(tx.session).get(order_id)

    async def of_title(
        self, media_type: MediaType, tmdb_id: int, *, is_4k: bool | None = None
    ) -> list[Order]:
        async with self._db.transaction() as tx:
            return list(await Orders(tx.session).of_title(media_type, tmdb_id, is_4k=is_4k))

    async def by_tvdb(self, tvdb_ids: Iterable[int]) -> dict[int, int]:
        async with self._db.transaction() as tx:
            return await Orders(tx.session).by_tvdb(tvdb_ids)

    async def place(
        self, media_type: MediaType, tmdb_id: int, *, tvdb_id: int | None, is_4k: bool, seasons: list[int]
    ) -> Order:
        order = Order(
            media_type=media_type,
            tmdb_id=tmdb_id,
            tvdb_id=tvdb_id,
            is_4k=is_4k,
            seasons=seasons,
            state=OrderState.SENDING,
            added=False,
            taken_up=[],
            created_at=self._clock.now(),
        )
        async with self._db.transaction() as tx:
            return await Orders(tx.session).add(order)

    async def change(self, order_id: int, *, seasons: list[int]) -> None:
        async with self._db.transaction() as tx:
            order = await Orders(tx.session).get(order_id)
            if order is not None and order.state is OrderState.SENDING:
                order.seasons = seasons

    async def sent_elsewhere(self, places: Mapping[tuple[MediaType, bool], str]) -> list[int]:
        """Those that stand with another server than these."""
        async with self._db.transaction() as tx:
            sent = await Orders(tx.session).sent()
        return [
            order_id
            for order_id, media_type, is_4k, server in sent
            if (media_type, is_4k) not in places or server not in (None, places[media_type, is_4k])
        ]

    async def intend(self, order: Order, plan: Plan, *, server: str) -> Order:
        """An earlier attempt may have got somewhere, so what it meant to change counts as changed by us."""
        async with self._db.transaction() as tx:
            kept = await tx.session.merge(order)
            kept.state, kept.server = OrderState.SENDING, server
            kept.added = kept.added or plan.add
            kept.taken_up = sorted({*kept.taken_up, *plan.take_up})
            return kept

    async def arrived(self, order: Order, *, their_id: int) -> Order:
        async with self._db.transaction() as tx:
            kept = await tx.session.merge(order)
            kept.state, kept.their_id = OrderState.SENT, their_id
            return kept

    async def unsent(self, order: Order) -> Order:
        async with self._db.transaction() as tx:
            kept = await tx.session.merge(order)
            kept.state, kept.their_id, kept.complete_since = OrderState.SENDING, None, None
            kept.added, kept.taken_up = False, []
            return kept

    async def not_added(self, order: Order) -> Order:
        async with self._db.transaction() as tx:
            kept = await tx.session.merge(order)
            kept.added, kept.taken_up = False, []
            return kept

    async def withdrawn(self, order: Order) -> None:
        async with self._db.transaction() as tx:
            (await tx.session.merge(order)).state = OrderState.WITHDRAWN

    async def strike(self, order: Order) -> None:
        async with self._db.transaction() as tx:
            await Orders(tx.session).delete(Order.id == order.id)

    async def seen(self, order: Order, *, complete: bool) -> None:
        """Whether all of it is there."""
        if complete == (order.complete_since is not None):
            return
        async with self._db.transaction() as tx:
            kept = await Orders(tx.session).get(order.id)
            if kept is not None:
                kept.complete_since = self._clock.now() if complete else None

    async def of_changes(
        self, changes: Sequence[tuple[int, datetime]], *, media_type: MediaType, is_4k: bool
    ) -> list[tuple[int, datetime]]:
        latest: dict[int, datetime] = {}
        for their_id, at in changes:
            latest[their_id] = max(at, latest.get(their_id, at))
        if not latest:
            return []
        async with self._db.transaction() as tx:
            rows = await Orders(tx.session).held_as(media_type, latest, is_4k=is_4k)
        return [(order_id, latest[their_id]) for their_id, order_id in rows]


async def carry_out(book: OrderBook, server: Server, order: Order) -> Order:
    """Looks, writes down what will be changed, and changes it. Safe to run again after any failure."""
    plan = await _plan(server, order)
    order = await book.intend(order, plan, server=server.place)
    try:
        their_id = await _change(server, order, plan)
    except AlreadyThere:
        # Somebody else has added it in the meantime, so it is theirs and we take it up.
        order = await book.not_added(order)
        plan = await _plan(server, order)
        order = await book.intend(order, plan, server=server.place)
        their_id = await _change(server, order, plan)
    return await book.arrived(order, their_id=their_id)


async def begin_anew(book: OrderBook, server: Server, order: Order) -> Order:
    """For another server than the one it was sent to. Often that is the old one under a new address, and what we
    changed there stays ours to change back."""
    there = await _there(server, order)
    return order if there is not None and there == order.their_id else await book.unsent(order)


async def let_go(book: OrderBook, server: Server, order: Order) -> None:
    """What others have ordered too stays as it is."""
    same_title = await book.of_title(order.media_type, order.tmdb_id, is_4k=order.is_4k)
    there = await _there(server, order)
    others = [o for o in same_title if o.id != order.id and _still_wants(o, there)]
    added_as = None if others else _added_as(same_title, there)
    if isinstance(server, Radarr):
        if not others:
            taken_up = any(FILM in o.taken_up for o in same_title)
            await server.let_go(order.tmdb_id, added_as=added_as, taken_up=taken_up)
    elif order.tvdb_id is not None:
        still_wanted = {season for other in others for season in other.seasons}
        ours = {season for o in same_title for season in o.taken_up}
        leaving = sorted((set(order.seasons) & ours) - still_wanted)
        await server.let_go(order.tvdb_id, added_as=added_as, seasons=leaving)
    await book.withdrawn(order)


def _added_as(orders: Sequence[Order], there: int | None) -> int | None:
    """The id of what we added. Where the answer to that was lost, it is what is there now."""
    ours = next((order for order in reversed(orders) if order.added), None)
    if ours is None or ours.their_id is not None or ours.state is OrderState.WITHDRAWN:
        return ours.their_id if ours else None
    return there


async def _there(server: Server, order: Order) -> int | None:
    """The id of what is over there now."""
    if isinstance(server, Radarr):
        movie = await server.find(order.tmdb_id)
        return movie.id if movie else None
    series = await server.find(order.tvdb_id) if order.tvdb_id is not None else None
    return series.id if series else None


async def _plan(server: Server, order: Order) -> Plan:
    if isinstance(server, Radarr):
        return await server.plan(order.tmdb_id)
    assert order.tvdb_id is not None
    return await server.plan(order.tvdb_id, order.seasons)


async def _change(server: Server, order: Order, plan: Plan) -> int:
    if isinstance(server, Radarr):
        return await server.carry_out(plan, order.tmdb_id)
    assert order.tvdb_id is not None
    return await server.carry_out(plan, order.tvdb_id, order.seasons)


def _still_wants(order: Order, there: int | None) -> bool:
    """Who got everything does not wait for what was lost since, nor does what was deleted over there come again."""
    if order.state is OrderState.SENT and order.their_id != there:
        return False
    return order.state is not OrderState.WITHDRAWN and order.complete_since is None


def leads_somewhere(order: Order, theirs: TheirState | None) -> bool:
    """What was sent and has been deleted over there since will not come any more."""
    if order.state is OrderState.SENT:
        return theirs is None or theirs.held
    return order.state is OrderState.SENDING


def told(order: Order, theirs: TheirState | None = None, *, to_be_sent: bool = False) -> BackendRequest:
    return BackendRequest(
        id=order.id,
        status=BackendStatus.PENDING if to_be_sent else _STATUS[order.state],
        media_type=order.media_type,
        tmdb_id=order.tmdb_id,
        is_4k=order.is_4k,
        user_id=KEY_OWNER,
        seasons=tuple(order.seasons),
        availability=theirs.availability if theirs else Availability.NONE,
        season_availability=dict(theirs.seasons) if theirs else {},
        in_plex=False,
        files=dict(theirs.files) if theirs else {},
    )
