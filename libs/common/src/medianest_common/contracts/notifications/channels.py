"""Where a person wants to be told, besides the inbox."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Query, Timestamp

MOST_CHANNELS = 20
CODE_DIGITS = 6


class ChannelKind(StrEnum):
    EMAIL = "email"
    WEB_PUSH = "web_push"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    NTFY = "ntfy"
    GOTIFY = "gotify"
    APPRISE = "apprise"


class ChannelState(StrEnum):
    UNVERIFIED = "unverified"
    """Waits for the code that was sent through it; nothing else is."""
    ACTIVE = "active"
    DISABLED = "disabled"
    """`state_reason` says why; a new code, read and entered, makes it active again."""


class ChannelMessage(StrEnum):
    """What is sent to a channel and stands in no inbox: while it is set up, and what holds several notifications."""

    CODE = "channel.code"
    TEST = "channel.test"
    DIGEST = "channel.digest"


class Channel(Contract):
    """`config` is what it was made with but for the secrets; `secrets` names those that are set."""

    id: UUID
    kind: ChannelKind
    name: str
    target: str
    """Where it leads, masked."""
    state: ChannelState
    state_reason: str | None
    config: dict[str, Any]
    secrets: list[str]
    code_expires_at: Timestamp | None
    """Until when the code that was sent last can be entered."""
    held_until: Timestamp | None
    """The provider asked us to wait, or did not answer."""
    created_at: Timestamp
    last_sent_at: Timestamp | None


class ChannelList(Contract):
    items: list[Channel]
    most: int
    """How many one person can have."""


class ConfigField(Contract):
    """One thing that a channel of this kind is made with."""

    name: str
    required: bool
    secret: bool
    """Never shown again; left out of a change it stays, unless the server or the user becomes another; null takes it
    away."""
    description: str | None = None


class KindOffer(Contract):
    kind: ChannelKind
    available: bool
    reason: str | None
    """Why it cannot be used here, and what to do about it."""
    needs_code: bool
    fields: list[ConfigField]
    public: dict[str, str]
    """What one has to know to set one up: what browsers subscribe with, the name of the bot to write to."""


class ChannelKinds(Contract):
    items: list[KindOffer]


class SendReport(Contract):
    """What the provider said to a message that was sent just now."""

    sent: bool
    answer: str
    retry_after: float | None = None


class ChannelMade(Contract):
    """`code` says whether the code is on its way; None where none is needed, or too many have been sent."""

    channel: Channel
    code: SendReport | None


_Config = Field(repr=False, max_length=30)


class NewChannelBody(Body):
    kind: ChannelKind = Field(strict=False)
    name: str = Field(min_length=1, max_length=80)
    config: dict[str, Any] = _Config


class ChannelBody(Body):
    """A secret that is left out of `config` stays as it is, unless the server or the user becomes another; null takes
    it away. Everything else is as given."""

    name: str = Field(min_length=1, max_length=80)
    config: dict[str, Any] = _Config


class CodeBody(Body):
    code: str = Field(repr=False, pattern=rf"^[0-9]{{{CODE_DIGITS}}}$")


class ListChannels(Query[ChannelList]):
    pass


class GetChannel(Query[Channel]):
    id: UUID


class ListChannelKinds(Query[ChannelKinds]):
    pass


class CreateChannel(Command[ChannelMade]):
    channel_kind: ChannelKind
    name: str
    config: dict[str, Any] = Field(repr=False)


class ChangeChannel(Command[ChannelMade]):
    id: UUID
    name: str
    config: dict[str, Any] = Field(repr=False)


class DeleteChannel(Command[Nothing]):
    id: UUID


class SendChannelCode(Command[SendReport]):
    id: UUID


class VerifyChannel(Command[Channel]):
    id: UUID
    code: str = Field(repr=False)


class TryChannel(Command[SendReport]):
    id: UUID


class Subscription(Contract):
    """What an unsubscribe link leads to."""

    types: list[str]
    """Their titles: those of the mail that are sent still, or all of the mail when none is."""
    channel: str
    """Masked."""
    subscribed: bool


class LookAtSubscription(Query[Subscription]):
    token: str = Field(repr=False)


class Unsubscribed(Contract):
    types: list[str]
    """The titles of all that the mail held."""
    channel: str | None
    """Masked; without one where the link leads nowhere any more."""


class Unsubscribe(Command[Unsubscribed]):
    """`all`: nothing at all is sent to that channel any more."""

    token: str = Field(repr=False)
    all: bool = False
