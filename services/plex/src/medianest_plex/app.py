"""Everything the plex service works with, in one value."""

from dataclasses import dataclass

from medianest_common.bus import Bus
from medianest_common.cache import Cache
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_common.security.encryption import Cipher
from medianest_plex.adapters.image_cache import ImageCache
from medianest_plex.adapters.plex_tv import PlexTv
from medianest_plex.adapters.pms import Pms
from medianest_plex.errors import PlexNotSetUp
from medianest_plex.image_keys import ImageKeys
from medianest_plex.settings import PlexSettings
from medianest_plex.watch import Watch


@dataclass(frozen=True, slots=True)
class Plex:
    """The server of this installation and the owner's token for it."""

    pms: Pms
    tv: PlexTv
    token: str
    watch: Watch

    def __repr__(self) -> str:
        return "Plex(…)"


@dataclass(frozen=True, slots=True)
class PlexApp:
    settings: PlexSettings
    db: Database
    bus: Bus
    cache: Cache
    clock: Clock
    seal: Cipher
    """For the tokens of members."""
    images: ImageKeys
    image_cache: ImageCache
    set_up: Plex | None

    @property
    def plex(self) -> Plex:
        """Raises `PlexNotSetUp`, which says what to set."""
        if self.set_up is None:
            raise PlexNotSetUp(self.settings.plex_missing or "")
        return self.set_up
