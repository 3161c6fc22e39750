"""What the operator says about the servers that people's channels lead to. Nothing of it is needed."""

import re
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator

from medianest_common.settings import Settings
from medianest_notifications.adapters.channels.telegram import TOKEN

_SERVICE = re.compile(r"\.?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class ChannelSettings(Settings):
    notify_allowed_hosts: str = ""
    """Servers people may be told through although they are private, such as `ntfy.lan, 10.0.0.5:8080`."""
    notify_push_services: str = ""
    """Push services of browsers besides the usual ones, such as `push.example.org, .example.net` (all below it)."""
    telegram_bot_token: SecretStr | None = None
    """Of a bot for everybody; without it each person needs one of their own."""
    telegram_url: str = "https://api.telegram.org"
    """Or a Bot API server of one's own."""
    discord_url: str = "https://discord.com"

    @field_validator("telegram_url", "discord_url")
    @classmethod
    def _is_a_server(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be like https://api.example.org")
        return value.rstrip("/")

    @field_validator("telegram_bot_token")
    @classmethod
    def _is_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("must be like 123456789:AAE…, as @BotFather gives it")
        return value

    @field_validator("notify_push_services")
    @classmethod
    def _names_services(cls, value: str) -> str:
        for entry in filter(None, (part.strip() for part in value.split(","))):
            if not _SERVICE.fullmatch(entry):
                raise ValueError("must be names of hosts, parted by commas: push.example.org, .example.net")
        return value

    @field_validator("notify_allowed_hosts")
    @classmethod
    def _names_hosts(cls, value: str) -> str:
        for entry in filter(None, (part.strip() for part in value.split(","))):
            parts = urlsplit(f"//{entry}")
            if not parts.hostname or parts.path or "@" in entry or "*" in entry:
                raise ValueError(
                    "must be names of hosts, with a port where it is not 80 or 443, parted by commas"
                )
            _ = parts.port
        return value
