"""Tell what has come into a library once nothing more comes: a season as one message, many titles as one too."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from medianest_common.contracts.base import rfc3339
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.notifications import NotificationType
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Arrival
from medianest_notifications.repository.news import Arrivals, DueLibrary
from medianest_notifications.use_cases.tell_many import will_tell
from medianest_notifications.wording_library import Came, values_of_many, values_of_title

AT_THE_LATEST = timedelta(minutes=30)
MOST_APART = 5
"""So many titles are told one by one; more of them as one message."""


async def tell_arrivals(app: NotificationsApp) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        due = await Arrivals(tx.session).due(
            quiet_since=now - app.news_wait, waiting_since=now - AT_THE_LATEST
        )
    for library in due:
        async with app.db.transaction() as tx:
            await _tell(app, tx, library)


async def _tell(app: NotificationsApp, tx: Transaction, library: DueLibrary) -> None:
    arrivals = Arrivals(tx.session)
    came = await arrivals.take(library, now=app.clock.now())
    groups = _groups(came)
    here = {"machine": library.machine_identifier, "key": library.library_key, "known": False}
    if len(groups) > MOST_APART:
        will_tell(app, tx, NotificationType.LIBRARY_ADDED, values_of_many(groups), {"places": [here]})
    else:
        elsewhere = await arrivals.elsewhere([arrival for arrival, _ in came])
        for group in groups:
            places = [here, *_known_places(group, elsewhere)]
            audience = {"places": places, "awaited": [_awaited(arrival) for arrival, _ in group]}
            values = values_of_title(group) | {"subject": _about(group)}
            will_tell(app, tx, NotificationType.LIBRARY_ADDED, values, audience)
    for arrival, _ in came:
        arrival.first_at = arrival.last_at = None


def _groups(came: Sequence[Came]) -> list[list[Came]]:
    """By film, album and show, in the order in which they came."""
    groups: dict[str, list[Came]] = {}
    for each in sorted(came, key=lambda each: (each[0].first_at or each[0].updated_at, each[0].subject)):
        groups.setdefault(_whole(each[0]), []).append(each)
    return list(groups.values())


def _whole(arrival: Arrival) -> str:
    return arrival.subject.rpartition(":")[0] if arrival.item_type == "season" else arrival.subject


def _about(group: Sequence[Came]) -> str:
    return group[0][0].subject if len(group) == 1 else _whole(group[0][0])


def _known_places(group: Sequence[Came], elsewhere: Sequence[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Other libraries in which all of it is known: who sees those has heard of it."""
    subjects = {arrival.subject for arrival, _ in group}
    places = {(machine, key) for _, machine, key in elsewhere}
    return [
        {"machine": machine, "key": key, "known": True}
        for machine, key in sorted(places)
        if subjects <= {subject for subject, *place in elsewhere if tuple(place) == (machine, key)}
    ]


def _awaited(arrival: Arrival) -> dict[str, Any]:
    """Who waits for it hears of it by the request."""
    is_film = arrival.item_type == "movie"
    since = arrival.first_at or arrival.updated_at
    return {
        "media_type": (MediaType.MOVIE if is_film else MediaType.TV).value,
        "tmdb_id": arrival.tmdb_id,
        "title": arrival.title,
        "season": arrival.season if arrival.item_type == "season" else None,
        "since": rfc3339(since),
    }
