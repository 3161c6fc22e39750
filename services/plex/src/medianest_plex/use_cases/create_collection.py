from collections.abc import Sequence

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.changes import (
    CollectionChanged,
    CreateCollection,
    ItemOutcome,
    ItemResult,
)
from medianest_common.errors import BadUpstream
from medianest_plex.adapters import changing
from medianest_plex.app import PlexApp
from medianest_plex.auditing import decided
from medianest_plex.collecting import asking_plex, changed, count_of, each_batch, judged
from medianest_plex.errors import CollectionExists, NoSuchLibrary, NothingFits
from medianest_plex.folding import fold


async def create_collection(app: PlexApp, command: CreateCollection) -> CollectionChanged:
    """The first item that exists decides what it holds; what does not fit is told and left out."""
    require(Permission.MANAGE_LIBRARY)
    pms, token, section = app.plex.pms, app.plex.token, command.library_key
    keys = list(dict.fromkeys(command.rating_keys))
    async with asking_plex():
        places = await changing.places(pms, token=token)
        if section not in {place.key for place in places}:
            raise NoSuchLibrary("Look it up in the list of libraries.")
        await _check_title(app, section, command.title)
        known = await changing.described(pms, keys, token=token)
        possible = [key for key in keys if key not in judged(keys, known, section=section, type=None)]
        held = known[possible[0]].type if possible else None
        results = judged(keys, known, section=section, type=held)
        fitting = [key for key in keys if key not in results]
        if not fitting or held is None:
            raise NothingFits("Name items that are in this library.")
        server = (await pms.identity()).machine_identifier
        made = ""

        async def put(some: Sequence[str]) -> None:
            nonlocal made
            if made:
                await changing.add_items(pms, made, some, server=server, token=token)
                return
            made = await changing.create_collection(
                pms, title=command.title, section=section, type=held, keys=some, server=server, token=token
            )

        results |= await each_batch(fitting, put)
        if not made:
            raise _not_made(list(results.values()))
        await changed(app, section)
        async with app.db.transaction() as tx:
            decided(tx, "collection_create", f"collection:{made}")
        done = sum(result.outcome is ItemOutcome.DONE for result in results.values())
        there = await count_of(app, made, expected=done)
    return CollectionChanged(
        rating_key=made,
        title=command.title,
        library_key=section,
        item_count=there,
        added=[results[key] for key in keys],
    )


async def _check_title(app: PlexApp, section: str, title: str) -> None:
    there = await changing.collections_of(app.plex.pms, section, token=app.plex.token)
    if fold(title) in {fold(each.title) for each in there}:
        raise CollectionExists("Choose another title, or add the items to the one that is there.")


def _not_made(results: list[ItemResult]) -> Exception:
    if any(r.outcome is ItemOutcome.FAILED and "answering" in (r.problem or "") for r in results):
        return BadUpstream(
            "Plex stopped answering. Look whether the collection is there before trying again."
        )
    return NothingFits("Plex refuses all of these items.")
