"""Pages of items out of the index.

A page continues behind the key of the last row and is read along an index of its order, so that it costs the same
wherever it is and however large the library. Narrow filters use their own indexes; PostgreSQL chooses by how many
items are like that.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.plex.browse import ItemSort, ListItems
from medianest_common.paging import InvalidCursor, decode_cursor, encode_cursor
from medianest_plex.models.library import SORTS
from medianest_plex.shown import ITEM, Shown, shown

_LARGEST = 2**63


class Order(NamedTuple):
    """`read` makes of the text in a cursor what is compared with the column."""

    column: str
    read: Callable[[str], Any]


class Page(NamedTuple):
    items: list[Shown]
    next_cursor: str | None


def _whole(value: str) -> int:
    number = int(value)
    if abs(number) >= _LARGEST:
        raise ValueError("too large")
    return number


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment


_ORDERS: Mapping[ItemSort, Order] = {
    ItemSort.TITLE: Order(SORTS["sort_title"], str),
    ItemSort.ADDED_AT: Order(SORTS["added_at"], _moment),
    ItemSort.YEAR: Order(SORTS["year"], _whole),
    ItemSort.RATING: Order(SORTS["rating"], float),
    ItemSort.RELEASED_AT: Order(SORTS["released_on"], date.fromisoformat),
    ItemSort.DURATION: Order(SORTS["duration"], _whole),
}
_INDEX = Order("coalesce(index, 0)", _whole)
_POSITION = Order("position", _whole)


async def items_of(connection: AsyncConnection, query: ListItems, *, library_id: int, kind: str) -> Page:
    conditions: dict[str, dict[str, Any]] = {
        "library_id = :library": {"library": library_id},
        "type = :kind": {"kind": kind},
    }
    if query.genre is not None:
        conditions["genres @> cast(:genres as text[])"] = {"genres": [query.genre]}
    if query.content_rating is not None:
        conditions["content_rating = :content_rating"] = {"content_rating": query.content_rating}
    if query.year_from is not None:
        conditions["coalesce(year, 0) >= :year_from"] = {"year_from": query.year_from}
    if query.year_to is not None:
        conditions["coalesce(year, 0) between 1 and :year_to"] = {"year_to": query.year_to}
    if query.rating_from is not None:
        conditions[f"{SORTS['rating']} >= :rating_from"] = {"rating_from": query.rating_from}
    if query.unwatched:
        conditions["view_count < coalesce(leaf_count, 1)"] = {}
    name = f"{query.library}.{kind}.{query.sort}.{'desc' if query.descends else 'asc'}"
    return await _page(
        connection,
        _ORDERS[query.sort],
        conditions,
        name=name,
        descends=query.descends,
        cursor=query.cursor,
        limit=query.limit,
    )


async def children_of(
    connection: AsyncConnection, *, server_id: int, parent: int, cursor: str | None, limit: int
) -> Page:
    conditions = {"server_id = :server": {"server": server_id}, "parent_key = :parent": {"parent": parent}}
    return await _page(connection, _INDEX, conditions, name=f"children.{parent}", cursor=cursor, limit=limit)


async def collections_of(
    connection: AsyncConnection, libraries: Sequence[int], *, cursor: str | None, limit: int
) -> Page:
    conditions: dict[str, dict[str, Any]] = {
        "library_id = any(:libraries)": {"libraries": list(libraries)},
        "type = 'collection'": {},
    }
    order = _ORDERS[ItemSort.TITLE]
    return await _page(connection, order, conditions, name="collections", cursor=cursor, limit=limit)


async def members_of(
    connection: AsyncConnection, *, server_id: int, collection: int, cursor: str | None, limit: int
) -> Page:
    conditions = {
        "server_id = :server": {"server": server_id},
        "collection_key = :collection": {"collection": collection},
    }
    return await _page(
        connection,
        _POSITION,
        conditions,
        name=f"collection.{collection}",
        cursor=cursor,
        limit=limit,
        rows="(select c.server_id, c.item_key as rating_key, c.position, c.collection_key from collection_items c)",
    )


async def items_named(connection: AsyncConnection, keys: Sequence[int], *, server_id: int) -> list[Shown]:
    """In the order of the keys; those that are not in the index are left out."""
    statement = text(f"""
        select {ITEM} as item, i.image, l.key as library_key, i.rating_key
          from items i join libraries l on l.id = i.library_id
         where i.server_id = :server and i.rating_key = any(:keys)
    """)  # noqa: S608
    rows = shown((await connection.execute(statement, {"server": server_id, "keys": list(keys)})).all())
    by_key = {row.rating_key: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]


async def _page(
    connection: AsyncConnection,
    order: Order,
    conditions: Mapping[str, Mapping[str, Any]],
    *,
    name: str,
    cursor: str | None,
    limit: int,
    descends: bool = False,
    rows: str = "items",
) -> Page:
    where = list(conditions)
    # One row more than the page, whose only use is to tell that there is one.
    values: dict[str, Any] = {"rows": limit + 1}
    for given in conditions.values():
        values |= given
    if cursor is not None:
        place, key = decode_cursor(cursor, name, str, int)
        try:
            values |= {"place": order.read(place), "key": key}
        except (ValueError, OverflowError):
            raise InvalidCursor("Start again from the first page.") from None
        where.append(f"({order.column}, rating_key) {'<' if descends else '>'} (:place, :key)")
    direction = "desc" if descends else "asc"
    statement = text(f"""
        select {ITEM} as item, i.image, l.key as library_key, i.rating_key, page.place::text as place
          from (select server_id, rating_key, {order.column} as place from {rows} page_of
                 where {" and ".join(where)}
                 order by {order.column} {direction}, rating_key {direction} limit :rows) page
          join items i on i.server_id = page.server_id and i.rating_key = page.rating_key
          join libraries l on l.id = i.library_id
         order by page.place {direction}, page.rating_key {direction}
    """)  # noqa: S608
    found = (await connection.execute(statement, values)).all()
    more = len(found) > limit
    page = found[:limit]
    next_cursor = encode_cursor(name, page[-1].place, page[-1].rating_key) if more else None
    return Page(shown(page), next_cursor)
