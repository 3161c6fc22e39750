"""Where a person wants to be told, besides the inbox."""

from enum import StrEnum


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
    ACTIVE = "active"
    DISABLED = "disabled"
