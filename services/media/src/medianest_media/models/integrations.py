"""Overseerr, Radarr, Sonarr and TMDB, as administrators have set them."""

from medianest_common.integrations import IntegrationColumns
from medianest_media.models.base import Base


class Integration(IntegrationColumns, Base):
    pass
