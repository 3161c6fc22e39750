"""A pretend TMDB (version 3 of its API) on a real socket, for tests and the demo."""

from .server import FakeTmdb

__all__ = ["FakeTmdb"]
