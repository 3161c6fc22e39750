"""A request is changed while nobody has decided, here and over there."""

import asyncio
from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest_common.contracts import media
from medianest_common.contracts.media import MediaRequest, MediaType, RequestStatus
from medianest_common.contracts.media.changing import EditRequest, FollowRequest
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_overseerr import RequestRow
from services.media.tests.conftest import FILM, SHOW, Home, Person, home_on

LONG = 7000


def long_show(home: Home, seasons: int = 12) -> None:
    home.overseerr.add_show(LONG, "Long", 2000, seasons=dict.fromkeys(range(1, seasons + 1), 10))


async def edited(person: Person, request: MediaRequest, **change: object) -> MediaRequest:
    return await person.call(EditRequest(id=request.id, **change))  # type: ignore[arg-type]


async def has_seasons(home: Home, request: MediaRequest, seasons: list[int]) -> RequestRow:
    async def there() -> RequestRow | None:
        twin = await home.twin(request)
        return twin if sorted(twin.season_numbers) == seasons else None

    found: RequestRow = await home.comes(there)
    return found


async def test_other_seasons_are_asked_for_here_and_in_overseerr_and_the_history_tells_it(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request_show(seasons=[1, 2])
    twin = await home.twin(asked)
    changed = await edited(frida, asked, seasons=[2, 3], note="only the end")
    assert (changed.seasons, changed.note, changed.status) == ([2, 3], "only the end", RequestStatus.PENDING)
    assert changed.history is not None
    last = changed.history[-1]
    assert (last.status, last.actor, last.reason) == (
        RequestStatus.PENDING,
        "Frida",
        "Another note. Seasons 1, 2 → 2, 3.",
    )
    assert (await has_seasons(home, asked, [2, 3])).id == twin.id, "the same request over there"
    assert len(home.overseerr.requests) == 1
    assert await home.told(asked) == ["pending", "pending"]
    gustav = await home.friend("Gustav")
    assert (await gustav.request_show(seasons=[1, 2])).seasons == [1], "what was let go is free again"


async def test_an_edit_while_overseerr_is_away_arrives_when_it_is_back_and_loses_nothing(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request_show(seasons=[1])
    await home.twin(asked)
    home.overseerr.fail_with("refuse")
    changed = await edited(frida, asked, seasons=[1, 3])
    assert changed.seasons == [1, 3]
    await home.owner.call(media.ApproveRequest(id=asked.id))
    home.overseerr.heal()
    home.clock.advance(61)
    await has_seasons(home, asked, [1, 3])
    await home.becomes(asked, RequestStatus.PROCESSING)
    assert len(home.overseerr.requests) == 1


async def test_who_may_change_what_and_until_when(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    asked = await frida.request_show(seasons=[1])
    for person, status in ((gustav, 404), (Person(seerr, "Nobody", frida.role), 404)):
        with pytest.raises(MediaNestError) as refused:
            await edited(person, asked, note="mine now")
        assert refused.value.status == status
    by_admin = await edited(seerr.owner, asked, note="noted")
    assert by_admin.requested_by.id == frida.id and by_admin.history is not None
    assert by_admin.history[-1].actor == "Olive"
    assert (await edited(frida, asked, clear_note=True)).note is None
    unchanged = await edited(frida, asked, seasons=[1])
    assert unchanged.history is not None
    assert [entry.reason for entry in unchanged.history] == [
        None,
        "Another note.",
        "The note was taken away.",
    ]
    await seerr.owner.call(media.ApproveRequest(id=asked.id))
    with pytest.raises(MediaNestError) as decided:
        await edited(frida, asked, note="too late")
    assert decided.value.status == 403
    with pytest.raises(MediaNestError) as fetched:
        await edited(seerr.owner, asked, seasons=[2])
    assert (fetched.value.status, fetched.value.code) == (409, "NOT_EDITABLE")
    film = await frida.request(FILM)
    with pytest.raises(MediaNestError) as film_seasons:
        await edited(frida, film, seasons=[1])
    assert film_seasons.value.status == 422
    await frida.call(media.CancelRequest(id=film.id))
    with pytest.raises(MediaNestError) as over:
        await edited(frida, film, note="again")
    assert over.value.status == 409


async def test_two_people_who_exchange_seasons_at_one_moment_never_hold_one_twice(seerr: Home) -> None:
    long_show(seerr)
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    one = await frida.request_show(LONG, seasons=[1, 2, 3])
    other = await gustav.request_show(LONG, seasons=[4, 5, 6])
    wishes = [(frida, one, [3, 4]), (gustav, other, [1, 6]), (frida, one, [1, 5]), (gustav, other, [2, 4])]
    answers = await asyncio.gather(
        *(edited(person, request, seasons=seasons) for person, request, seasons in wishes * 3),
        return_exceptions=True,
    )
    for answer in answers:
        if not isinstance(answer, MediaRequest):
            assert isinstance(answer, MediaNestError) and answer.code == "ALREADY_REQUESTED", answer
    mine, theirs = await frida.sees(one), await gustav.sees(other)
    assert mine.seasons and theirs.seasons and set(mine.seasons).isdisjoint(theirs.seasons)
    claims = await seerr.rows("select request_id, season from claims order by season")
    assert {(one.id, n) for n in mine.seasons} | {(other.id, n) for n in theirs.seasons} == set(claims)


async def test_report_17_and_18_edits_requests_and_gifts_at_once_never_exceed_a_quota(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, tv_quota_limit=4) as home:
        long_show(home)
        frida = await home.friend()
        first = await frida.request_show(LONG, seasons=[1])
        for_frida = media.RequestMedia(media_type=MediaType.TV, tmdb_id=LONG, seasons=[12], user_id=frida.id)
        await asyncio.gather(
            *(edited(frida, first, seasons=list(range(1, 2 + n))) for n in range(1, 5)),
            *(frida.request_show(LONG, seasons=[n]) for n in range(6, 11)),
            home.owner.call(for_frida),
            return_exceptions=True,
        )
        quota = (await frida.call(media.GetQuota())).tv
        assert quota.used <= 4
        [(counted,)] = await home.rows("select sum(cardinality(seasons)) from requests where uses_quota")
        assert counted == quota.used
        with pytest.raises(MediaNestError) as refused:
            await edited(frida, first, seasons="all")
        assert (refused.value.status, refused.value.code) == (403, "QUOTA_EXCEEDED")
        assert "left" in refused.value.detail


async def test_asking_for_little_waiting_and_making_it_much_is_held_to_the_quota(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, tv_quota_limit=3, tv_quota_days=7) as home:
        long_show(home)
        frida = await home.friend()
        asked = await frida.request_show(LONG, seasons=[1])
        home.clock.advance(8 * 86_400)
        assert (await frida.call(media.GetQuota())).tv.used == 0
        with pytest.raises(MediaNestError) as refused:
            await edited(frida, asked, seasons=[1, 2, 3, 4])
        assert refused.value.code == "QUOTA_EXCEEDED"
        await edited(frida, asked, seasons=[1, 2, 3])
        assert (await frida.call(media.GetQuota())).tv.used == 3
        with pytest.raises(MediaNestError):
            await frida.request_show(SHOW, seasons=[1])
        await edited(frida, asked, seasons=[2])
        await frida.request_show(SHOW, seasons=[1, 2])
        assert (await frida.call(media.GetQuota())).tv.used == 3


async def _of_show(home: Home, number: int) -> list[MediaRequest]:
    async def all_sent() -> list[MediaRequest] | None:
        listed = (await home.owner.call(media.ListRequests())).items
        sent = await home.rows("select 1 from requests where in_line and backend_id is not null")
        return listed if len(listed) == len(sent) == number else None

    found: list[MediaRequest] = await home.comes(all_sent)
    return sorted(found, key=lambda each: each.seasons)


async def test_seasons_added_as_overseerr_approves_the_others_are_asked_for_apart(home: Home) -> None:
    """Its approval is for what it knew of. What was added is neither lost nor approved with it."""
    frida, gustav = await home.friend(), await home.friend("Gustav")
    asked = await frida.request_show(seasons=[1])
    await gustav.call(FollowRequest(id=asked.id))
    twin = await home.twin(asked)
    home.overseerr.fail_with("refuse")
    await edited(frida, asked, seasons=[1, 2, 3])
    home.overseerr.approve(twin.id)
    home.overseerr.heal()
    home.clock.advance(61)
    first, apart = await _of_show(home, 2)
    assert (first.id, first.seasons) == (asked.id, [1])
    assert (apart.seasons, apart.status, apart.requested_by.id) == (
        [2, 3],
        RequestStatus.PENDING,
        frida.id,
    )
    await home.becomes(asked, RequestStatus.PROCESSING)
    await has_seasons(home, asked, [1])
    assert (await has_seasons(home, apart, [2, 3])).id != twin.id
    claimed = "select request_id, season from claims order by season"
    assert await home.rows(claimed) == [(asked.id, 1), (apart.id, 2), (apart.id, 3)]
    followed = await home.rows("select request_id from followers where user_id = :id", id=gustav.id)
    assert {number for (number,) in followed} == {asked.id, apart.id}
    assert await home.told(apart) == ["pending"], "administrators hear of it, since it is theirs to decide"
    await home.owner.call(media.ApproveRequest(id=apart.id))
    await home.becomes(apart, RequestStatus.PROCESSING)
    assert len(home.overseerr.requests) == 2


async def test_seasons_exchanged_as_overseerr_approves_the_old_ones_are_filed_anew(seerr: Home) -> None:
    frida = await seerr.friend()
    asked = await frida.request_show(seasons=[1])
    twin = await seerr.twin(asked)
    seerr.overseerr.fail_with("refuse")
    await edited(frida, asked, seasons=[2])
    seerr.overseerr.approve(twin.id)
    seerr.overseerr.heal()
    seerr.clock.advance(61)
    assert (await has_seasons(seerr, asked, [2])).id != twin.id
    assert (await frida.sees(asked)).status is RequestStatus.PENDING


async def test_seasons_added_to_what_is_approved_here_and_there_are_approved_with_it(seerr: Home) -> None:
    frida = await seerr.friend()
    asked = await frida.request_show(seasons=[1])
    twin = await seerr.twin(asked)
    seerr.overseerr.fail_with("refuse")
    await edited(frida, asked, seasons=[1, 2])
    await seerr.owner.call(media.ApproveRequest(id=asked.id))
    seerr.overseerr.approve(twin.id)
    seerr.overseerr.heal()
    seerr.clock.advance(61)
    _, apart = await _of_show(seerr, 2)
    assert apart.seasons == [2]
    await seerr.becomes(apart, RequestStatus.PROCESSING)
