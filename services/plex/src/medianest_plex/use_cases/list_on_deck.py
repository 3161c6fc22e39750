"""What somebody is in the middle of, and what comes next. Plex knows it of the owner of a token, and of nobody else."""

from collections.abc import Sequence

from medianest_common.contracts.plex.browse import ListOnDeck, OnDeck, OnDeckItem, OnDeckReason
from medianest_plex.adapters.browsing import on_deck
from medianest_plex.adapters.items import read_items
from medianest_plex.app import PlexApp
from medianest_plex.audience import own_audience
from medianest_plex.last_good import fresh_or_kept
from medianest_plex.mapping import item_fields

_MOST = 100


async def list_on_deck(app: PlexApp, query: ListOnDeck) -> OnDeck:
    whose = await own_audience(app)
    if whose is None:
        return OnDeck(items=[], reason=OnDeckReason.NO_PLEX_ACCOUNT)

    async def load() -> Sequence[OnDeckItem]:
        found = read_items(await on_deck(app.plex.pms, most=_MOST, token=whose.token), of="on_deck")
        return [
            OnDeckItem(**item_fields(item, images=app.images), view_offset_ms=item.view_offset_ms)
            for item in found
        ]

    answer = await fresh_or_kept(app, whose, "on-deck", of=OnDeckItem, load=load)
    return OnDeck(items=answer.items[: query.limit], stale=answer.stale)
