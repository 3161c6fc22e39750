"""Something is wrong with a film: it is said, answered and settled, live, and nobody else hears of it."""

from pathlib import Path
from typing import Any

from medianest.testing import eventually
from medianest_common.testing.fake_overseerr import Permission
from medianest_common.testing.fake_overseerr.numbers import IssueStatus
from medianest_common.testing.live_client import LiveClient
from tests.contract.frames import complaints
from tests.world import World, world

FILM = 603
WORDS = "No sound $& {{requestedBy_email}} <b>\u202e🎬"


async def test_an_issue_from_its_report_to_its_end(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        house.overseerr.add_movie(FILM, "The Matrix", 1999)
        house.overseerr.set_available("movie", FILM)
        olive = await house.owner()
        frida, gustav = await house.friend("Frida"), await house.friend("Gustav")
        for user in house.overseerr.state.users.values():
            user.permissions |= Permission.CREATE_ISSUES
        lives = [await house.listen(person) for person in (olive, frida, gustav)]
        owner_live, friend_live, stranger_live = lives

        body = {"mediaType": "movie", "tmdbId": FILM, "kind": "audio", "message": WORDS}
        key = {"Idempotency-Key": "frida-reports-once"}
        first = await frida.post("/media/issues", body, headers=key)
        again = await frida.post("/media/issues", body, headers=key)
        assert (first.status_code, again.status_code) == (201, 201), first.text
        issue = first.json()
        assert again.json()["id"] == issue["id"]
        path = f"/media/issues/{issue['id']}"

        told = await owner_live.event("issue.created", within=20)
        assert (told["data"]["issueId"], told["link"]) == (issue["id"], f"/issues/{issue['id']}")
        assert WORDS in told["body"] and told["title"] == "Something is wrong with The Matrix (1999)"
        upstream = await eventually(lambda: _only_issue(house))
        assert (upstream.created_by.username, upstream.comments[0].message) == ("Frida", WORDS)

        assert (await olive.post(f"{path}/comments", {"message": "Which scene?"})).status_code == 201
        assert "Which scene?" in (await friend_live.event("issue.commented", within=20))["body"]
        await frida.post(f"{path}/comments", {"message": "All of them"})
        assert "All of them" in (await owner_live.event("issue.commented", within=20))["body"]
        await eventually(lambda: _says(upstream, ["Olive (MediaNest): Which scene?", "All of them"]))

        resolved = await olive.post(f"{path}/resolve")
        assert (resolved.status_code, resolved.json()["status"]) == (200, "resolved")
        await friend_live.event("issue.resolved", within=20)
        await eventually(lambda: _is(upstream, IssueStatus.RESOLVED))
        await frida.post(f"{path}/reopen")
        await owner_live.event("issue.reopened", within=20)
        await eventually(lambda: _is(upstream, IssueStatus.OPEN))

        # The administrator answers and settles it in Overseerr itself, whose webhook says so.
        headers = {"X-Api-Key": house.overseerr.api_key}
        there = f"{house.overseerr.url}/api/v1/issue/{upstream.id}"
        await olive.http.post(f"{there}/comment", json={"message": "A new copy is here"}, headers=headers)
        assert "A new copy is here" in (await friend_live.event("issue.commented", within=20))["body"]
        await olive.http.post(f"{there}/resolved", headers=headers)
        await friend_live.event("issue.resolved", within=20)
        seen = (await frida.get(path)).json()
        assert (seen["status"], [c["message"] for c in seen["comments"]]) == (
            "resolved",
            ["Which scene?", "All of them", "A new copy is here"],
        )

        await eventually(lambda: _last_frame(friend_live, issue["id"], seen))
        assert complaints([*owner_live.frames, *friend_live.frames]) == [], "each frame is as AsyncAPI has it"
        assert {event.type for event in stranger_live.events} == set()
        assert not any(state.type == "issue.changed" for state in stranger_live.states)
        assert (await gustav.get(path)).status_code == 404
        assert (await gustav.get("/media/issues")).json()["items"] == []
        assert [i["id"] for i in (await frida.get("/media/issues")).json()["items"]] == [issue["id"]]
        mine = [event.type for event in friend_live.events]
        assert mine.count("issue.commented") == 2, "what one says oneself is no news"
        assert (
            mine.count("issue.resolved") == 2 and "issue.created" not in mine and "issue.reopened" not in mine
        )


async def _only_issue(house: World) -> Any:
    issues = list(house.overseerr.state.issues.values())
    assert len(issues) <= 1
    return issues[0] if issues else None


async def _says(upstream: Any, words: list[str]) -> bool:
    return [comment.message for comment in upstream.comments[1:]] == words


async def _is(upstream: Any, status: IssueStatus) -> bool:
    return bool(upstream.status == status)


async def _last_frame(live: LiveClient, issue_id: str, seen: dict[str, Any]) -> bool:
    frames = [s.data for s in live.states if s.type == "issue.changed" and s.data["issueId"] == issue_id]
    return bool(frames) and frames[-1]["status"] == seen["status"]
