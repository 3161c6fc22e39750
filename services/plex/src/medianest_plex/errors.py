"""What asking Plex can end in."""

from typing import ClassVar

from medianest_common.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class PlexNotSetUp(Unavailable):
    """An administrator sets it under `/admin/services`."""

    title = "Plex is not set up"
    transient: ClassVar[bool] = False


class PlexUnavailable(Unavailable):
    title = "Plex does not answer"


class PlexTokenRefused(Unavailable):
    """The owner's token no longer opens the server."""

    title = "Plex does not accept the token of this installation"
    transient: ClassVar[bool] = False


class TokenNotTaken(Invalid):
    title = "This token does not open Plex"


class NoSuchServer(NotFound):
    title = "The account owns no such server"


class PlexTvUnavailable(Unavailable):
    """plex.tv is away, slow, or says something that cannot be right."""

    title = "plex.tv does not answer as it should"


class PlexAccessLost(Forbidden):
    """The person's own token no longer opens the server, or was never seen."""

    title = "Your access to the Plex server has to be confirmed"


class NoSuchImage(NotFound):
    title = "There is no such picture"


class NoSuchLibrary(NotFound):
    title = "There is no such library"


class NoSuchItem(NotFound):
    title = "There is no such item"


class PictureMissing(NotFound):
    """The key is good, but Plex has no such picture any more."""

    title = "Plex no longer has this picture"


class NoSuchCollection(NotFound):
    title = "There is no such collection"


class CollectionExists(Conflict):
    title = "There is a collection with this title already"


class SmartCollection(Conflict):
    """Its rules decide what is in it."""

    title = "This collection fills itself"


class NothingFits(Invalid):
    title = "None of these items can be in this collection"


class PathOutsideLibrary(Invalid):
    title = "This folder does not belong to the library"
