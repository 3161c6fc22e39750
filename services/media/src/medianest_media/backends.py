"""Which backend a household has: Overseerr where it is set up, else Radarr and Sonarr themselves, else people."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from medianest_common.clock import Clock
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.defaults import Choice
from medianest_common.db import Database
from medianest_media.adapters.backend import Backend
from medianest_media.adapters.catalogue import Catalogue
from medianest_media.adapters.direct import Direct
from medianest_media.adapters.manual import ManualBackend
from medianest_media.adapters.overseerr import Overseerr
from medianest_media.adapters.radarr import Radarr
from medianest_media.adapters.sonarr import Sonarr
from medianest_media.models import SeenTitle
from medianest_media.repository.defaults import choice_in, read_defaults
from medianest_media.settings import MediaSettings


@asynccontextmanager
async def open_backend(
    settings: MediaSettings,
    *,
    db: Database,
    clock: Clock,
    catalogue: Catalogue,
    overseerr_name: str = Overseerr.name,
) -> AsyncIterator[Backend]:
    async def choice_of(backend: str, media_type: MediaType, is_4k: bool) -> Choice:
        async with db.read() as connection:
            return choice_in((await read_defaults(connection, backend=backend)).get((media_type, is_4k)))

    if settings.overseerr_url and settings.overseerr_api_key is not None:
        key = settings.overseerr_api_key.get_secret_value()
        async with Overseerr.open(
            settings.overseerr_url,
            api_key=key,
            clock=clock,
            choice_of=partial(choice_of, overseerr_name),
            name=overseerr_name,
        ) as overseerr:
            yield overseerr
        return
    if not settings.arr_servers:
        yield ManualBackend()
        return

    async def tvdb_of(tmdb_id: int) -> int | None:
        async with db.transaction() as tx:
            seen = await tx.session.get(SeenTitle, (tmdb_id, MediaType.TV))
        if seen is not None and seen.tvdb_id is not None:
            return seen.tvdb_id
        return (await catalogue.details(MediaType.TV, tmdb_id)).tvdb_id

    async with AsyncExitStack() as stack:
        servers: dict[tuple[MediaType, bool], Radarr | Sonarr] = {}
        for (media_type, is_4k), choices in settings.arr_servers.items():
            kind: type[Radarr | Sonarr] = Radarr if media_type is MediaType.MOVIE else Sonarr
            servers[media_type, is_4k] = await stack.enter_async_context(
                kind.open(choices, clock=clock, default=partial(choice_of, Direct.name, media_type, is_4k))
            )
        yield Direct(db, servers=servers, tvdb_of=tvdb_of, clock=clock)
