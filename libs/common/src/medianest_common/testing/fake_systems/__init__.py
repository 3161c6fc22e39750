"""The systems around a media server, as far as their health goes: on real sockets, and able to fail in every way."""

from .jellyfin import FakeJellyfin
from .prowlarr import FakeProwlarr
from .qbittorrent import FakeQbittorrent
from .sabnzbd import FakeSabnzbd
from .site import FakeSystem
from .tautulli import FakeTautulli

__all__ = [
    "FakeJellyfin",
    "FakeProwlarr",
    "FakeQbittorrent",
    "FakeSabnzbd",
    "FakeSystem",
    "FakeTautulli",
]
