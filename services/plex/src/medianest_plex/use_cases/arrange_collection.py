import asyncio
from collections.abc import Sequence

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.plex.arriving import ArrangeCollection
from medianest_common.errors import MediaNestError
from medianest_plex.adapters import arriving, changing
from medianest_plex.adapters.changing import BATCH
from medianest_plex.app import PlexApp
from medianest_plex.arranging import alone_with, collection_called
from medianest_plex.collecting import asking_plex, changed, each_batch, judged, members_of

_AT_MOST_SECONDS = 60.0


async def arrange_collection(app: PlexApp, command: ArrangeCollection) -> Nothing:
    """What the collection holds besides stays in it. Two who arrange the same one wait for each other."""
    keys = list(dict.fromkeys(command.rating_keys))
    section, title = command.library_key, command.title
    if app.set_up is None or not keys:
        return Nothing()
    async with asyncio.timeout(_AT_MOST_SECONDS), app.db.transaction() as tx:
        await alone_with(tx, section, title)
        async with asking_plex():
            collection = await _filled(app, section, title, keys)
            if collection is not None:
                await _put_in_order(app, collection, keys)
    await changed(app, section)
    return Nothing()


async def _filled(app: PlexApp, section: str, title: str, keys: Sequence[str]) -> str | None:
    pms, token = app.plex.pms, app.plex.token
    found = await collection_called(app, section, title)
    before = await members_of(app, found.key) if found else {}
    missing = [key for key in keys if key not in before]
    if not missing:
        return found.key if found else None
    known = await changing.described(pms, missing, token=token)
    held = next(iter(before.values()), None) or next(
        (known[key].type for key in missing if key in known), None
    )
    refused = judged(missing, known, section=section, type=held)
    fitting = [key for key in missing if key not in refused]
    if held is None or not fitting:
        return found.key if found else None
    server = (await pms.identity()).machine_identifier
    made = found.key if found else ""
    if not made:
        made = await changing.create_collection(
            pms, title=title, section=section, type=held, keys=fitting[:BATCH], server=server, token=token
        )
        fitting = fitting[BATCH:]

    async def put(some: Sequence[str]) -> None:
        await changing.add_items(pms, made, some, server=server, token=token)

    await each_batch(fitting, put)
    return made


async def _put_in_order(app: PlexApp, collection: str, keys: Sequence[str]) -> None:
    """With as few moves as the present order allows."""
    pms, token = app.plex.pms, app.plex.token
    await arriving.keep_own_order(pms, collection, token=token)
    order = list(await members_of(app, collection))
    wanted = [key for key in keys if key in order]
    for place, key in enumerate(wanted):
        if order[place] == key:
            continue
        after = wanted[place - 1] if place else None
        try:
            await arriving.move_behind(pms, collection, key, after=after, token=token)
        except MediaNestError as error:
            if error.transient:
                raise
            return
        order.remove(key)
        order.insert(place, key)
