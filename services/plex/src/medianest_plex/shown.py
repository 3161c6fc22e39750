"""Rows of the index as people are told of them.

PostgreSQL makes the JSON, which costs a fraction of doing it here; only the name of the picture is added, since its
key never leaves this process.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from medianest_common.bus import Raw
from medianest_plex.image_keys import ImageKeys, Picture

_PLEX_PAGE = "https://app.plex.tv/desktop/#!/server"


class Shown(NamedTuple):
    """`item` is JSON without its picture, `image` the path of that."""

    item: str
    image: str | None
    library_key: int
    rating_key: int


def moment(column: str) -> str:
    return f"""to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


FIELDS: Mapping[str, str] = {
    "ratingKey": "i.rating_key::text",
    "type": "i.type",
    "title": "i.title",
    "originalTitle": "i.original_title",
    "parentKey": "i.parent_key::text",
    "grandparentKey": "i.grandparent_key::text",
    "parentTitle": "i.parent_title",
    "grandparentTitle": "i.grandparent_title",
    "index": "i.index",
    "parentIndex": "i.parent_index",
    "year": "i.year",
    "releasedOn": "i.released_on",
    "summary": "i.summary",
    "libraryKey": "l.key::text",
    "addedAt": moment("i.added_at"),
    "durationMs": "i.duration_ms",
    "rating": "round(i.rating::numeric, 1)",
    "contentRating": "i.content_rating",
    "genres": "i.genres",
    "childCount": "i.child_count",
    "leafCount": "i.leaf_count",
    "tmdbId": "i.tmdb_id",
    "tvdbId": "i.tvdb_id",
    "imdbId": "i.imdb_id",
}


def object_of(fields: Mapping[str, str]) -> str:
    return f"json_build_object({', '.join(f"'{name}', {value}" for name, value in fields.items())})"


ITEM = f"{object_of(FIELDS)}::text"
"""Of a row `i` of items and its row `l` of libraries."""


def shown(rows: Iterable[Any]) -> list[Shown]:
    return [Shown(row.item, row.image, row.library_key, row.rating_key) for row in rows]


def with_picture(item: Shown, *, images: ImageKeys) -> str:
    """The whole object."""
    key = images.sign(Picture(str(item.library_key), item.image)) if item.image else None
    return f'{item.item[:-1]}, "image": {json.dumps(key)}}}'


def listed(
    items: Iterable[Shown], *, images: ImageKeys, first: tuple[str, str] | None = None, **more: object
) -> Raw:
    """A list of items, with whatever else its answer has; `first` is a name and what is JSON already."""
    body = ",".join(with_picture(item, images=images) for item in items)
    before = f'"{first[0]}":{first[1]},' if first else ""
    rest = "".join(f",{json.dumps(name)}:{json.dumps(value)}" for name, value in more.items())
    return Raw(f'{{{before}"items":[{body}]{rest}}}'.encode())


def plex_page(machine_identifier: str, rating_key: str) -> str:
    """Where Plex itself shows the item."""
    key = quote(f"/library/metadata/{rating_key}", safe="")
    return f"{_PLEX_PAGE}/{quote(machine_identifier, safe='')}/details?key={key}"
