"""What every kind of channel can do, what is handed to it, and what it can end in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Protocol, Self
from uuid import UUID

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import from_json, to_json

from medianest_common.contracts.base import Body, to_camel
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import ChannelKind, ChannelMessage
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import FieldError, Invalid, MediaNestError
from medianest_common.http import AddressPolicy


@dataclass(frozen=True, slots=True)
class Part:
    """One of several messages in a digest."""

    title: str
    body: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """Rendered, plain text, the same for every kind of channel. `link` and `unsubscribe` are absolute.

    `delivery_id` is the same however often it is tried, so that a provider, or a person, knows a second copy.
    `parts` are a digest's single messages; a message of its own has none.
    """

    delivery_id: UUID
    type: NotificationType | ChannelMessage
    title: str
    body: str
    link: str | None
    urgency: Urgency
    collapse_key: str | None
    at: datetime
    locale: str
    unsubscribe: str | None = None
    """One-click, for e-mail."""
    parts: tuple[Part, ...] = ()
    replaces: str | None = None
    """What the provider called the message before, where this one says how the same matter stands now: of those that
    can change a message it takes its place."""


class ChannelConfig(Body):
    """What a person says about one channel, strict and in camelCase; whatever gives access is a `SecretStr`. A field
    with `exclude=True` is ours, and never read from what they send."""

    secrets_are_for: ClassVar[tuple[str, ...]] = ()
    """Fields that say who is given the secrets: when one of them changes, all secrets have to be entered again."""

    def dump(self) -> str:
        """With its secrets, to be sealed."""
        values = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in ((name, getattr(self, name)) for name in type(self).model_fields)
        }
        return to_json({"values": {k: v for k, v in values.items() if v is not None}}).decode()

    @classmethod
    def restore(cls, dumped: str) -> Self:
        """What an older version has written and nobody reads any more is passed over."""
        values = from_json(dumped)["values"]
        return cls.model_validate(
            {k: v for k, v in values.items() if k in cls.model_fields}, strict=False, by_name=True
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log, no answer and no error may say."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


class Addressed(ChannelConfig):
    """One that leads to a server of the person's choice."""

    reach: AddressPolicy = Field(default=AddressPolicy.USER, exclude=True)


@dataclass(frozen=True, slots=True)
class Receipt:
    """That the provider took the message. `pause` is for how many seconds it wants no other for this channel;
    `moved` is the configuration to keep from now on, where the provider has said that the target has another name."""

    provider_id: str | None
    pause: float | None = None
    moved: ChannelConfig | None = None


def read_config[C: ChannelConfig](kind: type[C], values: Mapping[str, Any], *, by_admin: bool) -> C:
    """From what a person has sent. Raises `Invalid` that names each wrong field and repeats none.

    What administrators set reaches private networks, as everywhere; what others set reaches the public Internet.
    """
    ours = {name for name, field in kind.model_fields.items() if field.exclude}
    if named := sorted(name for name in values if name in ours | set(map(to_camel, ours))):
        unknown = [FieldError(name, "There is no such field.") for name in named]
        raise Invalid("Some values are not valid.", errors=unknown)
    try:
        config = kind.model_validate(dict(values), strict=False)
    except ValidationError as error:
        raise Invalid("Some values are not valid.", errors=_named(error)) from None
    if by_admin and isinstance(config, Addressed):
        return config.model_copy(update={"reach": AddressPolicy.ADMIN})
    return config


def _named(error: ValidationError) -> list[FieldError]:
    return [
        FieldError(".".join(map(str, found["loc"])), found["msg"].removeprefix("Value error, "))
        for found in error.errors(include_input=False, include_url=False)
    ]


class ChannelGone(MediaNestError):
    """The provider says that this channel will never take a message again: it is to be disabled."""

    status, title = HTTPStatus.BAD_GATEWAY, "The channel takes no messages any more"


class MessageRefused(MediaNestError):
    """The provider will never take this message; others it may."""

    status, title = HTTPStatus.BAD_GATEWAY, "The provider refused the message"


class Sender[C: ChannelConfig](Protocol):
    """One kind of channel. Every error carries the provider's answer in words, without secrets."""

    kind: ClassVar[ChannelKind]
    config: type[C]

    async def public(self) -> Mapping[str, str]:
        """What a person, or their browser, has to know to set one up: Web Push's key, the name of Telegram's bot."""
        ...

    async def check(self, config: C) -> C:
        """Before it is kept, and without sending anything: as it is to be kept, or `Invalid`."""
        ...

    def shown(self, config: C) -> str:
        """The target, masked, for lists."""
        ...

    def fingerprint(self, config: C) -> str:
        """The same for the same target, and tells nothing about it."""
        ...

    async def send(self, message: Message, config: C) -> Receipt:
        """Raises `ChannelGone`, `MessageRefused`, or an error that is `transient`, with `retry_after` where known."""
        ...

    async def arrived(self, message: Message, config: C, since: datetime) -> bool | None:
        """Whether an attempt whose end nobody saw got through; None where the provider cannot tell."""
        ...

    async def aclose(self) -> None: ...


type Senders = Mapping[ChannelKind, Sender[Any]]
