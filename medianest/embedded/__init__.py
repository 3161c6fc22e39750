"""NATS, PostgreSQL and Valkey as child processes, for an installation without containers."""

from medianest.embedded.binaries import BinarySettings
from medianest.embedded.servers import EmbeddedServers, ServerUrls, in_background

__all__ = ["BinarySettings", "EmbeddedServers", "ServerUrls", "in_background"]
