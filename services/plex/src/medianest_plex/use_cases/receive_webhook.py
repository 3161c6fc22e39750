"""A webhook says where to look, and is believed in nothing else: it has no signature, may be forged by whoever learned
the secret, and comes twice or never."""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import structlog
from prometheus_client import Counter
from sqlalchemy import text

from medianest_common.contracts.plex.indexing import ReceivePlexWebhook, ReceiveTautulliWebhook
from medianest_common.contracts.plex.playback import PlaybackHinted
from medianest_plex.adapters.coercion import to_key, to_text
from medianest_plex.app import PlexApp
from medianest_plex.repository import present_server
from medianest_plex.sync.viewings import read_views

log = structlog.get_logger()

WEBHOOKS = Counter(
    "medianest_plex_webhooks", "Webhooks about the library by what they led to.", ["source", "outcome"]
)


class Meaning(StrEnum):
    NEWS = "news"
    """Something in a library may have changed."""
    PLAYED = "played"
    """Something is being played, or not any more."""
    SEEN = "seen"
    """And it was seen to its end."""
    OTHER = "other"


_PLEX = {
    Meaning.NEWS: ["library.new", "library.on.deck"],
    Meaning.PLAYED: ["media.play", "media.pause", "media.resume", "media.stop", "playback.started"],
    Meaning.SEEN: ["media.scrobble"],
    Meaning.OTHER: ["media.rate", "device.new", "admin.database.backup", "admin.database.corrupted"],
}
_TAUTULLI = {
    Meaning.NEWS: ["created"],
    Meaning.PLAYED: ["play", "stop", "pause", "resume", "error", "change", "buffer", "concurrent"],
    Meaning.SEEN: ["watched"],
    Meaning.OTHER: [
        "intro",
        "commercial",
        "credits",
        "newdevice",
        "extdown",
        "extup",
        "intdown",
        "intup",
        "pmsupdate",
        "plexpyupdate",
        "plexpydbcorrupt",
        "tokenexpired",
        "test",
    ],
}
# By the library it names, else by the item or what that is part of, else everywhere: a look costs little.
_HINT = text("""
    with mine as (
        select l.id, l.key from libraries l join servers s on s.id = l.server_id
         where s.machine_identifier = :machine and l.type in ('movie', 'show', 'artist')),
    named as (select id from mine where key::text = :section),
    holding as (
        select distinct i.library_id as id from items i join servers s on s.id = i.server_id
         where s.machine_identifier = :machine and i.rating_key::text = any(cast(:items as text[])))
    update libraries set hinted_at = :now
     where id in (
           select id from named
           union all select id from holding where not exists (select from named)
           union all select id from mine
            where not exists (select from named) and not exists (select from holding))
 returning id
""")


class Hint(NamedTuple):
    event: str | None
    machine_identifier: str | None
    section: str | None
    items: list[str]


async def receive_plex_webhook(app: PlexApp, job: ReceivePlexWebhook) -> None:
    body = _document(job.body)
    metadata = _part(body, "Metadata")
    names = ("ratingKey", "parentRatingKey", "grandparentRatingKey")
    hint = Hint(
        event=to_text(body.get("event")),
        machine_identifier=to_text(_part(body, "Server").get("uuid")),
        section=to_key(metadata.get("librarySectionID")),
        items=[key for name in names if (key := to_key(metadata.get(name)))],
    )
    await _take(app, hint, source="plex", meanings=_PLEX)


async def receive_tautulli_webhook(app: PlexApp, job: ReceiveTautulliWebhook) -> None:
    body = _document(job.body)
    hint = Hint(
        event=to_text(body.get("event")),
        machine_identifier=to_text(body.get("machineIdentifier")),
        section=to_key(body.get("sectionId")),
        items=[key for key in (to_key(body.get("ratingKey")),) if key],
    )
    await _take(app, hint, source="tautulli", meanings=_TAUTULLI)


async def _take(app: PlexApp, hint: Hint, *, source: str, meanings: Mapping[Meaning, Sequence[str]]) -> None:
    meaning = next((each for each, events in meanings.items() if hint.event in events), None)
    match meaning:
        case None:
            outcome = "unknown"
        case Meaning.OTHER:
            outcome = "passed_over"
        case Meaning.NEWS:
            outcome = "hinted" if await _hinted(app, hint) else "not_our_server"
        case Meaning.PLAYED | Meaning.SEEN:
            outcome = "looked" if await _looked(app, hint, seen=meaning is Meaning.SEEN) else "not_our_server"
    WEBHOOKS.labels(source, outcome).inc()
    log.info("plex_webhook_received", source=source, outcome=outcome)


async def _looked(app: PlexApp, hint: Hint, *, seen: bool) -> bool:
    """The replica that follows what is played looks at once, whichever this one is."""
    async with app.db.transaction() as tx:
        server = await present_server(await tx.session.connection())
        if server is None or server.machine_identifier != hint.machine_identifier:
            return False
        tx.emit(PlaybackHinted())
    if seen and app.set_up:
        await read_views(app, [int(key) for key in hint.items])
    return True


async def _hinted(app: PlexApp, hint: Hint) -> bool:
    values = {
        "machine": hint.machine_identifier,
        "section": hint.section,
        "items": hint.items,
        "now": app.clock.now(),
    }
    async with app.db.transaction() as tx:
        return bool((await tx.session.scalars(_HINT, values)).all())


def _document(body: str) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _part(document: dict[str, Any], name: str) -> dict[str, Any]:
    part = document.get(name)
    return part if isinstance(part, dict) else {}
