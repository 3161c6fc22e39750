"""What arrives from the bus for the youtube service."""

from medianest_common.bus import Handlers

handlers = Handlers("youtube")
