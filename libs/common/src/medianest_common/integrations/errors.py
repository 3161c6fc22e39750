from medianest_common.errors import Conflict, NotFound


class IntegrationUnknown(NotFound):
    title = "There is no such integration"


class IntegrationOutdated(Conflict):
    """Somebody else has changed it since it was read."""

    title = "It was changed by somebody else"
