"""What a person wants to be told, where and when."""

from enum import StrEnum


class Mode(StrEnum):
    """How one type of notification reaches one channel."""

    OFF = "off"
    NOW = "now"
    DIGEST = "digest"
    """Together with others, every quarter of an hour."""
    DAILY = "daily"
    """Together with others, once a day."""
