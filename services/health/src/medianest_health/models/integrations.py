"""What is only watched, as administrators have set it."""

from medianest_common.integrations import IntegrationColumns
from medianest_health.models.base import Base


class Integration(IntegrationColumns, Base):
    pass
