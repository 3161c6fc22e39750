"""The notifications service needs nothing beyond what all need."""

from medianest_common.settings import Settings


class NotificationsSettings(Settings):
    pass
