"""Servers that channels lead to, on real sockets: they have the providers' limits and keep what they take."""

from medianest_common.testing.fake_channels.discord import FakeDiscord
from medianest_common.testing.fake_channels.gotify import FakeGotify
from medianest_common.testing.fake_channels.ntfy import FakeNtfy
from medianest_common.testing.fake_channels.push import FakePush
from medianest_common.testing.fake_channels.telegram import FakeTelegram

__all__ = ["FakeDiscord", "FakeGotify", "FakeNtfy", "FakePush", "FakeTelegram"]
