"""Something of everything that a screen can show, made over the API."""

from datetime import datetime, timedelta
from typing import Any

from medianest.testing import eventually
from medianest_common.testing.fake_youtube import Channel, Failure, Playlist, Video
from tests.browser.house import House
from tests.world import Person

_NOBODY_THERE = "http://127.0.0.1:9/"


async def live_in(house: House, *, admin: Person, friend: Person) -> None:
    await _ask_for_things(house, admin, friend)
    await _download_things(house, admin, friend)
    await _watch_services(admin)
    await _run_the_portal(house, admin)


async def _ask_for_things(house: House, admin: Person, friend: Person) -> None:
    overseerr = house.world.overseerr
    wanted = overseerr.state.catalogue.popular("movie")[60:65]
    asked = [await _made(friend, "/media/request", mediaType="movie", tmdbId=each.tmdb_id) for each in wanted]
    shows = overseerr.state.catalogue.popular("tv")[30:31]
    for each in shows:
        await _made(
            friend, "/media/request", mediaType="tv", tmdbId=each.tmdb_id, seasons=[1], note="For autumn"
        )
    await _made(admin, f"/media/requests/{asked[0]['id']}/decline", reason="We have the other cut of it.")
    for request in asked[1:4]:
        await _made(admin, f"/media/requests/{request['id']}/approve")
    overseerr.set_available("movie", asked[1]["tmdbId"])
    owned = overseerr.state.catalogue.popular("movie")[0]
    issue = await _made(
        friend,
        "/media/issues",
        mediaType="movie",
        tmdbId=owned.tmdb_id,
        kind="subtitle",
        message="The subtitles are two seconds late.",
    )
    await _made(admin, f"/media/issues/{issue['id']}/comments", message="I have asked for others.")


async def _download_things(house: House, admin: Person, friend: Person) -> None:
    trains = Channel(id="UC" + "r" * 22, handle="@branchlines", name="Branch Lines")
    trains.videos = [
        Video(id=f"branch{n:05}", title=f"Branch line number {n}", channel=trains) for n in (1, 2, 3)
    ]
    house.youtube.add(trains)
    kitchen = [Video(id=f"soup{n:07}", title=f"Soup number {n}") for n in (1, 2)]
    house.youtube.add(Playlist(id="PL" + "s" * 32, title="Soups", channel=trains, videos=kitchen))
    house.youtube.add(Video(id="secret00001", title="Not for everybody", failure=Failure.PRIVATE))
    await _made(
        admin,
        "/youtube/subscriptions",
        url="https://www.youtube.com/@branchlines",
        backfill="last",
        backfillCount=2,
    )
    await _made(friend, "/youtube/download", url="https://youtu.be/branch00003")
    await _made(friend, "/youtube/download", url="https://youtu.be/secret00001")
    await _made(admin, "/youtube/download", url=f"https://www.youtube.com/playlist?list=PL{'s' * 32}")


async def _watch_services(admin: Person) -> None:
    at_once = {"failures": 1, "outOf": 1, "successes": 1, "visibility": "everyone"}
    group = await _made(admin, "/admin/monitors/groups", name="In the cellar")
    made = await _made(
        admin,
        "/admin/monitors",
        name="Cloud",
        groupId=group["id"],
        spec={"kind": "http", "url": _NOBODY_THERE},
        **at_once,
    )
    monitor = made["monitor"]["id"]
    await admin.post(f"/admin/monitors/{monitor}/check")
    incident = await eventually(lambda: _incident(admin, monitor))
    await _made(
        admin, f"/admin/incidents/{incident}/notes", text="The disk is full; a larger one comes on Friday."
    )
    tomorrow = datetime.now() + timedelta(days=1)  # noqa: DTZ005 - as clocks on walls show it
    await _made(
        admin,
        "/admin/monitors/maintenance",
        title="New disk",
        zone="Europe/Berlin",
        startsAtLocal=tomorrow.replace(microsecond=0).isoformat(),
        durationSeconds=3600,
        monitorIds=[monitor],
    )
    await _made(
        admin,
        "/admin/status-pages",
        slug="cellar",
        title="Our cellar",
        published=True,
        monitors=[{"monitorId": monitor}],
    )


async def _run_the_portal(house: House, admin: Person) -> None:
    await _made(admin, "/auth/invites", role="user", note="For grandmother")
    await _made(admin, "/media/rules", name="Old films need nobody's word", action="approve", yearTo=1980)
    title, body = "A new disk on Friday", "Films may be away for an hour in the evening."
    await _made(admin, "/admin/broadcasts", audience="everyone", title=title, body=body)
    await _made(admin, "/auth/tokens", name="Home screen", scopes=["read"])
    await _made(admin, "/errors/report", message="Cannot read properties of null", page="/library")
    recent = (await admin.get("/plex/recently-added")).raise_for_status().json()["items"]
    films = [item for item in recent if item["type"] == "movie"][:4]
    if films:
        keys = [item["ratingKey"] for item in films if item["libraryKey"] == films[0]["libraryKey"]]
        library = films[0]["libraryKey"]
        await _made(
            house.olive, "/plex/collections", title="For rainy days", libraryKey=library, ratingKeys=keys
        )


async def _incident(admin: Person, monitor: str) -> str | None:
    items = (await admin.get("/admin/incidents")).raise_for_status().json()["items"]
    return next((str(item["id"]) for item in items if item["monitorId"] == monitor), None)


async def _made(person: Person, path: str, **body: Any) -> Any:
    answer = await person.post(path, body)
    assert answer.is_success, (path, answer.status_code, answer.text)
    return answer.json() if answer.content else {}
