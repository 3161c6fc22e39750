"""Whether one notice goes to one channel of one person now, later, or not at all, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import ChannelKind, ChannelState
from medianest_common.contracts.notifications.deliveries import HeldFor, SuppressedFor, Urgency
from medianest_common.contracts.notifications.preferences import Mode
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.local_time import QuietHours, next_daily, next_digest

APART = timedelta(minutes=5)
"""So long after one message about something that flaps comes the next, and then at most two in `WHILE`."""
WHILE = timedelta(minutes=30)
MOST_IN_A_WHILE = 2
DAILY_AT = time(8)

type Title = tuple[MediaType, int]


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be told."""

    type: NotificationType
    urgency: Urgency = Urgency.NORMAL
    collapse_key: str | None = None
    title: Title | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of one person. `choices` are by type and channel, None for the inbox; only what differs."""

    role: Role = Role.USER
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    quiet: QuietHours | None = None
    daily_at: time = DAILY_AT
    choices: Mapping[tuple[NotificationType, UUID | None], Mode] = field(default_factory=dict)
    mutes: Mapping[Title, datetime | None] = field(default_factory=dict)
    """Until when; None for good."""

    def mode(self, type: NotificationType, channel: "Endpoint | None") -> Mode:
        """Without a channel, of the inbox."""
        meaning = MEANINGS[type]
        if channel is None and meaning.always_in_inbox:
            return Mode.NOW
        chosen = self.choices.get((type, channel.id if channel else None))
        return meaning.default(self.role, channel.kind if channel else None) if chosen is None else chosen

    def has_muted(self, title: Title | None, *, at: datetime) -> bool:
        if title is None or title not in self.mutes:
            return False
        until = self.mutes[title]
        return until is None or at < until


@dataclass(frozen=True, slots=True)
class Endpoint:
    id: UUID
    kind: ChannelKind
    state: ChannelState = ChannelState.ACTIVE


@dataclass(frozen=True, slots=True)
class Said:
    """What one channel was told lately under one collapse key."""

    at: Sequence[datetime] = ()
    """Of messages that went out or are about to, in order."""
    waiting_until: datetime | None = None
    """When one that waits for its like goes out."""


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Plan:
    """Suppressed where there is a `reason`; held where there is a `held_for`; otherwise due at once."""

    due_at: datetime
    held_for: HeldFor | None = None
    reason: SuppressedFor | None = None


def plan(
    matter: Matter,
    reader: Reader,
    channel: Endpoint,
    *,
    now: datetime,
    said: Said = NOTHING_SAID,
    waited: bool = False,
) -> Plan:
    """`waited` is said of what has been held and is due: then only quiet hours can hold it any longer."""
    mode = reader.mode(matter.type, channel)
    if channel.state is not ChannelState.ACTIVE:
        return Plan(now, reason=SuppressedFor.CHANNEL_DISABLED)
    if mode is Mode.OFF:
        return Plan(now, reason=SuppressedFor.OFF)
    if reader.has_muted(matter.title, at=now):
        return Plan(now, reason=SuppressedFor.MUTED)
    held = Plan(now) if waited else _held(matter, reader, mode, said, now=now)
    if matter.urgency is Urgency.HIGH or reader.quiet is None:
        return held
    over = reader.quiet.over(held.due_at, reader.zone)
    return held if over == held.due_at else Plan(over, HeldFor.QUIET_HOURS)


def _held(matter: Matter, reader: Reader, mode: Mode, said: Said, *, now: datetime) -> Plan:
    again = _next_message(matter, said, now=now)
    if mode is Mode.DIGEST:
        return Plan(next_digest(again), HeldFor.DIGEST)
    if mode is Mode.DAILY:
        return Plan(next_daily(reader.daily_at, after=again, zone=reader.zone), HeldFor.DIGEST)
    return Plan(again, HeldFor.COLLAPSE) if again > now else Plan(now)


def _next_message(matter: Matter, said: Said, *, now: datetime) -> datetime:
    """The first at once, or after its like have had time to arrive; later ones when they are no flood."""
    meaning = MEANINGS[matter.type]
    if matter.collapse_key is None or not (meaning.flaps or meaning.settles):
        return now
    if said.waiting_until is not None and said.waiting_until > now:
        return said.waiting_until
    earliest = now + meaning.settles
    recent = sorted(moment for moment in said.at if moment > now - WHILE)
    if recent:
        earliest = max(earliest, recent[-1] + APART)
    if len(recent) >= MOST_IN_A_WHILE:
        earliest = max(earliest, recent[-MOST_IN_A_WHILE] + WHILE)
    return earliest
