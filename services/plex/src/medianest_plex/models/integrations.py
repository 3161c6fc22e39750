"""Where Plex is and what opens it, as administrators have set it."""

from medianest_common.integrations import IntegrationColumns
from medianest_plex.models.base import Base


class Integration(IntegrationColumns, Base):
    pass
