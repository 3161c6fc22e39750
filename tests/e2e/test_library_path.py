"""A film lands on the disk: who asked for it hears of it, whatever Overseerr does meanwhile."""

from pathlib import Path
from typing import Any

from medianest.testing import eventually
from tests.world import Person, World, world

FILM, SHOW, TVDB = 603, 1396, 81189
SECRET = "what-plex-has-in-its-address"


async def test_what_comes_into_the_library_is_there_for_everybody(tmp_path: Path) -> None:
    async with world(tmp_path / "data", plex_webhook_secret=SECRET) as house:
        house.overseerr.add_movie(FILM, "The Matrix", 1999)
        house.overseerr.add_show(SHOW, "Breaking Bad", 2008, seasons={1: 3, 2: 2}, tvdb_id=TVDB)
        house.plex.library.add_movie("Heat", 1995, tmdb=949)
        olive, frida = await house.owner(), await house.friend("Frida")
        film = (await frida.request("movie", FILM)).json()
        show = (await olive.request("tv", SHOW, seasons=[1, 2])).json()
        live = await house.listen(frida)
        await eventually(lambda: _read(olive))

        house.overseerr.fail_with("refuse")
        key = house.plex.library.add_movie("The Matrix", 1999, tmdb=FILM)
        series = house.plex.library.add_show("Breaking Bad", 2008, tvdb=TVDB, seasons={1: 3, 2: 1})
        await _webhook(house, key)
        await _webhook(house, series)

        arrived = await live.event("request.available", within=20)
        assert arrived["data"]["requestId"] == film["id"]
        assert await frida.status_of(film["id"]) == "available"
        await eventually(lambda: _is(olive, show["id"], "partially_available"))

        house.plex.library.add_episode(series, 2, 2)
        await _webhook(house, series)
        await eventually(lambda: _is(olive, show["id"], "available"))

        inbox = (await frida.get("/notifications")).json()["items"]
        assert [notice["type"] for notice in inbox].count("request.available") == 1
        house.overseerr.heal()
        title = await eventually(lambda: _title(frida), within=60)
        assert (title["availability"], title["requestable"]) == ("available", False)
        again = await frida.request("movie", FILM)
        assert (again.status_code, again.json()["code"]) == (409, "ALREADY_AVAILABLE")
        assert (await frida.get("/admin/plex/sync")).status_code == 403


async def _webhook(house: World, rating_key: str) -> None:
    address = f"{house.product.url}/api/v1/webhooks/plex/{SECRET}"
    assert (await house.plex.send_webhook(address, "library.new", rating_key)).status_code == 202
    wrong = await house.plex.send_webhook(f"{address}x", "library.new", rating_key)
    assert wrong.status_code == 404


async def _read(olive: Person) -> bool:
    """The libraries have been read once."""
    libraries = (await olive.get("/admin/plex/sync")).raise_for_status().json()["items"]
    return bool(libraries) and all(library["lastFullPassAt"] for library in libraries)


async def _is(person: Person, request_id: str, status: str) -> bool:
    return await person.status_of(request_id) == status


async def _title(person: Person) -> Any:
    answer = await person.get(f"/media/movie/{FILM}")
    return answer.json() if answer.status_code == 200 else None
