"""Everything the media service works with, in one value."""

from dataclasses import dataclass, field
from datetime import datetime

from medianest_common.cache import Cache
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_media.adapters.backend import Backend
from medianest_media.settings import MediaSettings


@dataclass(slots=True)
class Watch:
    """What the poll of this replica remembers from one round to the next; it may be lost."""

    polled_at: float | None = None
    modified: datetime | None = None
    """The latest change of a request that was seen."""
    away: bool = False


@dataclass(frozen=True, slots=True)
class MediaApp:
    settings: MediaSettings
    db: Database
    cache: Cache
    clock: Clock
    backend: Backend
    watch: Watch = field(default_factory=Watch)
