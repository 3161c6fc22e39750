"""Whatever can be printed can be searched for, past servers that refuse what the real ones refuse."""

import asyncio
import string
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medianest_common.clock import SystemClock
from medianest_common.contracts import media
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_tmdb import FakeTmdb
from medianest_media.adapters.catalogue import Catalogue, FoundPage
from medianest_media.adapters.overseerr_catalogue import OverseerrCatalogue
from medianest_media.adapters.tmdb import Tmdb
from services.media.tests.conftest import Home

PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=500).filter(
    str.strip
)
HARD = [
    *string.punctuation,
    string.punctuation,
    "Ocean's 11: what?! (2001) + more & <more>",
    "100%",
    "%E0%A4%A",
    "a+b c",
    "🎬👨‍👩‍👧‍👦" * 60,
    "😀" * 500,
    "עברית العربية \u202ereversed",
    "日本語" * 160,
    "../../status?x=1#y",
    "e\u0301\u0301\u0301",
    "\u3000",
]


@dataclass
class Desk:
    runner: asyncio.Runner
    catalogue: Catalogue
    upstream: FakeOverseerr | FakeTmdb

    def search(self, text: str) -> FoundPage:
        return self.runner.run(self.catalogue.search(text, page=1))

    def asked_for(self) -> str:
        """What the last search that was answered looked for, as the server understood it."""
        searches = [call for call in self.upstream.calls if "/search" in call.path]
        return [
            call.query["query"]
            for call in searches
            if "include_adult" in call.query or call.query["page"] == "1"
        ][-1]


async def _open(stack: AsyncExitStack, kind: str) -> tuple[Any, Any]:
    place: dict[str, Any] = {"language": "en", "region": "US", "clock": SystemClock()}
    if kind == "tmdb":
        tmdb = await stack.enter_async_context(FakeTmdb.start())
        return await stack.enter_async_context(Tmdb.open(tmdb.url, api_key=tmdb.api_key, **place)), tmdb
    fake = await stack.enter_async_context(FakeOverseerr.start())
    opened = OverseerrCatalogue.open(fake.url, api_key=fake.api_key, **place)
    return await stack.enter_async_context(opened), fake


@pytest.fixture(params=["seerr", "tmdb"], scope="module")
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        catalogue, upstream = runner.run(_open(stack, request.param))
        yield Desk(runner, catalogue, upstream)
        runner.run(stack.aclose())


@settings(deadline=None, max_examples=60)
@given(text=PRINTABLE)
def test_every_printable_text_arrives_as_it_was_typed(desk: Desk, text: str) -> None:
    """Trap 6."""
    desk.search(text)
    assert desk.asked_for() == text


@pytest.mark.parametrize("text", HARD)
def test_hard_texts_arrive_as_they_were_typed(desk: Desk, text: str) -> None:
    desk.search(text)
    assert desk.asked_for() == text


async def test_spaces_around_a_query_are_nothing_and_what_cannot_be_text_is_refused(seerr: Home) -> None:
    found = await seerr.owner.call(media.Search(query="  the matrix \n"))
    assert found.items == (await seerr.owner.call(media.Search(query="the matrix"))).items != []
    assert (await seerr.owner.call(media.Search(query="?!"))).items == []
    assert (await seerr.owner.call(media.Search(query="x" * 500))).items == []
    for text in ("", "   ", "nul\x00inside", "x" * 501):
        with pytest.raises(RemoteError) as refused:
            await seerr.owner.call(media.Search(query=text))
        assert refused.value.status == 422, text
