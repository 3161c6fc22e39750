"""Everything the media service works with, in one value."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from medianest_common.bus import Bus
from medianest_common.cache import Cache
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_common.images import ImageCache
from medianest_common.integrations import IntegrationStore
from medianest_media.adapters.backend import Backend
from medianest_media.adapters.catalogue import Catalogue
from medianest_media.adapters.tmdb_images import TmdbImages
from medianest_media.settings import MediaSettings

_MOST_CONVERSATIONS = 3


def conversations(connections: int) -> int:
    """How many may go on at once: each holds a connection to the database, and needs another one meanwhile."""
    return max(1, min(_MOST_CONVERSATIONS, connections // 3))


@dataclass(slots=True)
class Watch:
    """What the poll of this replica remembers from one round to the next; it may be lost."""

    polled_at: float | None = None
    modified: datetime | None = None
    """The latest change of a request that was seen."""
    away: set[str] = field(default_factory=set)
    """The parts of the backend that did not answer in the last round."""
    judged_at: float | None = None
    troubles: dict[str, str] = field(default_factory=dict)
    """What is wrong with parts of the backend, as last seen."""
    issues_polled_at: float | None = None
    downloads_polled_at: float | None = None


@dataclass(slots=True)
class Census:
    """How our picture of the household's library differed at the last look from what the plex service has."""

    differed: tuple[int, int, int, int] | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MediaApp:
    settings: MediaSettings
    db: Database
    bus: Bus
    cache: Cache
    clock: Clock
    backend: Backend
    catalogue: Catalogue
    images: TmdbImages
    image_cache: ImageCache
    integrations: IntegrationStore[MediaSettings]
    """Where `settings` come from as far as administrators may set them."""
    overseerr_place: int
    """Which of the Overseerrs it is that have stood there."""
    talking: asyncio.Semaphore
    """Work that holds a transaction while the backend thinks; a hanging backend must not use up the connections."""
    left_key: bytes = field(repr=False)
    """With which the Plex accounts of those who have left are known again, and nothing else."""
    census: Census = field(default_factory=Census)
    watch: Watch = field(default_factory=Watch)
