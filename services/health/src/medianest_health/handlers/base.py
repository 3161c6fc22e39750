"""Where the handlers of this service are collected."""

from medianest_common.bus import Handlers

handlers = Handlers("health")
