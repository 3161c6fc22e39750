"""Which replicas there are, as far as this one hears, and what follows from whom it does not hear. Nothing here waits.

Whoever cannot hear judges nobody: after a silence of everybody, which is the bus being away or this process having
been held up, every replica has its full time again to be heard.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from medianest_common.clock import Clock
from medianest_common.contracts.health.inside import RecoveryKind
from medianest_common.contracts.platform import Announcement, Presence
from medianest_common.presence import EVERY_SECONDS

VANISHED_AFTER = timedelta(seconds=3 * EVERY_SECONDS)
KEPT_FOR = timedelta(hours=1)
"""So long one that has gone is remembered, and missed if it went without a word."""
_HEARING_GAP = EVERY_SECONDS + 2.0


@dataclass(frozen=True, slots=True)
class Heard:
    """`first_at`, `last_at` and `left_at` are when it was heard, whatever its own clock says."""

    announcement: Announcement
    first_at: datetime
    last_at: datetime
    last: float
    """By the monotonic clock."""
    left_at: datetime | None = None


class Roster:
    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._heard: dict[str, Heard] = {}
        self._hearing_since = 0.0
        self._last: float | None = None
        self._news: set[str] = set()

    def hear(self, said: Announcement) -> None:
        now, moment = self._clock.now(), self._clock.monotonic()
        if not self.is_hearing:
            self._hearing_since = moment
        self._last = moment
        before = self._heard.get(said.instance)
        if before and before.left_at:
            return  # A last heartbeat that was under way.
        first_at = before.first_at if before else now
        left_at = now if said.presence is Presence.LEFT else None
        if before is None or left_at:
            self._news.add(said.instance)
        self._heard[said.instance] = Heard(said, first_at, now, moment, left_at)

    @property
    def is_hearing(self) -> bool:
        return self._last is not None and self._clock.monotonic() - self._last <= _HEARING_GAP

    @property
    def has_news(self) -> bool:
        """Whether the table should be told without delay."""
        return bool(self._news) or any(self.is_silent(instance) for instance in self._heard)

    def heard(self) -> Mapping[str, Heard]:
        return dict(self._heard)

    def written(self, heard: Mapping[str, Heard]) -> None:
        """Those that have left or are silent need not be told of again."""
        for instance, each in heard.items():
            if self._heard.get(instance) is each:
                self._news.discard(instance)
                if each.left_at or self.is_silent(instance):
                    del self._heard[instance]

    def is_silent(self, instance: str) -> bool:
        """For so long, while we heard others, that it has vanished."""
        if not self.is_hearing:
            return False
        heard = self._heard.get(instance)
        since = max(heard.last, self._hearing_since) if heard else self._hearing_since
        return self._clock.monotonic() - since >= VANISHED_AFTER.total_seconds()

    def present(self, service: str) -> set[str]:
        return {
            instance
            for instance, heard in self._heard.items()
            if heard.announcement.service == service and not heard.left_at and not self.is_silent(instance)
        }


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the table."""

    instance: str
    service: str
    version: str
    started_at: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    left_at: datetime | None = None
    vanished_at: datetime | None = None
    replaced_by: str | None = None

    @property
    def is_there(self) -> bool:
        return self.left_at is None and self.vanished_at is None

    @property
    def is_missed(self) -> bool:
        return self.vanished_at is not None and self.replaced_by is None and self.left_at is None


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of one replica, for the log of recoveries."""

    kind: RecoveryKind
    place: Place
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    places: Mapping[str, Place]
    turns: list[Turn]

    def changed(self, before: Mapping[str, Place]) -> list[Place]:
        return [place for instance, place in sorted(self.places.items()) if before.get(instance) != place]


def judge(
    before: Mapping[str, Place], heard: Mapping[str, Heard], *, silent: Collection[str], now: datetime
) -> Judged:
    """`silent` are those of `before` and `heard` that were not heard for too long while others were."""
    places = dict(before)
    turns: list[Turn] = []
    for each in heard.values():
        said = each.announcement
        known = places.get(said.instance)
        if known is None:
            if each.left_at is None:
                places[said.instance] = Place(
                    said.instance, said.service, said.version, said.started_at, each.first_at, each.last_at
                )
        else:
            places[said.instance] = _heard_again(known, each, turns)
    for instance in sorted(silent):
        place = places.get(instance)
        # Another replica of ours may have heard it.
        if place and place.is_there and now - place.last_seen_at >= VANISHED_AFTER:
            places[instance] = gone = replace(place, vanished_at=now)
            if successor := _successor(gone, places.values()):
                places[instance] = replace(gone, replaced_by=successor.instance)
                # What went while nobody listened may well have gone in order.
                if instance in heard:
                    turns += _replaced(gone, successor, heard)
            else:
                turns.append(Turn(RecoveryKind.REPLICA_VANISHED, gone))
    for missed in [place for place in places.values() if place.is_missed]:
        if successor := _successor(missed, places.values()):
            places[missed.instance] = replace(missed, replaced_by=successor.instance)
            turns += _replaced(missed, successor, heard)
    return Judged(places, turns)


def is_forgotten(place: Place, *, now: datetime) -> bool:
    gone_at = place.left_at or place.vanished_at
    return gone_at is not None and now - gone_at >= KEPT_FOR


def _heard_again(known: Place, each: Heard, turns: list[Turn]) -> Place:
    if known.left_at or (each.last_at <= known.last_seen_at and not each.left_at):
        return known
    if known.vanished_at and not each.left_at:
        away = (each.last_at - known.last_seen_at).total_seconds()
        turns.append(Turn(RecoveryKind.REPLICA_RETURNED, known, away))
        known = replace(known, vanished_at=None, replaced_by=None)
    return replace(known, last_seen_at=each.last_at, left_at=each.left_at)


def _successor(gone: Place, places: Collection[Place]) -> Place | None:
    """The first that came after it was last heard of and has not yet come in place of another."""
    taken = {place.replaced_by for place in places}
    come = [
        place
        for place in places
        if place.service == gone.service
        and place.is_there
        and place.instance not in taken
        and place.first_seen_at > gone.last_seen_at
    ]
    return min(come, key=lambda place: place.first_seen_at, default=None)


def _replaced(gone: Place, successor: Place, heard: Mapping[str, Heard]) -> Iterator[Turn]:
    said = heard.get(successor.instance)
    if said is None or not said.announcement.after_crash:
        away = (successor.first_seen_at - gone.last_seen_at).total_seconds()
        yield Turn(RecoveryKind.REPLICA_REPLACED, gone, away)
