"""The mail server, as the owner has set it."""

from medianest_common.integrations import IntegrationColumns
from medianest_notifications.models.base import Base


class Integration(IntegrationColumns, Base):
    pass
