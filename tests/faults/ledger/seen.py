"""How things stand afterwards, as anybody can see it from outside: over HTTP, at the other systems, on the disk."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medianest_common.testing.fake_overseerr.numbers import MediaStatus, RequestStatus
from tests.faults.ledger.clients import Clients
from tests.faults.ledger.rig import Rig
from tests.world import Person

type Json = dict[str, Any]


@dataclass
class Seen:
    requests: list[Json] = field(default_factory=list)
    upstream: list[tuple[int, str]] = field(default_factory=list)
    """Film and state of each request at Overseerr, in the words of the portal."""
    filed: Counter[int] = field(default_factory=Counter)
    """How often Overseerr was told of a film and took it."""
    inboxes: dict[str, list[Json]] = field(default_factory=dict)
    """Whatever was ever in them."""
    kept_in_inbox: dict[str, list[int]] = field(default_factory=dict)
    """The numbers of what is in them at the end, where that may be less."""
    live: dict[str, list[int]] = field(default_factory=dict)
    """The numbers that an open page was shown, one by one."""
    trouble: list[str] = field(default_factory=list)
    """What a page had to be told about what it missed."""
    chat: Counter[str] = field(default_factory=Counter)
    """Titles of the messages that reached the owner's phone."""
    kept: Counter[str] = field(default_factory=Counter)
    downloads: list[Json] = field(default_factory=list)
    files: Counter[str] = field(default_factory=Counter)
    leftovers: list[str] = field(default_factory=list)
    monitors: Counter[str] = field(default_factory=Counter)
    sessions: dict[str, int] = field(default_factory=dict)
    revoked: list[int] = field(default_factory=list)
    """What those are answered who were signed out."""
    waiting: list[str] = field(default_factory=list)
    """Whatever is still on its way."""
    audit: str = "intact"


async def look(rig: Rig, owner: Person, clients: Clients) -> Seen:
    """All but the inboxes."""
    told = await clients.report()
    seen = Seen(live=told.live, trouble=told.trouble, sessions=told.sessions, revoked=told.revoked)
    seen.requests = await every(owner, "/media/requests", limit=100)
    seen.downloads = await every(owner, "/youtube/downloads", limit=100)
    seen.monitors = Counter(each["name"] for each in await every(owner, "/admin/monitors", limit=100))
    seen.kept = Counter(each["event"] for each in await every(owner, "/admin/webhooks", limit=10))
    verdict = (await owner.get("/admin/audit/verify")).raise_for_status().json()
    seen.audit = "intact" if verdict["intact"] else str(verdict["problem"])
    seen.waiting = await _waiting(owner)
    seen.upstream = [
        (each.media.tmdb_id, _in_our_words(each.status, each.media.status))
        for each in rig.house.overseerr.requests
    ]
    seen.filed = Counter(
        _film(call.body)
        for call in rig.house.overseerr.calls
        if (call.method, call.path, call.status) == ("POST", "/api/v1/request", 201)
    )
    seen.chat = Counter(each.get("title", "") for each in rig.ntfy.received)
    _at_the_disk(seen, rig.videos)
    return seen


async def every(person: Person, path: str, **params: Any) -> list[Json]:
    items: list[Json] = []
    cursor = None
    while True:
        asked = params | ({"cursor": cursor} if cursor else {})
        page = (await person.get(path, params=asked)).raise_for_status().json()
        items += page["items"]
        cursor = page["nextCursor"]
        if not cursor:
            return items


async def _waiting(owner: Person) -> list[str]:
    queues = (await owner.get("/admin/queues")).raise_for_status().json()
    found = [f"{name} does not say how its outbox is" for name in queues["silent"]]
    found += [
        f"{each['due']} in the outbox of {each['service']}" for each in queues["outboxes"] if each["due"]
    ]
    found += [
        f"{each['waiting']} dead letters of {each['handler']}"
        for each in queues["deadLetters"]
        if each["waiting"]
    ]
    if queues["streams"] is None:
        return [*found, "the bus does not say what waits in it"]
    return found + [
        f"{each['pending']} and {each['inFlight']} before {each['name']}"
        for stream in queues["streams"]
        for each in stream["consumers"]
        if each["pending"] or each["inFlight"]
    ]


def _in_our_words(status: RequestStatus, media: MediaStatus) -> str:
    match status:
        case RequestStatus.PENDING:
            return "pending"
        case RequestStatus.DECLINED:
            return "declined"
        case RequestStatus.FAILED:
            return "failed"
        case _:
            return "available" if media is MediaStatus.AVAILABLE else "approved"


def _film(body: bytes) -> int:
    return int(json.loads(body)["mediaId"])


def _at_the_disk(seen: Seen, videos: Path) -> None:
    for path in videos.rglob("*.mp4"):
        hidden = any(part.startswith(".") for part in path.relative_to(videos).parts)
        if hidden:
            seen.leftovers.append(str(path.relative_to(videos)))
        else:
            for piece in path.stem.replace("[", " ").replace("]", " ").split():
                if piece.startswith("ledger"):
                    seen.files[piece] += 1
