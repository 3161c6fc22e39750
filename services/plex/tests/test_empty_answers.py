"""What a server that is well otherwise answers with nothing is not taken for nothing being there."""

from typing import Any

import pytest

from medianest_common.contracts.base import Rpc
from medianest_common.contracts.plex.browse import GetItem, GetLibraryFilters, ListChildren, ListOnDeck
from medianest_common.errors import MediaNestError
from medianest_plex.adapters.arriving import item_of_file
from medianest_plex.adapters.changing import described, places
from services.plex.tests.shelved import Shelved


async def test_an_empty_answer_is_no_empty_list(shelved: Shelved) -> None:
    account = shelved.plex.add_friend("frida")
    heat, severance = shelved.key("Heat"), shelved.key("Severance")
    shelved.plex.media_server.watching.stop(account, shelved.plex.library.item(heat), at_ms=60_000)
    frida = await shelved.signed_in(account)
    mia = await shelved.signed_in(shelved.plex.add_managed_user("Mia"))
    before = await shelved.ask(ListOnDeck(), by=frida)
    assert [item.title for item in before.items] == ["Heat"]

    for path in ("/hubs/", "/library/metadata/", "/library/sections/"):
        shelved.plex.server.fail_with("empty", path=path)
    shelved.later()

    for kept in (ListOnDeck(), GetItem(rating_key=heat)):
        assert (await shelved.ask(kept, by=frida)).stale
    assert (await shelved.ask(ListOnDeck(), by=frida)).items == before.items
    live: list[Rpc[Any]] = [
        GetItem(rating_key=severance),
        ListChildren(rating_key=severance),
        GetLibraryFilters(library="2"),
    ]
    for question in live:
        with pytest.raises(MediaNestError) as unknown:
            await shelved.ask(question, by=mia)
        assert unknown.value.status == 503
    shelved.plex.server.fail_with("empty", path="/library/sections")
    pms, token = shelved.app.plex.pms, shelved.app.plex.token
    for asked in (
        places(pms, token=token),
        described(pms, [heat], token=token),
        item_of_file(pms, "1", "movie", "/films/heat.mkv", token=token),
        pms.sections(token=token),
    ):
        with pytest.raises(MediaNestError) as unknown:
            await asked
        assert unknown.value.status in (502, 503)
