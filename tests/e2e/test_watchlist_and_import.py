"""From a watchlist at Plex to a request, and from an Overseerr of before to requests here: the whole product."""

from pathlib import Path
from typing import Any

from medianest.testing import eventually
from tests.world import Person, world

FILM = 603


async def _items(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.get("/media/watchlist")).raise_for_status().json()["items"]
    return found


async def test_what_somebody_puts_on_their_watchlist_is_requested_and_can_be_taken_off_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path / "data") as here:
        here.overseerr.add_movie(FILM, "The Matrix", 1999)
        account = here.plex.add_friend("frida", email="frida@example.org")
        here.overseerr.add_user(plex_id=account.id, email="frida@example.org", username="frida")
        key = here.plex.watch(account, "The film", tmdb=FILM, year=1999)
        await here.owner()
        frida = await here.person()
        await frida.sign_in_with_plex(here.plex, account)
        before = (await frida.get("/media/watchlist")).json()
        assert (before["enabled"], before["allowed"], before["items"]) == (False, True, [])

        switched = await frida.http.put(
            "/api/v1/media/watchlist",
            json={"enabled": True, "shows": "first"},
            headers={"X-CSRF-Token": frida.csrf},
        )
        assert (switched.status_code, switched.json()["shows"]) == (200, "first")

        async def requested() -> dict[str, Any] | None:
            items = await _items(frida)
            return items[0] if items and items[0]["state"] == "requested" else None

        item: dict[str, Any] = await eventually(requested, within=60)
        assert (item["ratingKey"], item["tmdbId"]) == (key, FILM)
        request = (await frida.get(f"/media/requests/{item['requestId']}")).json()
        assert (request["source"], request["tmdbId"]) == ("watchlist", FILM)

        gone = await frida.delete(f"/media/watchlist/{key}")
        assert gone.status_code == 204 and account.watchlist == []

        async def off() -> bool:
            return await _items(frida) == []

        await eventually(off)
        assert account.token not in here.product.log.read_text("utf-8", "replace")


async def test_what_overseerr_has_from_before_is_here_after_an_import(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as here:
        here.overseerr.add_user(plex_id=4_242, email=None, username="Ursula")
        here.overseerr.generate(30, requests=30)
        olive = await here.owner()

        async def report(of: str) -> dict[str, Any] | None:
            run: dict[str, Any] | None = (await olive.get("/media/import")).json()[of]
            return run if run and run["state"] != "running" else None

        assert (await olive.post("/media/import", {})).status_code == 202
        dry: dict[str, Any] = await eventually(lambda: report("dryRun"))
        assert dry["state"] == "done" and (await olive.get("/media/requests")).json()["items"] == []
        code, said = await here.product.command("admin", "import-overseerr")
        assert code == 0, said
        assert f"Requests: {dry['counts']['requests']['new']} would be taken over" in said
        code, said = await here.product.command("admin", "import-overseerr", "--apply")
        assert code == 0, said
        assert f"Requests: {dry['counts']['requests']['new']} taken over" in said
        listed = (await olive.get("/media/requests", params={"limit": 100, "total": "true"})).json()
        assert listed["total"] == dry["counts"]["requests"]["new"] > 0
        assert {each["source"] for each in listed["items"]} == {"import"}
        real: dict[str, Any] = await eventually(lambda: report("real"))
        findings = await olive.get(f"/media/import/{real['id']}/findings", params={"kind": "person"})
        assert "Ursula" in {each["name"] for each in findings.json()["items"]}
        inbox = (await olive.get("/notifications")).json()["items"]
        assert not [each for each in inbox if each["type"].startswith("request")]
