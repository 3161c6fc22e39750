"""Settings of the youtube service beyond those that every service has."""

from medianest_common.settings import Settings


class YoutubeSettings(Settings):
    pass
