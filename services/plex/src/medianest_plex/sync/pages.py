"""Long lists, page by page, whatever the server makes of paging."""

from collections.abc import AsyncIterator, Awaitable, Callable

from medianest_plex.adapters.answers import Chunk
from medianest_plex.adapters.coercion import to_int
from medianest_plex.sync.passes import Reading

PAGE = 200


async def pages(fetch: Callable[[int], Awaitable[Chunk]], reading: Reading) -> AsyncIterator[Chunk]:
    """Until an empty page or the end that the server told; a page may be shorter or longer than asked.

    A server that neither pages nor counts gives everything each time, which ends when nothing in it is new.
    """
    start = 0
    while True:
        page = await fetch(start)
        reading.totals.add(page.total)
        if not page.documents:
            return
        before = len(reading.keys)
        reading.entries += len(page.documents)
        keys = [to_int(document.get("ratingKey")) for document in page.documents]
        reading.keys.update((key, None) for key in keys if key is not None)
        reading.nameless += keys.count(None)
        if page.total is None and start and len(reading.keys) == before:
            return
        yield page
        start += len(page.documents)
        if page.total is not None and start >= page.total:
            return
