"""What a catalogue said is kept and looked for at the same moment."""

import asyncio
from types import SimpleNamespace
from typing import Any

from medianest.embedded import ServerUrls
from medianest_common.cache import Cache, open_valkey
from medianest_common.clock import uuid7
from medianest_media.keeping import _keep, _last


async def test_what_is_kept_while_somebody_looks_for_it_in_vain_fails_nobody(server_urls: ServerUrls) -> None:
    valkey = open_valkey(server_urls.valkey_url, timeout=20)
    cache = Cache(valkey, service=f"keeping-{uuid7()}", timeout=20)
    app: Any = SimpleNamespace(cache=cache)
    try:
        for number in range(20):
            key = f"search:{number}"
            await asyncio.gather(_last(app, key), _keep(app, key, b"{}"))
    finally:
        await cache.aclose()
        await valkey.aclose()
