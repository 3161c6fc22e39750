"""A household without Overseerr: Radarr fetches what is asked for, TMDB knows what there is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from medianest.testing import eventually
from medianest_common.testing.fake_arr import FakeRadarr
from medianest_common.testing.fake_tmdb import FakeTmdb
from tests.world import Person, World, world

FILM, ANOTHER = 603, 949
SECRET = "what-plex-has-in-its-address"


@asynccontextmanager
async def household(folder: Path) -> AsyncIterator[tuple[World, FakeRadarr]]:
    async with FakeRadarr.start() as radarr, FakeTmdb.start() as tmdb:
        for number, title, year in ((FILM, "The Matrix", 1999), (ANOTHER, "Heat", 1995)):
            radarr.knows(number, title, year)
            tmdb.catalogue.add_movie(number, title, year)
        async with world(
            folder,
            radarr_url=radarr.url,
            radarr_api_key=radarr.api_key,
            tmdb_url=tmdb.url,
            tmdb_api_key=tmdb.api_key,
            plex_webhook_secret=SECRET,
            overseerr_url="",
            overseerr_api_key="",
            media_poll_seconds="1",
        ) as house:
            yield house, radarr


async def test_a_film_is_found_asked_for_fetched_and_seen_to_arrive(tmp_path: Path) -> None:
    async with household(tmp_path / "data") as (house, radarr):
        olive = await house.owner()
        frida, gustav = await house.friend("Frida"), await house.friend("Gustav")
        live = await house.listen(frida)
        asked = await _asks(frida, gustav)
        assert radarr.movies == {}, "nobody has approved it"
        assert (await olive.post(f"/media/requests/{asked}/approve")).status_code == 200
        await eventually(lambda: _is(frida, asked, "processing"))
        radarr.downloads(FILM)
        await _radarr_takes_no_key_for_a_moment(radarr, olive, frida)

        download = await eventually(lambda: _download(frida, asked))
        assert (download["percent"], download["state"]) == (60, "downloading")
        refused = await olive.post(f"/media/requests/{asked}/mark", {"status": "available"})
        assert (refused.status_code, refused.json()["code"]) == (409, "FETCHED_BY_SYSTEM")
        radarr.arrives(FILM)
        key = house.plex.library.add_movie("The Matrix", 1999, tmdb=FILM)
        address = f"{house.product.url}/api/v1/webhooks/plex/{SECRET}"
        assert (await house.plex.send_webhook(address, "library.new", key)).status_code == 202
        arrived = await live.event("request.available", within=30)
        assert arrived["data"]["requestId"] == asked
        again = await gustav.request("movie", FILM)
        assert (again.status_code, again.json()["code"]) == (409, "ALREADY_AVAILABLE")


async def _asks(frida: Person, gustav: Person) -> str:
    found = (await frida.get("/media/search", params={"query": "matrix"})).json()["items"]
    assert [item["requestable"] for item in found if item["tmdbId"] == FILM] == [True]
    for wrong in ({"tmdbId": "603"}, {"tmdbId": 0}, {"mediaType": "book"}, {"seasons": [1]}):
        answer = await frida.post("/media/request", {"mediaType": "movie", "tmdbId": FILM} | wrong)
        assert answer.status_code == 422, wrong
    asked = (await frida.request("movie", FILM)).json()
    assert (asked["status"], asked["title"]) == ("pending", "The Matrix")
    refused = await gustav.request("movie", FILM)
    assert (refused.status_code, refused.json()["code"]) == (409, "ALREADY_REQUESTED")
    assert (await gustav.get(f"/media/requests/{asked['id']}")).status_code == 404
    assert (await frida.post(f"/media/requests/{asked['id']}/approve")).status_code == 403
    return str(asked["id"])


async def _radarr_takes_no_key_for_a_moment(radarr: FakeRadarr, olive: Person, frida: Person) -> None:
    radarr.accepted_key = "another"
    asked = (await frida.request("movie", ANOTHER)).json()["id"]
    assert (await olive.post(f"/media/requests/{asked}/approve")).status_code == 200
    await eventually(lambda: _waits(frida, asked))
    radarr.accepted_key = radarr.api_key
    await eventually(lambda: _is(frida, asked, "processing"), within=60)
    assert len(radarr.sent("POST", "/movie")) == 2


async def _waits(person: Person, request_id: str) -> bool:
    seen = (await person.get(f"/media/requests/{request_id}")).json()
    return seen["status"] == "approved" and "Radarr does not accept our API key" in (
        seen["statusReason"] or ""
    )


async def _is(person: Person, request_id: str, status: str) -> bool:
    return await person.status_of(request_id) == status


async def _download(person: Person, request_id: str) -> Any:
    return (await person.get(f"/media/requests/{request_id}")).json()["download"]
