"""What nobody has asked for is heard of too: new in the library, down and up again."""

from functools import partial
from pathlib import Path

import pytest

from medianest.testing import eventually
from tests.world import Person, world

SECRET = "what-plex-has-in-its-address"
SLOW = 150.0
"""Access is told every quarter of a minute, arrivals and services are looked at every ten and twenty seconds."""


@pytest.mark.long
async def test_people_hear_of_what_is_new_and_of_what_is_down(tmp_path: Path) -> None:
    async with world(tmp_path / "data", plex_webhook_secret=SECRET, news_wait_seconds="4") as house:
        olive, frida = await house.owner(), await house.friend("Frida")
        live = await house.listen(frida)
        await eventually(lambda: _read(olive), within=60)
        await eventually(lambda: _sees_libraries(frida), within=SLOW)

        key = house.plex.library.add_movie("Dune", 2021, tmdb=438631)
        series = house.plex.library.add_show("Dark", 2017, tvdb=334824, seasons={1: 10})
        for each in (key, series):
            address = f"{house.product.url}/api/v1/webhooks/plex/{SECRET}"
            assert (await house.plex.send_webhook(address, "library.new", each)).status_code == 202
        first = await live.event("library.added", within=SLOW)
        assert first["title"] in ("Ready to watch: Dune (2021)", "Season 1 of Dark is here: 10 episodes")
        for person in (olive, frida):
            await eventually(partial(_has, person, "Ready to watch: Dune (2021)"), within=SLOW)
            await eventually(partial(_has, person, "Season 1 of Dark is here: 10 episodes"), within=SLOW)
        house.plex.server.fail_with("refuse")
        await eventually(lambda: _has(olive, "Plex is down"), within=SLOW)
        await eventually(lambda: _has(frida, "Plex is down"), within=SLOW)
        house.plex.server.heal()
        await eventually(lambda: _has(olive, "Plex is up again"), within=SLOW)
        await eventually(lambda: _has(frida, "Plex is up again"), within=SLOW)
        assert "Plex is down" not in await _titles(frida)


async def _sees_libraries(person: Person) -> bool:
    """As far as those know who tell of what is new."""
    export = (await person.get("/users/me/export")).raise_for_status().json()
    known = export["parts"]["notifications"]["tables"]["library_access"]
    return any(access["libraryKeys"] for access in known)


async def _titles(person: Person) -> list[str]:
    answer = (await person.get("/notifications?limit=100")).raise_for_status()
    return [entry["title"] for entry in answer.json()["items"]]


async def _has(person: Person, title: str) -> bool:
    return title in await _titles(person)


async def _read(olive: Person) -> bool:
    libraries = (await olive.get("/admin/plex/sync")).raise_for_status().json()["items"]
    return bool(libraries) and all(library["lastFullPassAt"] for library in libraries)
