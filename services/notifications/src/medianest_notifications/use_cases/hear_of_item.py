"""Note down what comes into a library, until no more comes; and what goes, so that it is no news when it is back."""

from datetime import timedelta
from typing import Any

from medianest_common.contracts.plex import ItemType
from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemEvent, ItemRemoved
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Arrival
from medianest_notifications.repository.news import UNMATCHED, Arrivals

FRESH_FOR = timedelta(hours=24)
"""What is heard of later, as after a long stop, is not told as if it had just come."""
_TOLD = (ItemType.MOVIE, ItemType.SEASON, ItemType.ALBUM)


async def hear_of_item(app: NotificationsApp, tx: Transaction, event: ItemEvent) -> None:
    if event.item_type not in _TOLD:
        return
    arrivals = Arrivals(tx.session)
    if isinstance(event, ItemRemoved):
        await _went(app, arrivals, event)
        return
    amount = _amount(event)
    if not await _is_news(app, arrivals, event, amount):
        await _is_known(app, arrivals, event, amount)
        return
    arrival = await arrivals.note(_values(app, event, subject_of(event) or _unmatched(event)))
    if amount <= arrival.known:
        return
    # Events overtake each other: the least that any of them says was there before.
    before = (event.episodes_before or 0) if isinstance(event, ItemChanged) else 0
    arrival.assumed = before if arrival.assumed is None else min(arrival.assumed, before)
    arrival.coming = max(amount, arrival.coming or 0)
    arrival.last_at = app.clock.now()
    arrival.first_at = arrival.first_at or arrival.last_at


def subject_of(event: ItemEvent) -> str | None:
    """Of what no catalogue knows, such as home videos and downloads from YouTube, None: it is not told."""
    if event.item_type is ItemType.ALBUM:
        return f"album:{_folded(event.parent_title)}:{_folded(event.title)}" if event.parent_title else None
    ids = {"tmdb": event.tmdb_id, "tvdb": event.tvdb_id, "imdb": event.imdb_id}
    known = next((f"{name}:{number}" for name, number in ids.items() if number), None)
    if known is None:
        return None
    if event.item_type is ItemType.MOVIE:
        return f"movie:{known}"
    return f"season:{known}:{event.season}" if event.season is not None and event.parent_title else None


def _unmatched(event: ItemEvent) -> str:
    """Plex often lists a title before it knows which one it is. If it finds out within a day, that is the news."""
    return f"{event.item_type.value}{UNMATCHED}{event.rating_key}"


async def _is_news(app: NotificationsApp, arrivals: Arrivals, event: ItemEvent, amount: int) -> bool:
    if app.clock.now() - event.seen_at > FRESH_FOR or not amount:
        return False
    if isinstance(event, ItemAdded):
        return event.is_news
    assert isinstance(event, ItemChanged)
    if event.episodes_before is not None and amount > event.episodes_before:
        return True
    if subject_of(event) is None:
        return False
    waiting = await arrivals.known(event.machine_identifier, event.library_key, _unmatched(event))
    if waiting is not None:
        await arrivals.delete(
            Arrival.machine_identifier == event.machine_identifier,
            Arrival.library_key == event.library_key,
            Arrival.subject == waiting.subject,
        )
    return waiting is not None


async def _is_known(app: NotificationsApp, arrivals: Arrivals, event: ItemEvent, amount: int) -> None:
    """Told before, or there from the beginning. Only where anything is noted of it already, or some of it went."""
    subject = subject_of(event)
    if subject is None:
        return
    before = (event.episodes_before or 0) if isinstance(event, ItemChanged) else 0
    arrival = await arrivals.known(event.machine_identifier, event.library_key, subject)
    if arrival is None and before > amount:
        arrival = await arrivals.note(_values(app, event, subject))
    if arrival is None:
        return
    if arrival.coming is None:
        arrival.known = max(arrival.known, before, amount)
    elif before > amount:
        arrival.coming = min(arrival.coming, amount)
    _settle(arrival)


async def _went(app: NotificationsApp, arrivals: Arrivals, event: ItemRemoved) -> None:
    subject = subject_of(event)
    if subject is not None:
        arrival = await arrivals.note(_values(app, event, subject))
        arrival.known, arrival.coming = max(arrival.known, _amount(event)), None
        _settle(arrival)


def _settle(arrival: Arrival) -> None:
    if arrival.coming is None or arrival.coming <= max(arrival.known, arrival.assumed or 0):
        arrival.coming = arrival.assumed = arrival.first_at = arrival.last_at = None


def _amount(event: ItemEvent) -> int:
    return (event.episode_count or 0) if event.item_type is ItemType.SEASON else 1


def _values(app: NotificationsApp, event: ItemEvent, subject: str) -> dict[str, Any]:
    is_season, is_album = event.item_type is ItemType.SEASON, event.item_type is ItemType.ALBUM
    return {
        "machine_identifier": event.machine_identifier,
        "library_key": event.library_key,
        "subject": subject,
        "item_type": event.item_type.value,
        "library_title": event.library_title,
        "title": (event.parent_title if is_season else None) or event.title,
        "by": event.parent_title if is_album else None,
        "year": event.year,
        "season": event.season,
        "tmdb_id": event.tmdb_id,
        "updated_at": app.clock.now(),
    }


def _folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
