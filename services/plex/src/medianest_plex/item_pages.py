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

from medianest_common.contracts.plex.browse import ItemChoice, ItemSort, ListItems
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


class Mark(NamedTuple):
    label: str
    position: int


class Beginnings(NamedTuple):
    """`size` is that of the pages, and a multiple of what was asked for; `cursors` are those of all but the first."""

    total: int
    size: int
    cursors: list[str]
    marks: list[Mark]


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
# What somebody who scrolls wants to be told. Titles are folded; all that begins with no letter stands together.
_LABELS: Mapping[ItemSort, str] = {
    ItemSort.TITLE: "case when left(sort_title, 1) ~ '[[:alpha:]]' then upper(left(sort_title, 1)) else '#' end",
    ItemSort.ADDED_AT: "extract(year from added_at)::int::text",
    ItemSort.YEAR: "year::text",
    ItemSort.RATING: "floor(rating)::int::text",
    ItemSort.RELEASED_AT: "extract(year from released_on)::int::text",
}
_MOST_MARKS = 200
_INDEX = Order("coalesce(index, 0)", _whole)
_POSITION = Order("position", _whole)


async def items_of(connection: AsyncConnection, query: ListItems, *, library_id: int, kind: str) -> Page:
    return await _page(
        connection,
        _ORDERS[query.sort],
        _conditions(query, library_id=library_id, kind=kind),
        name=_name(query, kind),
        descends=query.descends,
        cursor=query.cursor,
        limit=query.limit,
    )


async def beginnings_of(
    connection: AsyncConnection, query: ItemChoice, *, library_id: int, kind: str, size: int, most_pages: int
) -> Beginnings:
    """Where each page begins, for whoever wants to go to the middle at once. Reads the whole order of the list."""
    order, conditions = _ORDERS[query.sort], _conditions(query, library_id=library_id, kind=kind)
    values: dict[str, Any] = {"size": size, "most": size * most_pages}
    for given in conditions.values():
        values |= given
    direction = "desc" if query.descends else "asc"
    statement = text(f"""
        with placed as (
            select {order.column} as place, rating_key, {_LABELS.get(query.sort, "null::text")} as label,
                   row_number() over (order by {order.column} {direction}, rating_key {direction}) as position
              from items where {" and ".join(conditions)}),
        total as (select count(*) as items from placed),
        step as (select :size * greatest(1, (items + :most - 1) / :most)::int as size, items from total)
        select position, place::text as place, rating_key, null as label, step.size, step.items
          from placed, step where position % step.size = 0 and position < step.items
        union all
        select min(position) - 1, null, null, label, step.size, step.items
          from placed, step where label is not null group by label, step.size, step.items
        union all
        select null, null, null, null, step.size, step.items from step
        order by position
    """)  # noqa: S608
    rows = (await connection.execute(statement, values)).all()
    name = _name(query, kind)
    cursors = [encode_cursor(name, row.place, row.rating_key) for row in rows if row.place is not None]
    marks = [Mark(row.label, row.position) for row in rows if row.label is not None]
    return Beginnings(rows[0].items, rows[0].size, cursors, marks[:_MOST_MARKS])


def _conditions(query: ItemChoice, *, library_id: int, kind: str) -> dict[str, dict[str, Any]]:
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
    return conditions


def _name(query: ItemChoice, kind: str) -> str:
    return f"{query.library}.{kind}.{query.sort}.{'desc' if query.descends else 'asc'}"


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
