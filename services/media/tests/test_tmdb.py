"""TMDB as a household's catalogue: its keys, its limits, and a household that has nothing to fetch with yet."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media.allowing import GetRequestOptions
from medianest_common.contracts.platform import CheckStatus, Readiness, ping_subject
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_tmdb import FakeTmdb
from services.media.tests.conftest import Home, home_on


@pytest.fixture
async def tmdb() -> AsyncIterator[FakeTmdb]:
    async with FakeTmdb.start() as tmdb:
        yield tmdb


def household(urls: ServerUrls, data_dir: Path, tmdb: FakeTmdb, key: str, **more: Any) -> Any:
    return home_on(urls, data_dir, configured=False, tmdb_url=tmdb.url, tmdb_api_key=key, **more)


@pytest.mark.parametrize("is_token", [True, False])
async def test_a_read_token_travels_in_a_header_and_no_key_is_ever_told(
    server_urls: ServerUrls,
    tmp_path: Path,
    tmdb: FakeTmdb,
    is_token: bool,
    capfd: pytest.CaptureFixture[str],
) -> None:
    key = tmdb.read_token if is_token else tmdb.api_key
    async with household(server_urls, tmp_path, tmdb, key, media_language="de-DE") as home:
        assert (await home.owner.call(media.Search(query="matrix"))).items
        [call] = [call for call in tmdb.calls if call.path == "/3/search/multi"]
        assert ("api_key" in call.query) is not is_token
        assert (call.headers.get("authorization") == f"Bearer {key}") is is_token
        assert call.query["language"] == "de-DE"
        tmdb.fail_with(401)
        with pytest.raises(RemoteError, match="MEDIANEST_TMDB_API_KEY") as refused:
            await home.owner.call(media.Search(query="inception"))
        assert (refused.value.status, refused.value.code) == (503, "SEARCH_UNAVAILABLE")
        tmdb.heal()
        tmdb.fail_with("drop")
        with pytest.raises(RemoteError):
            await home.owner.call(media.Search(query="alien"))
    said = "".join(capfd.readouterr())
    assert "/3/search/multi" in said and key not in said


async def test_a_limit_is_waited_for_if_it_is_short_and_told_if_it_is_long(
    server_urls: ServerUrls, tmp_path: Path, tmdb: FakeTmdb
) -> None:
    """O#2853 (51): Retry-After is honoured, and there are no holes in the page."""
    async with household(server_urls, tmp_path, tmdb, tmdb.api_key) as home:
        tmdb.fail_with(429, times=1, path_prefix="/3/discover", retry_after=1)
        assert len((await home.owner.call(media.Discover(shelf="movies"))).items) == 20
        tmdb.fail_with(429, times=1, path_prefix="/3/discover", retry_after=60)
        with pytest.raises(RemoteError) as refused:
            await home.owner.call(media.Discover(shelf="tv"))
        assert (refused.value.status, refused.value.code) == (503, "SEARCH_UNAVAILABLE")
        assert refused.value.retry_after == 60
        tmdb.fail_with(429, retry_after=60)
        with pytest.raises(RemoteError) as refused:
            await home.owner.call(GetRequestOptions(media_type=media.MediaType.MOVIE, tmdb_id=603))
        assert (refused.value.status, refused.value.code) == (503, "SEARCH_UNAVAILABLE")
        assert (await home.owner.request(603)).status is media.RequestStatus.APPROVED, "it is looked up later"


async def test_connections_are_kept(server_urls: ServerUrls, tmp_path: Path, tmdb: FakeTmdb) -> None:
    """O#2122 (56): one after the other, they all travel on one connection."""
    async with household(server_urls, tmp_path, tmdb, tmdb.api_key) as home:

        async def looked_at() -> bool:
            return any(call.path == "/3/configuration" for call in tmdb.calls)

        await eventually(looked_at)  # whether it is well, which may need another one at the same moment
        for query in ("matrix", "alien", "the", "inception"):
            await home.owner.call(media.Search(query=query))
    ports = {call.client for call in tmdb.calls if call.path == "/3/search/multi"}
    assert len(ports) == 1


async def test_what_is_asked_for_without_anything_to_fetch_with_is_kept_by_its_name(
    server_urls: ServerUrls, tmp_path: Path, tmdb: FakeTmdb
) -> None:
    async with household(server_urls, tmp_path, tmdb, tmdb.api_key) as home:
        asked = await home.owner.request(603)
        assert asked.title == "The Matrix"
        [found] = [
            item
            for item in (await home.owner.call(media.Search(query="the matrix"))).items
            if item.tmdb_id == 603
        ]
        assert isinstance(found, media.SearchResult) and not found.requestable
        show = await home.owner.request_show(1396)
        assert show.seasons == [1, 2, 3, 4, 5]


async def test_the_pretend_one_refuses_as_tmdb_does(tmdb: FakeTmdb) -> None:
    async with httpx.AsyncClient(base_url=tmdb.url, timeout=5) as client:

        async def status(path: str, **query: Any) -> tuple[int, int]:
            answer = await client.get(f"/3{path}", params={"api_key": tmdb.api_key, **query})
            return answer.status_code, answer.json()["status_code"]

        assert await status("/search/multi", query="x", api_key="wrong") == (401, 7)
        assert await status("/search/multi", query="") == (422, 5)
        assert await status("/search/multi", query="x", page=501) == (400, 22)
        assert await status("/movie/2147483647") == (404, 34)
        assert await status("/nothing/of/the/kind") == (404, 34)


async def test_that_tmdb_is_away_or_takes_no_key_is_said_by_the_service(
    server_urls: ServerUrls, tmp_path: Path, tmdb: FakeTmdb
) -> None:
    """Requests are taken all the same, so it is never down for it."""

    async def says(home: Home, status: CheckStatus, words: str) -> None:
        async def said() -> bool:
            home.clock.advance(16)
            answer = await home.sandbox.bus.ask(ping_subject("media"), timeout=10)
            readiness = Readiness.model_validate_json(answer)
            [check] = [check for check in readiness.checks if check.name == "tmdb"]
            return check.status is status and words in (check.message or "")

        await eventually(said)

    async with household(server_urls, tmp_path, tmdb, tmdb.api_key) as home:
        await says(home, CheckStatus.OK, "")
        tmdb.fail_with(401)
        await says(home, CheckStatus.DEGRADED, "TMDB does not accept our key.")
        tmdb.heal()
        tmdb.fail_with("refuse")
        await says(home, CheckStatus.DEGRADED, "TMDB")
        asked = await home.owner.request()
        assert asked.status is media.RequestStatus.APPROVED
        tmdb.heal()
        await says(home, CheckStatus.OK, "")


async def test_a_title_is_found_by_its_number_at_imdb(
    server_urls: ServerUrls, tmp_path: Path, tmdb: FakeTmdb
) -> None:
    async with household(server_urls, tmp_path, tmdb, tmdb.api_key) as home:
        found = await home.owner.call(media.Search(query="imdb:tt00000603"))
        assert ("The Matrix", 603) in {(one.title, one.tmdb_id) for one in found.items}
        assert all(one.tmdb_id == 603 for one in found.items)
        assert not (await home.owner.call(media.Search(query="imdb:tt09999999"))).items
        assert not (await home.owner.call(media.Search(query="imdb:tt00000603", page=2))).items
