"""What asking Plex can end in."""

from typing import ClassVar

from medianest_common.errors import Forbidden, NotFound, Unavailable


class PlexNotSetUp(Unavailable):
    title = "Plex is not set up"
    transient: ClassVar[bool] = False


class PlexUnavailable(Unavailable):
    title = "Plex does not answer"


class PlexTokenRefused(Unavailable):
    """The owner's token no longer opens the server."""

    title = "Plex does not accept the token of this installation"
    transient: ClassVar[bool] = False


class PlexTvUnavailable(Unavailable):
    """plex.tv is away, slow, or says something that cannot be right."""

    title = "plex.tv does not answer as it should"


class PlexAccessLost(Forbidden):
    """The person's own token no longer opens the server, or was never seen."""

    title = "Your access to the Plex server has to be confirmed"


class NoSuchImage(NotFound):
    title = "There is no such picture"
