"""Collections: what may be in them, and changes of many items of which some may fail."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import batched

from medianest_common.contracts.plex.changes import ItemOutcome, ItemResult
from medianest_common.errors import MediaNestError, TooManyRequests
from medianest_common.http import UpstreamRefused
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.adapters.changing import BATCH, Described, described
from medianest_plex.adapters.coercion import to_key, to_text
from medianest_plex.app import PlexApp
from medianest_plex.audience import owner_token_refused
from medianest_plex.errors import NoSuchCollection, PlexUnavailable, SmartCollection
from medianest_plex.library_hints import hint

_PAGE = 200
_MOST_PAGES = 100
_NOT_THERE = "Plex knows no such item."


@asynccontextmanager
async def asking_plex() -> AsyncIterator[None]:
    """For administrators, who may know what is wrong."""
    try:
        yield
    except TokenRefused:
        raise owner_token_refused() from None
    except (UpstreamRefused, TooManyRequests):
        raise
    except PlexUnavailable:
        raise
    except MediaNestError as error:
        if error.status < 500:
            raise
        raise PlexUnavailable(
            "Plex does not answer as it should at the moment. Try again in a moment.",
            upstream="Plex",
            retry_after=error.retry_after or 10,
        ) from error


async def the_collection(app: PlexApp, rating_key: str) -> Described:
    """Raises `NoSuchCollection` for everything else, films above all."""
    found = await described(app.plex.pms, [rating_key], token=app.plex.token)
    collection = found.get(rating_key)
    if collection is None or collection.type != "collection" or collection.section is None:
        raise NoSuchCollection("Look it up in the list of collections.")
    return collection


def changeable(collection: Described) -> Described:
    if collection.smart:
        raise SmartCollection("Its rules decide what is in it; change them in Plex.")
    return collection


async def members_of(app: PlexApp, collection: str) -> dict[str, str]:
    """The types of what is in it, by rating key, in its order."""
    found: dict[str, str] = {}
    start = 0
    for _ in range(_MOST_PAGES):
        chunk = await app.plex.pms.members(int(collection), start=start, size=_PAGE, token=app.plex.token)
        for document in chunk.documents:
            if key := to_key(document.get("ratingKey")):
                found[key] = to_text(document.get("type")) or ""
        start += len(chunk.documents)
        if not chunk.documents or (chunk.total is not None and start >= chunk.total):
            break
    return found


async def count_of(app: PlexApp, collection: str, *, expected: int) -> int:
    """What was done is not undone by Plex going away before it can be counted."""
    try:
        return len(await members_of(app, collection))
    except MediaNestError:
        return expected


def judged(
    keys: Sequence[str], known: Mapping[str, Described], *, section: str, type: str | None
) -> dict[str, ItemResult]:
    """Refusals of what cannot be in a collection of this library that holds this type."""
    refused = {}
    for key in keys:
        item = known.get(key)
        problem = _NOT_THERE if item is None else _problem(item, section=section, type=type)
        if problem:
            refused[key] = ItemResult(rating_key=key, outcome=ItemOutcome.REFUSED, problem=problem)
    return refused


async def each_batch(
    keys: Sequence[str], change: Callable[[Sequence[str]], Awaitable[None]], *, size: int = BATCH
) -> dict[str, ItemResult]:
    """What Plex refuses together is tried one by one; when it stops answering, the rest is not tried at all."""
    results: dict[str, ItemResult] = {}
    try:
        for batch in batched(keys, size):
            await _try(batch, change, results)
    except MediaNestError:
        rest = [key for key in keys if key not in results]
        results |= {key: _failed(key, "Plex stopped answering.") for key in rest}
    return results


async def _try(
    some: Sequence[str],
    change: Callable[[Sequence[str]], Awaitable[None]],
    results: dict[str, ItemResult],
) -> None:
    try:
        await change(some)
    except UpstreamRefused:
        if len(some) == 1:
            results[some[0]] = _failed(some[0], "Plex refuses this item.")
            return
        for key in some:
            await _try([key], change, results)
        return
    results |= {key: ItemResult(rating_key=key, outcome=ItemOutcome.DONE) for key in some}


async def changed(app: PlexApp, section: str) -> None:
    """The index reads the library again soon."""
    await hint(app, section)


def _failed(key: str, problem: str) -> ItemResult:
    return ItemResult(rating_key=key, outcome=ItemOutcome.FAILED, problem=problem)


def _problem(item: Described, *, section: str, type: str | None) -> str | None:
    if item.section != section:
        return "It is in another library than the collection."
    if item.type == "collection":
        return "A collection cannot be in a collection."
    if type is not None and item.type != type:
        return f"It is not of the type that this collection holds ({type})."
    return None
