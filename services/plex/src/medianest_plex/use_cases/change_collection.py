from collections.abc import Mapping, Sequence

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.changes import (
    ChangeCollection,
    CollectionChanged,
    ItemOutcome,
    ItemResult,
)
from medianest_plex.adapters import changing
from medianest_plex.app import PlexApp
from medianest_plex.auditing import decided
from medianest_plex.collecting import (
    asking_plex,
    changeable,
    changed,
    count_of,
    each_batch,
    judged,
    members_of,
    the_collection,
)


async def change_collection(app: PlexApp, command: ChangeCollection) -> CollectionChanged:
    """What is to be removed goes first. Each item has a result of its own; the others are changed all the same."""
    require(Permission.MANAGE_LIBRARY)
    pms, token = app.plex.pms, app.plex.token
    add, remove = list(dict.fromkeys(command.add)), list(dict.fromkeys(command.remove))
    async with asking_plex():
        collection = changeable(await the_collection(app, command.rating_key))
        before = await members_of(app, collection.key)
        removed = _unchanged([key for key in remove if key not in before])
        added = _unchanged([key for key in add if key in before])

        async def take(some: Sequence[str]) -> None:
            await changing.remove_item(pms, collection.key, some[0], token=token)

        removed |= await each_batch([key for key in remove if key in before], take, size=1)
        wanted = [key for key in add if key not in before]
        if wanted:
            held = collection.subtype or next(iter(before.values()), None)
            known = await changing.described(pms, wanted, token=token)
            added |= judged(wanted, known, section=collection.section or "", type=held)
            fitting = [key for key in wanted if key not in added]
            server = (await pms.identity()).machine_identifier if fitting else ""

            async def put(some: Sequence[str]) -> None:
                await changing.add_items(pms, collection.key, some, server=server, token=token)

            added |= await each_batch(fitting, put)
        await changed(app, collection.section or "")
        async with app.db.transaction() as tx:
            decided(tx, "collection_change", f"collection:{collection.key}")
        gained = _done(added) - _done(removed)
        there = await count_of(app, collection.key, expected=len(before) + gained)
    return CollectionChanged(
        rating_key=collection.key,
        title=collection.title,
        library_key=collection.section or "",
        item_count=there,
        added=[added[key] for key in add],
        removed=[removed[key] for key in remove],
    )


def _unchanged(keys: Sequence[str]) -> dict[str, ItemResult]:
    return {key: ItemResult(rating_key=key, outcome=ItemOutcome.UNCHANGED) for key in keys}


def _done(results: Mapping[str, ItemResult]) -> int:
    return sum(result.outcome is ItemOutcome.DONE for result in results.values())
