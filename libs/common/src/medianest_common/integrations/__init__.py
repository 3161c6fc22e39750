"""Addresses and keys of outside systems: set by administrators, owned by the service that uses them."""

from medianest_common.integrations.changing import (
    change_integration,
    hand,
    hand_over,
    list_integrations,
    remove_integration,
    taken,
    to_try,
)
from medianest_common.integrations.kinds import Keyed, Kind, Values, origin_of
from medianest_common.integrations.rows import IntegrationColumns, row_id
from medianest_common.integrations.store import IntegrationStore

__all__ = [
    "IntegrationColumns",
    "IntegrationStore",
    "Keyed",
    "Kind",
    "Values",
    "change_integration",
    "hand",
    "hand_over",
    "list_integrations",
    "origin_of",
    "remove_integration",
    "row_id",
    "taken",
    "to_try",
]
