"""What is being played and was played, as Plex tells it. A session that makes no sense is left out and counted."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import structlog

from medianest_common.contracts.plex.playback import PlayKind, PlayState, StreamDecision
from medianest_plex.adapters.coercion import (
    Document,
    entries,
    to_bool,
    to_int,
    to_key,
    to_positive,
    to_text,
    to_time,
)
from medianest_plex.adapters.items import DROPPED, BadItem
from medianest_plex.image_keys import allowed_path

log = structlog.get_logger()

type Facts = dict[str, Any]
"""Columns of `Played`, apart from those that only we can know."""

NOBODY = 0
_TOP = {"episode": "grandparent", "track": "grandparent", "season": "parent", "album": "parent"}
_PREROLLS = "analyzed.prerolls://"
_LONGEST_KEY = 200


class Seen(NamedTuple):
    """One session at one moment. `identity` is the same for as long as one player plays one thing to one person."""

    session_key: str
    viewer: str | None
    state: PlayState
    facts: Facts

    @property
    def identity(self) -> tuple[Any, ...]:
        return identity(self.facts)

    @property
    def rating_key(self) -> str | None:
        """As events name it."""
        return str(self.facts["rating_key"]) if self.facts["rating_key"] is not None else None


def identity(facts: Facts) -> tuple[Any, ...]:
    what = facts["rating_key"] if facts["rating_key"] is not None else facts["title"]
    return facts["account_id"], facts["player_id"], what


def read_sessions(documents: Iterable[Document]) -> list[Seen]:
    found: dict[str, Seen] = {}
    for document in documents:
        try:
            seen = _session(document)
        except BadItem as bad:
            DROPPED.labels("sessions").inc()
            log.info("plex_item_dropped", list="sessions", reason=str(bad))
            continue
        found.setdefault(seen.session_key, seen)
    return list(found.values())


def _session(document: Document) -> Seen:
    key = to_text(document.get("sessionKey"), longest=_LONGEST_KEY)
    if key is None:
        raise BadItem("sessionKey")
    user, player, session = (_part(document, name) for name in ("User", "Player", "Session"))
    account = to_int(user.get("id"))
    facts = _item(document) | {
        "account_id": account if account is not None and account >= 0 else NOBODY,
        "position_ms": max(to_int(document.get("viewOffset")) or 0, 0),
        "player_id": to_text(player.get("machineIdentifier"), longest=_LONGEST_KEY) or f"session {key}",
        "player": to_text(player.get("title"), longest=100),
        "platform": to_text(player.get("platform"), longest=100),
        "product": to_text(player.get("product"), longest=100),
        "decision": _decision(document),
        "quality": _quality(document),
        "bandwidth_kbps": to_positive(session.get("bandwidth")),
        "local": _is_local(player, session),
        "relayed": to_bool(player.get("relayed")),
    }
    return Seen(key, to_text(user.get("title"), longest=100), _state(player), facts)


def read_history(documents: Iterable[Document]) -> list[Facts]:
    """With `history_key` and `viewed_at`."""
    found: dict[str, Facts] = {}
    for document in documents:
        try:
            entry = _entry(document)
        except BadItem as bad:
            DROPPED.labels("history").inc()
            log.info("plex_item_dropped", list="history", reason=str(bad))
            continue
        found.setdefault(entry["history_key"], entry)
    return list(found.values())


def _entry(document: Document) -> Facts:
    key = to_text(document.get("historyKey"), longest=_LONGEST_KEY)
    if key is None:
        raise BadItem("historyKey")
    viewed_at = to_time(document.get("viewedAt"))
    if viewed_at is None:
        raise BadItem("viewedAt")
    account = to_int(document.get("accountID"))
    if account is None or account < 0:
        raise BadItem("accountID")
    return _item(document) | {"history_key": key, "viewed_at": viewed_at, "account_id": account}


def _item(document: Document) -> Facts:
    kind = to_text(document.get("type"), longest=30) or "unknown"
    number = to_int(document.get("index"))
    top = _TOP.get(kind)
    top_title = to_text(document.get(f"{top}Title")) if top else None
    library = to_positive(document.get("librarySectionID"))
    title = to_text(document.get("title")) or (
        f"{kind.capitalize()} {number}" if number is not None else None
    )
    if title is None and top_title is None:
        raise BadItem("title")
    return {
        "kind": _kind(document, library).value,
        "rating_key": _number(document, "ratingKey") if library else None,
        "library_key": library,
        "top_key": _top_key(document, top) if library else None,
        "type": kind,
        "title": title or top_title,
        "parent_title": to_text(document.get("parentTitle")),
        "top_title": top_title,
        "index": number if top else None,
        "parent_index": to_int(document.get("parentIndex")),
        "year": to_positive(document.get("year")),
        "image": next(
            filter(
                None, (allowed_path(document.get(n)) for n in ("thumb", "parentThumb", "grandparentThumb"))
            ),
            None,
        ),
        "duration_ms": to_positive(document.get("duration")),
    }


def _kind(document: Document, library: int | None) -> PlayKind:
    if to_bool(document.get("live")) or str(document.get("key")).startswith("/livetv/"):
        return PlayKind.LIVE
    if str(document.get("guid")).startswith(_PREROLLS):
        return PlayKind.PREROLL
    return PlayKind.OTHER if library is None else PlayKind.LIBRARY


def _top_key(document: Document, top: str | None) -> int | None:
    if top is None:
        return _number(document, "ratingKey")
    # Entries of the history name their show by its address only.
    address = to_text(document.get(f"{top}Key")) or ""
    key = to_key(document.get(f"{top}RatingKey")) or to_key(address.rpartition("/")[2])
    return int(key) if key else None


def _decision(document: Document) -> str | None:
    """What happens to sound and picture; what happens to subtitles matters only when they are burnt in, which is the
    picture then."""
    transcode = _part(document, "TranscodeSession")
    made = {to_text(transcode.get(name)) for name in ("videoDecision", "audioDecision")} - {None}
    if not made:
        part = _selected(_part_list(_selected(entries(document.get("Media"))), "Part"))
        streams = [
            to_text(stream.get("decision"))
            for stream in _part_list(part, "Stream")
            if to_int(stream.get("streamType")) in (1, 2)
        ]
        made = set(streams) - {None} or {
            to_text(part.get("decision")) or ("copy" if transcode else "directplay")
        }
    if "transcode" in made:
        return StreamDecision.TRANSCODE.value
    return (StreamDecision.DIRECT_STREAM if "copy" in made else StreamDecision.DIRECT_PLAY).value


def _quality(document: Document) -> str | None:
    """Such as `1080p`, or what Plex calls it: `4k`, `sd`."""
    named = to_text(_selected(entries(document.get("Media"))).get("videoResolution"), longest=20)
    return f"{named}p" if named and named.isdecimal() else named and named.lower()


def _is_local(player: Document, session: Document) -> bool | None:
    told = to_bool(player.get("local"))
    if told is not None:
        return told
    where = to_text(session.get("location"))
    return where == "lan" if where else None


def _state(player: Document) -> PlayState:
    """Players say other words than these now and then; one that is listed plays."""
    try:
        state = PlayState(str(player.get("state")))
    except ValueError:
        return PlayState.PLAYING
    return PlayState.PLAYING if state is PlayState.STOPPED else state


def _selected(listed: list[Document]) -> Document:
    chosen = (entry for entry in listed if to_bool(entry.get("selected")))
    return next(chosen, listed[0] if listed else {})


def _part(document: Document, name: str) -> Document:
    found = entries(document.get(name))
    return found[0] if found else {}


def _part_list(document: Document, name: str) -> list[Document]:
    return entries(document.get(name))


def _number(document: Document, name: str) -> int | None:
    key = to_key(document.get(name))
    return int(key) if key else None
