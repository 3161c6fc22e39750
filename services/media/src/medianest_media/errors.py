"""Errors that only the media service makes."""

from medianest_common.errors import Conflict, Forbidden, NotFound, TooManyRequests, Unavailable


class AlreadyRequested(Conflict):
    title = "Somebody has asked for this already"


class AlreadyAvailable(Conflict):
    """Nothing is left to ask for; it can be watched now."""

    title = "This is there already"


class NotRequestable(Conflict):
    title = "This cannot be requested"


class WrongState(Conflict):
    title = "Not possible in the request's present state"


class FetchedBySystem(Conflict):
    title = "No administrator says how far this is"


class QuotaExceeded(Forbidden):
    title = "Your quota is used up"


class FourKNotAllowed(Forbidden):
    title = "You may not ask for 4K"
    code = "FOUR_K_NOT_ALLOWED"


class NotEditable(Conflict):
    title = "This cannot be changed any more"


class TitleUnknown(NotFound):
    title = "There is no such title"


class PictureMissing(NotFound):
    title = "TMDB does not have this picture"


class PicturesUnavailable(Unavailable):
    title = "Pictures cannot be fetched at present"


class SearchUnavailable(Unavailable):
    title = "Search is not available right now"


class ImportRunning(Conflict):
    title = "An import is running already"


class BeingSent(Unavailable):
    """Another worker is exchanging words with the backend about this title at this moment."""

    title = "The request is being worked on"


class TooManyIssues(TooManyRequests):
    title = "That was a lot at once"


class PersonUnknown(NotFound):
    title = "There is no such person"
