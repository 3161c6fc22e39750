"""A stateful Radarr and a stateful Sonarr (v3 or v4) on real sockets, for tests and the demo."""

from .queue import Queued
from .radarr import FakeRadarr, Movie
from .server import Searched
from .shows import Episode, Series
from .sonarr import FakeSonarr

__all__ = ["Episode", "FakeRadarr", "FakeSonarr", "Movie", "Queued", "Searched", "Series"]
