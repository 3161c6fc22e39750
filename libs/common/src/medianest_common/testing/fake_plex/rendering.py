"""Items and containers in the shape of the recorded answers."""

from collections.abc import Sequence
from typing import Any

from .items import HOLDERS, TYPE_NUMBER, Item, ItemType, Section, tag_id
from .recorded import Document, exchange, recorded, scalars

_VIEW_GROUP_TITLES = {
    "movie": "All Movies",
    "show": "All Shows",
    "season": "All Seasons",
    "episode": "All Episodes",
    "artist": "All Artists",
    "album": "All Albums",
    "track": "All Tracks",
}
_MOVIE = exchange("library_movie_get_200")
_SHOW = exchange("library_show_get_200")
_EPISODE = exchange("library_episodes_get_200")
_SEASON: Document = recorded("pms/rs_tv_seasons.json")["MediaContainer"]
_COLLECTION: Document = recorded("pms/rs_metadata_161.json")["MediaContainer"]
_ARTIST: Document = recorded("pms/rs_music_library.json")["MediaContainer"]
_ALBUM: Document = recorded("pms/rs_music_albums.json")["MediaContainer"]
_TRACK: Document = recorded("pms/rs_music_tracks.json")["MediaContainer"]
_STREAMS = recorded("pms/rs_metadata_108.json")["MediaContainer"]["Metadata"][0]["Media"][0]["Part"][0][
    "Stream"
]
"""Only a single item's address tells of them."""
_SECTIONS = exchange("sections_get_200")
_BASE: dict[ItemType, Document] = {
    "movie": scalars(_MOVIE["Metadata"][0], "tagline", "primaryExtraKey"),
    "show": scalars(_SHOW["Metadata"][0], "originalTitle", "skipChildren"),
    "season": scalars(_SEASON["Metadata"][0], "parentStudio", "parentTheme"),
    "episode": scalars(_EPISODE["Metadata"][0], "lastViewedAt", "viewCount"),
    "collection": scalars(_COLLECTION["Metadata"][0]),
    "artist": scalars(_ARTIST["Metadata"][0]),
    "album": scalars(_ALBUM["Metadata"][0], "index"),
    "track": scalars(_TRACK["Metadata"][0]),
}
_MEDIA: dict[ItemType, Document] = {
    "movie": _MOVIE["Metadata"][0]["Media"][0],
    "episode": _EPISODE["Metadata"][0]["Media"][0],
    "track": _TRACK["Metadata"][0]["Media"][0],
}
_CONTAINERS = {"movie": _MOVIE, "show": _SHOW, "artist": _ARTIST, "photo": _MOVIE}
_SCANNERS = {
    "movie": "Plex Movie",
    "show": "Plex TV Series",
    "artist": "Plex Music",
    "photo": "Plex Photo Scanner",
}
_CHILDREN: dict[ItemType, ItemType] = {
    "show": "season",
    "season": "episode",
    "artist": "album",
    "album": "track",
}


def metadata(item: Item, *, detail: bool = False, guids: bool = False, section: bool = False) -> Document:
    """`detail` is what a single item's address answers; lists leave out ids of tags, streams and `Guid`."""
    updated = int(item.updated_at.timestamp())
    path = f"/library/metadata/{item.key}"
    document = _BASE[item.type] | {
        "ratingKey": item.rating_key,
        "key": f"{path}/children" if item.type in HOLDERS else path,
        "guid": item.guid,
        "type": item.type,
        "title": item.title,
        "summary": item.summary,
        "addedAt": int(item.added_at.timestamp()),
        "updatedAt": updated,
        "art": f"{path}/art/{updated}",
        "thumb": f"{path}/thumb/{updated}",
    }
    if item.title_sort != item.title:
        document["titleSort"] = item.title_sort
    else:
        document.pop("titleSort", None)
    _set(document, "year", item.year)
    first_shown = item.published_on or (f"{item.year}-01-01" if item.year else None)
    _set(document, "originallyAvailableAt", first_shown)
    _set(document, "contentRating", item.content_rating)
    _set(document, "index", item.index)
    if item.original_title:
        document["originalTitle"] = item.original_title
    if item.rating is not None:
        document["audienceRating"] = item.rating
    if item.duration_ms is not None:
        document["duration"] = item.duration_ms
    if not item.has_thumb:
        del document["thumb"]
    document.update(_family(item))
    if detail or section:
        document["librarySectionTitle"] = item.section.title
        document["librarySectionID"] = item.section.key
        document["librarySectionKey"] = f"/library/sections/{item.section.key}"
    if item.type in _MEDIA:
        document["Media"] = [_media(item, detail=detail) | copy for copy in _copies(item)]
    if item.genres:
        document["Genre"] = [_tag("genre", name, detail=detail) for name in item.genres]
    if item.roles:
        document["Role"] = [_tag("actor", name, detail=detail) for name in item.roles]
    if (detail or guids) and item.external:
        document["Guid"] = [{"id": external} for external in item.external]
    return document


def _family(item: Item) -> Document:
    document: Document = {}
    if item.type == "show":
        document |= {"childCount": len(item.children), "leafCount": len(item.leaves), "viewedLeafCount": 0}
    if item.type in ("season", "album"):
        document |= {"leafCount": len(item.children), "viewedLeafCount": 0}
    if item.type == "collection":
        years = [child.year for child in item.children if child.year]
        document |= {
            "key": f"/library/collections/{item.key}/children",
            "subtype": next((child.type for child in item.children), item.section.type),
            "childCount": str(len(item.children)),
            "minYear": str(min(years, default=0)),
            "maxYear": str(max(years, default=0)),
        }
    if item.parent is not None:
        document |= _ancestor("parent", item.parent)
        if item.parent.parent is not None:
            document |= _ancestor("grandparent", item.parent.parent)
    return document


def _ancestor(prefix: str, item: Item) -> Document:
    updated = int(item.updated_at.timestamp())
    document: Document = {
        f"{prefix}RatingKey": item.rating_key,
        f"{prefix}Key": f"/library/metadata/{item.key}",
        f"{prefix}Guid": item.guid,
        f"{prefix}Title": item.title,
        f"{prefix}Thumb": f"/library/metadata/{item.key}/thumb/{updated}",
    }
    if prefix == "parent":
        document["parentIndex"] = item.index
        _set(document, "parentYear", item.year)
    if prefix == "grandparent":
        document["grandparentArt"] = f"/library/metadata/{item.key}/art/{updated}"
        document["grandparentTheme"] = f"/library/metadata/{item.key}/theme/{updated}"
    return document


def _copies(item: Item) -> list[Document]:
    return [{"videoResolution": each} for each in item.resolutions] or [{}]


def _media(item: Item, *, detail: bool) -> Document:
    recorded_media = _MEDIA[item.type]
    year = f" ({item.year})" if item.year else ""
    name = item.title if item.type == "movie" else f"{item.top.title} - {item.title}"
    suffix = recorded_media["container"]
    part = recorded_media["Part"][0] | {
        "id": 2 * item.key + 1,
        "key": f"/library/parts/{2 * item.key + 1}/{int(item.added_at.timestamp())}/file.{suffix}",
        "file": item.file or f"{item.section.path}/{item.top.title}{year}/{name}{year}.{suffix}",
    }
    if detail:
        part["Stream"] = _STREAMS
    return recorded_media | {"id": 2 * item.key, "Part": [part]}


def _tag(kind: str, name: str, *, detail: bool) -> Document:
    if not detail:
        return {"tag": name}
    number = tag_id(name)
    return {"id": number, "filter": f"{kind}={number}", "tag": name}


def _set(document: Document, key: str, value: Any) -> None:
    if value is None:
        document.pop(key, None)
    else:
        document[key] = value


def section_directory(section: Section, *, refreshing: bool = False) -> Document:
    scanned = int(section.scanned_at.timestamp())
    base = scalars(_SECTIONS["Directory"][0])
    return base | {
        "Location": [{"id": section.key, "path": section.path}],
        "agent": section.agent,
        "art": f"/:/resources/{section.type}-fanart.jpg",
        "composite": f"/library/sections/{section.key}/composite/{scanned}",
        "hidden": 1 if section.hidden else 0,
        "key": str(section.key),
        "refreshing": refreshing,
        "scannedAt": scanned,
        "scanner": _SCANNERS[section.type],
        "thumb": f"/:/resources/{section.type}.png",
        "title": section.title,
        "type": section.type,
        "uuid": section.uuid,
    }


def container(**values: Any) -> Document:
    """A container without a section, with the fields all of them carry."""
    return {
        "size": 0,
        "allowSync": False,
        "identifier": "com.plexapp.plugins.library",
        "mediaTagPrefix": _MOVIE["mediaTagPrefix"],
        "mediaTagVersion": _MOVIE["mediaTagVersion"],
    } | values


def section_container(section: Section, type: ItemType) -> Document:
    return scalars(_CONTAINERS[section.type], "offset", "totalSize") | {
        "size": 0,
        "librarySectionID": section.key,
        "librarySectionTitle": section.title,
        "librarySectionUUID": section.uuid,
        "title1": section.title,
        "title2": _VIEW_GROUP_TITLES.get(type, "All"),
        "viewGroup": type,
    }


def children_container(parent: Item) -> Document:
    """`grandparentRatingKey` is a number here and a string on the items, as recorded."""
    document = section_container(parent.section, _CHILDREN.get(parent.type, parent.section.type)) | {
        "key": parent.rating_key,
        "parentIndex": parent.index or 1,
        "parentTitle": parent.title if parent.parent is None else "",
        "title1": parent.section.title if parent.parent is None else parent.top.title,
        "title2": parent.title,
    }
    if parent.parent is not None:
        document |= {"grandparentRatingKey": parent.parent.key, "grandparentTitle": parent.parent.title}
    return document


def all_episodes(show: Item) -> Document:
    """The pretend directory a show with several seasons lists before them; it has no rating key."""
    return {
        "leafCount": len(show.leaves),
        "thumb": f"/library/metadata/{show.key}/thumb/{int(show.updated_at.timestamp())}",
        "viewedLeafCount": 0,
        "key": f"/library/metadata/{show.key}/allLeaves",
        "title": "All episodes",
    }


def type_named(number: str | None, *, default: ItemType) -> ItemType | None:
    """None for a number that is no type of this library."""
    if number is None:
        return default
    return next((name for name, known in TYPE_NUMBER.items() if number in (str(known), name)), None)


def described(items: Sequence[Item], *, guids: bool = False, section: bool = False) -> list[Document]:
    return [metadata(item, guids=guids, section=section) for item in items]
