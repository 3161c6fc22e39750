"""Somebody who wants what another has asked for follows that request, and reads no more of it than the title."""

import asyncio
from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media import MediaRequest, RequestStatus
from medianest_common.contracts.media.changing import FollowRequest, ListFollowed, UnfollowRequest
from medianest_common.contracts.personal import NOBODY
from medianest_common.errors import MediaNestError
from services.media.tests.conftest import FILM, SHOW, Home, Person, home_on
from services.media.tests.test_leaving import erased


async def followed(person: Person) -> list[MediaRequest]:
    return (await person.call(ListFollowed())).items


async def test_a_refusal_leads_to_following_and_every_event_names_who_follows(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    asked = await frida.request(note="for my birthday")
    with pytest.raises(MediaNestError) as refused:
        await gustav.request()
    assert (refused.value.status, refused.value.code) == (409, "ALREADY_REQUESTED")
    existing = refused.value.extra["existing"]
    assert existing["id"] == str(asked.id) and existing["followUrl"].endswith(f"/{asked.id}/follow")
    with pytest.raises(MediaNestError) as unseen:
        await gustav.sees(asked)
    assert unseen.value.status == 404, "before following it is not there"

    shown = await asyncio.gather(*(gustav.call(FollowRequest(id=asked.id)) for _ in range(4)))
    assert {(each.note, each.requested_by.name, each.requested_by.id) for each in shown} == {
        (None, "Somebody", NOBODY)
    }
    await seerr.owner.call(media.DeclineRequest(id=asked.id, reason="Frida has enough"))
    seen = await gustav.sees(asked)
    assert (seen.status, seen.status_reason, seen.note) == (RequestStatus.DECLINED, None, None)
    assert seen.history is not None
    assert [(h.status, h.actor, h.reason) for h in seen.history] == [
        ("pending", None, None),
        ("declined", None, None),
    ]
    assert [each.id for each in await followed(gustav)] == [asked.id]
    assert await followed(frida) == []
    assert await seerr.told(asked) == ["pending", "declined"]
    followers = {e["status"]: e["followerIds"] for e in seerr.events if e["requestId"] == str(asked.id)}
    assert followers == {"pending": [], "declined": [str(gustav.id)]}


async def test_why_it_failed_is_told_to_whoever_asked_and_not_to_followers(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    asked = await frida.request()
    await gustav.call(FollowRequest(id=asked.id))
    await seerr.settled()
    why = "It is more than the quota leaves."
    await seerr.change(
        "update requests set status = 'failed', status_reason = :why, waiting_reason = null where id = :id",
        why=why,
        id=asked.id,
    )
    assert (await frida.sees(asked)).status_reason == why
    assert (await gustav.sees(asked)).status_reason == "It could not be fetched."


async def test_following_ends_and_begins_only_where_there_is_something_to_hear(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    asked = await frida.request()
    own = await frida.call(FollowRequest(id=asked.id))
    assert own.requested_by.id == frida.id and await followed(frida) == []
    await gustav.call(FollowRequest(id=asked.id))
    page = await gustav.title()
    assert [(r.following, r.mine, r.requested_by) for r in page.requests] == [(True, False, None)]
    assert [r.requested_by for r in (await seerr.owner.title()).requests] == ["Frida"]
    await gustav.call(UnfollowRequest(id=asked.id))
    with pytest.raises(MediaNestError) as again:
        await gustav.call(UnfollowRequest(id=asked.id))
    assert again.value.status == 404
    assert not (await gustav.title()).requests[0].following
    await frida.call(media.CancelRequest(id=asked.id))
    with pytest.raises(MediaNestError) as over:
        await gustav.call(FollowRequest(id=asked.id))
    assert (over.value.status, over.value.code) == (409, "WRONG_STATE")
    with pytest.raises(MediaNestError) as nothing:
        await gustav.call(FollowRequest(id=gustav.id))
    assert nothing.value.status == 404


async def test_names_are_shown_where_the_household_says_so(server_urls: ServerUrls, tmp_path: Path) -> None:
    async with home_on(server_urls, tmp_path, media_show_requesters=True) as home:
        frida, gustav = await home.friend(), await home.friend("Gustav")
        asked = await frida.request(note="mine")
        shown = await gustav.call(FollowRequest(id=asked.id))
        assert (shown.requested_by.name, shown.note) == ("Frida", None)
        assert (await gustav.title()).requests[0].requested_by == "Frida"


async def test_pages_of_what_one_follows_follow_each_other(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    asked = [await frida.request(FILM)]
    asked += [await frida.request_show(SHOW, seasons=[n]) for n in (1, 2, 3)]
    for request in asked:
        await gustav.call(FollowRequest(id=request.id))
    first = await gustav.call(ListFollowed(limit=3))
    second = await gustav.call(ListFollowed(limit=3, cursor=first.next_cursor))
    assert [r.id for r in [*first.items, *second.items]] == [r.id for r in reversed(asked)]
    assert second.next_cursor is None
    with pytest.raises(MediaNestError) as wrong:
        await gustav.call(ListFollowed(cursor="nonsense"))
    assert wrong.value.status == 400


async def test_who_leaves_follows_nothing_any_more_and_takes_the_list_along(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    asked = await frida.request()
    await gustav.call(FollowRequest(id=asked.id))
    held = await gustav.call(media.ExportUserData())
    assert [row["requestId"] for row in held.tables["followers"]] == [str(asked.id)]
    removed = await erased(seerr, gustav)
    assert removed["followers"] == 1
    await seerr.owner.call(media.ApproveRequest(id=asked.id))

    async def told() -> bool:
        mine = [e for e in seerr.events if e.get("requestId") == str(asked.id) and e["status"] == "approved"]
        return bool(mine) and mine[0]["followerIds"] == []

    await eventually(told)
