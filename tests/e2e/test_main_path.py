"""The one path everyone comes for, walked from outside: sign in, search, request, see it become available, live."""

from pathlib import Path
from typing import Any

from medianest.testing import AT_ONCE, eventually
from medianest_common.testing.fake_overseerr import RequestStatus
from tests.contract.frames import complaints
from tests.world import WEBHOOK_SECRET, Person, World, world

FILM = 603
SHOW = 1396


async def test_from_an_empty_house_to_a_film_that_is_there(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        house.overseerr.add_movie(FILM, "The Matrix", 1999)
        olive = await house.owner()
        assert olive.user["role"] == "owner"

        frida = await house.friend("Frida")
        assert (frida.user["role"], frida.user["name"]) == ("user", "Frida")
        assert (await frida.get("/auth/session")).json()["user"]["id"] == frida.user["id"]

        found = (await frida.get("/media/search", params={"query": "matrix"})).raise_for_status().json()
        film = next(item for item in found["items"] if item["tmdbId"] == FILM)
        assert (film["title"], film["year"], film["requestable"]) == ("The Matrix", 1999, True)
        assert (await frida.get(f"/media/movie/{FILM}")).json()["availability"] == "none"

        owner_live, friend_live = await house.listen(olive), await house.listen(frida)
        asked = await frida.request("movie", FILM, note="for Friday")
        assert asked.status_code == 201, asked.text
        request = asked.json()
        assert (request["status"], request["requestedBy"]["name"], request["note"]) == (
            "pending",
            "Frida",
            "for Friday",
        )
        assert (await owner_live.event("request.created", within=20))["data"]["requestId"] == request["id"]

        upstream = await eventually(lambda: _only_request(house))
        assert upstream.status is RequestStatus.PENDING
        assert (
            "X-Api-User" in {name.title() for name in house.overseerr.calls[-1].headers}
            or upstream.requested_by != 1
        )

        approved = await olive.post(f"/media/requests/{request['id']}/approve")
        assert approved.json()["status"] in ("approved", "processing")
        assert (await friend_live.event("request.approved", within=20))["data"]["requestId"] == request["id"]
        await eventually(lambda: _is(upstream, RequestStatus.APPROVED))

        house.overseerr.set_available("movie", FILM)
        arrived = await friend_live.event("request.available", within=20)
        assert arrived["data"]["requestId"] == request["id"]
        assert await frida.status_of(request["id"]) == "available"

        details = (await frida.get(f"/media/requests/{request['id']}")).json()
        told = [entry["status"] for entry in details["history"]]
        assert told[0] == "pending" and told[-1] == "available" and "approved" in told

        inbox = await eventually(lambda: _counted(frida))
        assert [n["type"] for n in inbox].count("request.available") == 1
        assert [n["seq"] for n in inbox] == sorted((n["seq"] for n in inbox), reverse=True)
        await frida.post("/notifications/read-all", {"upTo": inbox[0]["seq"]})
        assert (await frida.get("/notifications/count")).json()["unread"] == 0
        assert complaints([*owner_live.frames, *friend_live.frames]) == [], "each frame is as AsyncAPI has it"


async def test_seasons_of_a_show_and_a_refusal_with_its_reason(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        house.overseerr.add_show(SHOW, "Breaking Bad", 2008, seasons={1: 7, 2: 13, 3: 13})
        olive = await house.owner()
        frida = await house.friend("Frida")
        seasons = (await frida.get(f"/media/tv/{SHOW}")).json()["seasons"]
        assert [s["number"] for s in seasons if s["requestable"]] == [1, 2, 3]

        first = await frida.request("tv", SHOW, seasons=[1, 2])
        assert (first.status_code, first.json()["seasons"]) == (201, [1, 2])
        again = await olive.request("tv", SHOW, seasons=[2])
        assert (again.status_code, again.json()["code"]) == (409, "ALREADY_REQUESTED")

        live = await house.listen(frida)
        declined = await olive.post(
            f"/media/requests/{first.json()['id']}/decline", {"reason": "No room on the disk"}
        )
        assert declined.json()["status"] == "declined"
        notice = await live.event("request.declined", within=20)
        assert "No room on the disk" in notice["data"]["reason"]

        retry = await frida.request("tv", SHOW, seasons=[1, 2])
        assert retry.status_code == 201, "declined seasons can be asked for again"


async def test_the_library_with_pictures_and_without_a_token_in_sight(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        house.plex.library.add_movie("Alien", 1979, tmdb=348)
        await house.owner()
        frida = await house.friend("Frida")
        await eventually(lambda: _is_online(frida))
        libraries = (await frida.get("/plex/libraries")).json()["items"]
        assert "Movies" in {library["title"] for library in libraries}

        async def shown() -> dict[str, Any] | None:
            items = (await frida.get("/plex/recently-added")).raise_for_status().json()["items"]
            return next((item for item in items if item["title"] == "Alien"), None)

        film = await eventually(shown)
        recent = await frida.get("/plex/recently-added")
        found = await frida.get("/plex/search", params={"query": "alien"})
        assert film["ratingKey"] in {item["ratingKey"] for item in found.json()["items"]}
        image = await frida.get(f"/plex/images/{film['image']}", params={"w": 300, "h": 450})
        assert image.status_code == 200 and image.headers["content-type"].startswith("image/")
        told = recent.text + found.text + house.product.log.read_text()
        for secret in house.plex.tokens:
            assert secret not in told


async def test_what_is_up_and_what_is_down(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        olive = await house.owner()
        ready = (await olive.http.get("/health/ready")).json()
        assert ready["status"] == "ok"
        assert {"nats", "postgresql", "valkey", "auth", "media", "plex", "notifications", "health"} <= {
            check["name"] for check in ready["checks"]
        }
        assert (await olive.http.get("/health")).json() == {"status": "ok"}

        async def states() -> dict[str, str]:
            page = (await olive.get("/services/status")).raise_for_status().json()
            return {monitor["name"]: monitor["status"] for monitor in page["items"]}

        async def all_up() -> bool:
            present = await states()
            assert present.get("Plex") == "up" and present.get("Overseerr") == "up", present
            return True

        await eventually(all_up)


async def test_a_webhook_with_the_wrong_secret_changes_nothing(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        body = {"notification_type": "MEDIA_AVAILABLE", "media": {"media_type": "movie", "tmdbId": "603"}}
        stranger = await house.person()
        for authorization in ("", "wrong", WEBHOOK_SECRET[:-1]):
            answer = await stranger.http.post(
                "/api/v1/webhooks/overseerr", json=body, headers={"Authorization": authorization}
            )
            assert answer.status_code == 401
        right = await stranger.http.post(
            "/api/v1/webhooks/overseerr", json=body, headers={"Authorization": WEBHOOK_SECRET}
        )
        assert right.status_code == 202


async def test_signing_out_is_felt_everywhere_within_a_second(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        olive = await house.owner()
        elsewhere = await house.person()
        await elsewhere.sign_in()
        live = await house.listen(elsewhere)
        assert len((await olive.get("/auth/devices")).json()["items"]) == 2
        stolen = {"Authorization": f"Bearer {elsewhere.token}"}
        stranger = await house.person()
        assert (await stranger.get("/auth/session", headers=stolen)).status_code == 200

        assert (await olive.post("/auth/logout", {"allSessions": True})).status_code == 204

        async def refused() -> bool:
            return (await stranger.get("/auth/session", headers=stolen)).status_code == 401

        await eventually(refused, within=AT_ONCE)
        assert await live.closed(within=AT_ONCE) == 4403


async def _counted(person: Person) -> list[dict[str, Any]]:
    """All that is there, which is as much as its number says: none may come in between."""
    inbox: list[dict[str, Any]] = (await person.get("/notifications")).raise_for_status().json()["items"]
    count = (await person.get("/notifications/count")).raise_for_status().json()["unread"]
    assert count == len(inbox) > 0
    return inbox


async def _is_online(person: Person) -> bool:
    """A server that takes longer than a second to answer counts as away, until the next look."""
    return bool((await person.get("/plex/server")).raise_for_status().json()["online"])


async def _only_request(house: World):  # type: ignore[no-untyped-def]
    return house.overseerr.requests[0] if len(house.overseerr.requests) == 1 else None


async def _is(upstream, status: RequestStatus) -> bool:  # type: ignore[no-untyped-def]
    return bool(upstream.status is status)
