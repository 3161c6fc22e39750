"""What a person wants to be told, where and when."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Moment, Nothing, Page, Query, Timestamp
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import HeldFor, SuppressedFor

MOST_MUTES = 500


class Mode(StrEnum):
    """How one type of notification reaches one channel."""

    OFF = "off"
    NOW = "now"
    DIGEST = "digest"
    """Together with others, every quarter of an hour."""
    DAILY = "daily"
    """Together with others, once a day."""


TimeOfDay = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Such as `22:30`, in one's own zone")
]
Locale = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        max_length=35,
        description="A BCP 47 language tag, such as `de-AT`; English where there are no words in that language",
    ),
]
Zone = Annotated[
    str, Field(min_length=1, max_length=64, description="An IANA time zone, such as `Europe/Vienna`")
]
TmdbId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class QuietHours(Body):
    """From `start` until just before `end`, over midnight where `end` is the earlier one."""

    start: TimeOfDay
    end: TimeOfDay


class Choice(Body):
    """Without a channel, of the inbox, which knows `off` and `now`."""

    type: NotificationType = Field(strict=False)
    channel_id: UUID | None = Field(default=None, strict=False)
    mode: Mode = Field(strict=False)


class PreferencesBody(Body):
    """The whole of it. What is not among `choices`, or the same as the default, follows the default from now on.

    `version` is the one that was read, so that what another device has saved since is not lost.
    """

    version: int = Field(ge=0, le=2**53 - 1)
    locale: Locale
    zone: Zone
    quiet_hours: QuietHours | None = None
    daily_at: TimeOfDay
    choices: list[Choice] = Field(max_length=2_000)


class PreferenceCell(Contract):
    """One type in one channel; without a channel, in the inbox. What is `fixed` cannot be turned off."""

    channel_id: UUID | None
    mode: Mode
    default: Mode
    fixed: bool = False


class TypeRow(Contract):
    type: NotificationType
    cells: list[PreferenceCell]


class Preferences(Contract):
    """`version` is 0 as long as nothing has been saved."""

    version: int
    locale: str
    zone: str
    quiet_hours: QuietHours | None
    daily_at: str
    rows: list[TypeRow]
    updated_at: Timestamp | None


class TypeDefaults(Contract):
    inbox: Mode
    email: Mode
    others: Mode


class TypeMeaning(Contract):
    """What one type is, in words. `urgent` passes quiet hours."""

    type: NotificationType
    group: str
    title: str
    meaning: str
    heard_by: str
    defaults: TypeDefaults
    always_in_inbox: bool
    urgent: bool


class TypeMeanings(Contract):
    """Those that the caller can hear of."""

    items: list[TypeMeaning]


class Outcome(StrEnum):
    NOW = "now"
    LATER = "later"
    NOT = "not"


class PreviewLine(Contract):
    """What would become of it in one place; without a channel, in the inbox. `why` is in words."""

    channel_id: UUID | None
    kind: ChannelKind | None
    name: str
    outcome: Outcome
    due_at: Timestamp | None
    held_for: HeldFor | None
    reason: SuppressedFor | None
    why: str


class Preview(Contract):
    """What would become of a notification of this type that came up at `at`."""

    type: NotificationType
    at: Timestamp
    heard_by: str
    lines: list[PreviewLine]


class MuteBody(Body):
    """`until` null is for good. The title is only for the list."""

    title: str = Field(min_length=1, max_length=300)
    until: Moment | None = Field(default=None, strict=False)


class Mute(Contract):
    media_type: MediaType
    tmdb_id: int
    title: str
    until: Timestamp | None
    created_at: Timestamp


class GetPreferences(Query[Preferences]):
    pass


class SavePreferences(Command[Preferences]):
    version: int
    locale: str
    zone: str
    quiet_hours: QuietHours | None
    daily_at: str
    choices: list[Choice]


class ListNotificationTypes(Query[TypeMeanings]):
    pass


class PreviewNotification(Query[Preview]):
    """`media_type` with `tmdb_id` says which title it would be about."""

    type: NotificationType
    at: Moment | None = None
    media_type: MediaType | None = None
    tmdb_id: TmdbId | None = None


class ListMutes(Query[Page[Mute]]):
    """Newest first."""

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class MuteTitle(Command[Mute]):
    media_type: MediaType
    tmdb_id: int
    title: str
    until: Timestamp | None


class UnmuteTitle(Command[Nothing]):
    media_type: MediaType
    tmdb_id: int
