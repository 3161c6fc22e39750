"""What a service is: a frozen value that the lifecycle knows how to run, alone or with others."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import MetaData

from medianest_common.bus import Bus, Handlers, Reach
from medianest_common.bus.reach import NOTHING_MORE
from medianest_common.cache import Cache
from medianest_common.clock import Clock
from medianest_common.contracts.platform import Check
from medianest_common.db.database import Database
from medianest_common.security.encryption import KeyRing
from medianest_common.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime[S: Settings]:
    """What the lifecycle hands to a service to build itself from."""

    name: str
    settings: S
    bus: Bus
    cache: Cache
    valkey: Redis
    clock: Clock
    keys: KeyRing
    data_dir: Path
    _database: Database | None = None

    @property
    def db(self) -> Database:
        if self._database is None:
            raise RuntimeError(f"{self.name} declares no tables, so it has no database")
        return self._database


@dataclass(frozen=True, slots=True)
class Service:
    """`open_app` builds the object that every handler is given; `web` makes it an HTTP application as well."""

    name: str
    handlers: Handlers
    open_app: Callable[[Any], AbstractAsyncContextManager[Any]]
    settings: type[Settings] = Settings
    reach: Reach = NOTHING_MORE
    metadata: MetaData | None = None
    checks: Callable[[Any], Awaitable[Sequence[Check]]] | None = None
    web: Callable[[Any], Any] | None = None
    leaving: Callable[[Any], Awaitable[None]] | None = None
    """Called first when the service goes down, while it still answers: to say goodbye to whoever is connected."""

    migrations: str = ""
    """The package of this service's migrations; `medianest_<name>.migrations.versions` when it is not given."""

    def __post_init__(self) -> None:
        if not self.migrations:
            object.__setattr__(self, "migrations", f"medianest_{self.name}.migrations.versions")
