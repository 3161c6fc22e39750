"""Everything the plex service works with, in one value."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from medianest_common.bus import Bus
from medianest_common.cache import Cache
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_common.images import ImageCache
from medianest_common.integrations import IntegrationStore
from medianest_common.security.encryption import Cipher
from medianest_plex.adapters.discover import Discover
from medianest_plex.adapters.plex_tv_members import PlexTvMembers
from medianest_plex.adapters.pms import Pms
from medianest_plex.connection import Connection
from medianest_plex.errors import PlexNotSetUp
from medianest_plex.image_keys import ImageKeys
from medianest_plex.lead import Lead
from medianest_plex.settings import PlexSettings
from medianest_plex.watch import Watch


@dataclass(frozen=True, slots=True)
class Plex:
    """The server of this installation and the owner's token for it."""

    pms: Pms
    connection: Connection
    members: PlexTvMembers
    watch: Watch

    @property
    def token(self) -> str:
        return self.connection.token

    def __repr__(self) -> str:
        return "Plex(…)"


INDEXING_LAPSE_SECONDS = 15.0
"""Two replicas at the index do no harm, so the work need not end as soon as the lead has passed on."""


@dataclass(slots=True)
class Pace:
    """When this replica last looked at the libraries, and what it does about watchlists; it may be lost."""

    beat_at: float | None = None
    lists_rest_until: float | None = None
    lists_told_at: dict[UUID, float] = field(default_factory=dict)
    """When this replica last told each list as it stands."""
    access_told_of: str | None = None
    """The server of which this replica has told that everybody without a Plex account sees all of it."""


@dataclass(frozen=True, slots=True)
class PlexApp:
    settings: PlexSettings
    db: Database
    bus: Bus
    cache: Cache
    clock: Clock
    seal: Cipher
    """For the tokens of members."""
    seal_accounts: Cipher
    """For what members sign in to plex.tv with; of those only whose watchlist is read."""
    discover: Discover
    images: ImageKeys
    image_cache: ImageCache
    integrations: IntegrationStore[PlexSettings]
    reached: Plex
    """Whether or not there is a token to ask it with."""
    pace: Pace = field(default_factory=Pace)
    lead: Lead = field(default_factory=Lead)
    indexing: Lead = field(default_factory=lambda: Lead(lapse=INDEXING_LAPSE_SECONDS))
    play_hints: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something is said to be played: looked at at once."""
    hints: set[str] = field(default_factory=set)
    """Keys of sections in which something has changed: looked at with the next beat of the sync."""

    @property
    def set_up(self) -> Plex | None:
        return self.reached if self.reached.connection.is_set_up else None

    @property
    def plex(self) -> Plex:
        """Raises `PlexNotSetUp`, which says what to set."""
        if self.set_up is None:
            raise PlexNotSetUp(self.settings.plex_missing or "")
        return self.set_up
