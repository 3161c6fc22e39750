"""How a channel is shown to its owner: where it leads, masked, and never a secret."""

from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from medianest_common.contracts.notifications.channels import Channel as ChannelView
from medianest_common.contracts.notifications.channels import ChannelKind, ConfigField, KindOffer
from medianest_notifications.adapters.channels.port import ChannelConfig, Sender
from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.secrets import open_config
from medianest_notifications.models import Channel

NEED_NO_CODE = frozenset({ChannelKind.WEB_PUSH})
"""The browser itself has asked its owner, and gives its address to us alone."""


def as_channel(app: NotificationsApp, channel: Channel) -> ChannelView:
    sender = app.senders.get(channel.kind)
    config = open_config(app.channel_cipher, channel, sender) if sender else None
    return ChannelView(
        id=channel.id,
        kind=channel.kind,
        name=channel.name,
        target=channel.shown,
        state=channel.state,
        state_reason=channel.state_reason,
        config=_open_part(config) if config else {},
        secrets=_secrets_set(config) if config else [],
        code_expires_at=channel.code_expires_at if channel.code_hash else None,
        held_until=channel.held_until,
        created_at=channel.created_at,
        last_sent_at=channel.last_sent_at,
    )


def as_offer(
    kind: ChannelKind, sender: Sender[Any] | None, public: dict[str, str], *, reason: str
) -> KindOffer:
    return KindOffer(
        kind=kind,
        available=sender is not None,
        reason=None if sender else reason or None,
        needs_code=kind not in NEED_NO_CODE,
        fields=_fields(sender.config) if sender else [],
        public=public,
    )


def with_old_secrets(
    config: type[ChannelConfig], values: dict[str, Any], old: ChannelConfig
) -> dict[str, Any]:
    """What a person has sent, with the secrets that they left out; null takes one away. Whoever can change where a
    channel leads does not get to see there what they could not see here."""
    if not all(_stays(name, config.model_fields[name], values, old) for name in config.secrets_are_for):
        return values
    kept = {
        alias: value.get_secret_value()
        for name, field in config.model_fields.items()
        if isinstance(value := getattr(old, name), SecretStr) and (alias := _alias(name, field)) not in values
    }
    return values | kept


def _stays(name: str, field: FieldInfo, values: dict[str, Any], old: ChannelConfig) -> bool:
    sent = values.get(_alias(name, field), field.default)
    if isinstance(sent, str):
        # As it is read: see `server_address`.
        sent = sent.strip().rstrip("/")
    return bool(sent == getattr(old, name))


def _fields(config: type[ChannelConfig]) -> list[ConfigField]:
    return [
        ConfigField(
            name=_alias(name, field),
            required=field.is_required(),
            secret=_is_secret(field),
            description=field.description,
        )
        for name, field in config.model_fields.items()
        if not field.exclude
    ]


def _open_part(config: ChannelConfig) -> dict[str, Any]:
    secret = {name for name, field in type(config).model_fields.items() if _is_secret(field)}
    return config.model_dump(mode="json", by_alias=True, exclude=secret, exclude_none=True)


def _secrets_set(config: ChannelConfig) -> list[str]:
    return [
        _alias(name, field)
        for name, field in type(config).model_fields.items()
        if _is_secret(field) and getattr(config, name) is not None
    ]


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *get_args(field.annotation))


def _alias(name: str, field: FieldInfo) -> str:
    return field.alias or name
