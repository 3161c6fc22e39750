"""What the media service works with, as far as administrators may set it."""

from medianest_common.contracts.integrations import IntegrationKind
from medianest_common.db import Transaction
from medianest_common.integrations import IntegrationStore, Keyed, row_id
from medianest_common.service import Runtime
from medianest_media.adapters.overseerr import Overseerr
from medianest_media.models import Integration
from medianest_media.settings import MediaSettings

_CHOICES = ("quality_profile", "root_folder", "tags")
_RADARR = (*_CHOICES, "minimum_availability")
_SONARR = (*_CHOICES, "language_profile", "series_type", "season_folder")
_TMDB = "https://api.themoviedb.org"

KINDS = (
    Keyed(kind=IntegrationKind.OVERSEERR, name="Overseerr"),
    Keyed(kind=IntegrationKind.RADARR, name="Radarr", options=_RADARR),
    Keyed(kind=IntegrationKind.RADARR_4K, name="Radarr 4K", options=_RADARR),
    Keyed(kind=IntegrationKind.SONARR, name="Sonarr", options=_SONARR),
    Keyed(kind=IntegrationKind.SONARR_4K, name="Sonarr 4K", options=_SONARR),
    Keyed(kind=IntegrationKind.TMDB, name="TMDB", usual_url=_TMDB),
)


def integrations_of(runtime: Runtime[MediaSettings]) -> IntegrationStore[MediaSettings]:
    return IntegrationStore(
        Integration,
        KINDS,
        settings=runtime.settings,
        db=runtime.db,
        cipher=runtime.keys.cipher("integration"),
        clock=runtime.clock,
    )


def overseerr_name(store: IntegrationStore[MediaSettings]) -> str:
    """What requests remember: another server gives the same numbers to other things."""
    place = store.place(IntegrationKind.OVERSEERR)
    return f"{Overseerr.name}-{place}" if place else Overseerr.name


async def is_still_there(tx: Transaction, place: int) -> bool:
    """Whether that Overseerr is the one that is set. Until the end of the transaction no other takes its place: what is
    remembered of its numbers is remembered before they are forgotten."""
    row = await tx.session.get(Integration, row_id(IntegrationKind.OVERSEERR), with_for_update={"read": True})
    return (row.place if row is not None else 0) == place
