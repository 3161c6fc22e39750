"""What administrators lay down for one person, ask for in their name, and what is shown before asking."""

import asyncio
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts import media
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaRequest, MediaType, RequestStatus
from medianest_common.contracts.media.allowing import (
    GetPersonQuota,
    GetRequestOptions,
    Limit,
    ListQuotas,
    PersonQuota,
    QuotaChanged,
    RemoveQuota,
    SetQuota,
)
from medianest_common.errors import MediaNestError
from services.media.tests.conftest import FILM, SHOW, Home, Person, home_on
from services.media.tests.test_leaving import erased


async def lay_down(home: Home, person: Person, **values: Any) -> PersonQuota:
    return await home.owner.call(SetQuota(user_id=person.id, **values))


async def give(home: Home, person: Person, tmdb_id: int = FILM, **values: Any) -> MediaRequest:
    wanted = {"media_type": MediaType.MOVIE, "tmdb_id": tmdb_id, "user_id": person.id}
    return await home.owner.call(media.RequestMedia(**{**wanted, **values}))


def films(home: Home, number: int) -> list[int]:
    for n in range(number):
        home.overseerr.add_movie(9000 + n, f"Film {n}", 2020)
    return list(range(9000, 9000 + number))


async def test_one_persons_quota_goes_before_that_of_the_role_until_it_is_taken_away(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, movie_quota_limit=1, tv_quota_limit=5) as home:
        frida, gustav = await home.friend(), await home.friend("Gustav")
        set_down = await lay_down(home, frida, movie=Limit(limit=2, days=30))
        assert (set_down.movie, set_down.tv) == (Limit(limit=2, days=30), None)
        assert set_down.quota is not None
        assert (set_down.quota.movie.remaining, set_down.quota.tv.remaining) == (2, 5)
        first, second, third = films(home, 3)
        await frida.request(first)
        await frida.request(second)
        with pytest.raises(MediaNestError) as refused:
            await frida.request(third)
        assert refused.value.detail == "The quota is 2 films in 30 days; 0 left."
        await lay_down(home, frida, movie=Limit(limit=None, days=7))
        await frida.request(third)
        await lay_down(home, gustav, movie=Limit(limit=0, days=7))
        with pytest.raises(MediaNestError):
            await gustav.request()
        listed = (await home.owner.call(ListQuotas())).items
        assert {each.user.name: each.movie and each.movie.limit for each in listed} == {
            "Frida": None,
            "Gustav": 0,
        }
        for _ in range(2):
            await home.owner.call(RemoveQuota(user_id=gustav.id))
        assert (await home.owner.call(GetPersonQuota(user_id=gustav.id))).movie is None
        await gustav.request()
        page = await home.owner.call(ListQuotas(limit=1))
        assert page.next_cursor is None and [each.user.id for each in page.items] == [frida.id]
        held = await frida.call(media.ExportUserData())
        assert held.tables["own_quotas"][0]["movieDays"] == 7
        assert (await erased(home, frida))["own_quotas"] == 1


async def test_quotas_are_for_administrators_to_see_and_set(seerr: Home) -> None:
    frida = await seerr.friend()
    for message in (SetQuota(user_id=frida.id), GetPersonQuota(user_id=frida.id), ListQuotas()):
        with pytest.raises(MediaNestError) as refused:
            await frida.call(message)
        assert refused.value.status == 403
    for unknown in (SetQuota(user_id=uuid7()), GetPersonQuota(user_id=uuid7()), RemoveQuota(user_id=uuid7())):
        with pytest.raises(MediaNestError) as missing:
            await seerr.owner.call(unknown)
        assert missing.value.status == 404


async def test_another_quota_is_told_and_the_same_again_is_not(seerr: Home) -> None:
    frida = await seerr.friend()
    told: list[QuotaChanged] = []

    async def heard(message: Any) -> None:
        told.append(QuotaChanged.model_validate_json(message.data))

    await seerr.sandbox.nats.subscribe(QuotaChanged.subject, cb=heard)
    await seerr.sandbox.nats.flush(timeout=5)
    for limit in (3, 3, 2):
        await lay_down(seerr, frida, movie=Limit(limit=limit, days=7))
    await seerr.owner.call(RemoveQuota(user_id=frida.id))

    async def all_three() -> bool:
        return len(told) == 3

    await eventually(all_three)
    assert [event.quota.movie.limit for event in told][:2] == [3, 2]
    assert {(event.user_id, event.actor_id) for event in told} == {(frida.id, seerr.owner.id)}


async def test_roles_have_quotas_of_their_own(server_urls: ServerUrls, tmp_path: Path) -> None:
    async with home_on(server_urls, tmp_path, admin_movie_quota_limit=1) as home:
        anna = Person(home, "Anna", Role.ADMIN)
        await home.tell_of(anna)
        first, second = films(home, 2)
        await anna.request(first)
        with pytest.raises(MediaNestError) as refused:
            await anna.request(second)
        assert refused.value.code == "QUOTA_EXCEEDED"
        on_top = media.RequestMedia(media_type=MediaType.MOVIE, tmdb_id=second, uses_quota=False)
        with pytest.raises(MediaNestError) as own_gift:
            await anna.call(on_top)
        assert own_gift.value.status == 403
        frida = await home.friend()
        assert (await frida.call(media.GetQuota())).movie.limit is None


async def test_report_20_and_21_a_request_in_anothers_name_is_theirs_and_tells_who_made_it(
    home: Home,
) -> None:
    frida = await home.friend()
    given = await give(home, frida)
    assert (given.requested_by.id, given.status) == (frida.id, RequestStatus.APPROVED)
    assert given.history is not None
    assert (given.history[0].actor, given.history[0].reason) == ("Olive", "On their behalf.")
    twin = await home.twin(given)
    assert twin.requested_by.plex_id == frida.plex_id
    assert home.filed()[-1].acting_user == str(twin.requested_by.id)
    assert b"userId" not in home.filed()[-1].body
    assert [r.id for r in (await frida.call(media.ListRequests())).items] == [given.id]
    with pytest.raises(MediaNestError) as refused:
        await frida.call(media.RequestMedia(media_type=MediaType.MOVIE, tmdb_id=604, user_id=home.owner.id))
    assert refused.value.status == 403
    with pytest.raises(MediaNestError) as own_gift:
        await frida.call(media.RequestMedia(media_type=MediaType.MOVIE, tmdb_id=604, uses_quota=False))
    assert own_gift.value.status == 403
    with pytest.raises(MediaNestError) as nobody:
        await give(home, Person(home, "Nobody", Role.USER))
    assert nobody.value.status == 404


async def test_what_is_asked_for_in_their_name_counts_for_them_unless_it_is_given_on_top(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, movie_quota_limit=2) as home:
        frida = await home.friend()
        numbers = films(home, 9)
        await asyncio.gather(
            *(give(home, frida, n) for n in numbers[:4]),
            *(frida.request(n) for n in numbers[4:8]),
            return_exceptions=True,
        )
        assert (await frida.call(media.GetQuota())).movie.used == 2
        assert await home.rows("select count(*) from requests") == [(2,)]
        with pytest.raises(MediaNestError) as refused:
            await give(home, frida, numbers[8])
        assert refused.value.extra["quota"]["remaining"] == 0
        on_top = await give(home, frida, numbers[8], uses_quota=False)
        assert on_top.history is not None
        assert on_top.history[0].reason == "On their behalf, on top of the quota."
        assert (await frida.call(media.GetQuota())).movie.used == 2


async def test_lowering_a_quota_while_somebody_asks_lets_nothing_through_afterwards(seerr: Home) -> None:
    frida = await seerr.friend()
    numbers = films(seerr, 8)
    lowered = asyncio.create_task(lay_down(seerr, frida, movie=Limit(limit=1, days=7)))
    await asyncio.gather(lowered, *(frida.request(n) for n in numbers), return_exceptions=True)
    shown = (await lowered).quota
    assert shown is not None
    [(asked,)] = await seerr.rows("select count(*) from requests")
    assert 1 <= asked <= max(1, shown.movie.used), "none that had not its turn before got through after"
    with pytest.raises(MediaNestError) as refused:
        await frida.request(FILM)
    assert refused.value.code == "QUOTA_EXCEEDED"


async def test_what_can_be_asked_for_is_shown_before(server_urls: ServerUrls, tmp_path: Path) -> None:
    async with home_on(server_urls, tmp_path, tv_quota_limit=3, media_4k_for="admins") as home:
        frida, gustav = await home.friend(), await home.friend("Gustav")
        await gustav.request_show(seasons=[1])

        async def options(person: Person, kind: MediaType, tmdb_id: int) -> Any:
            return await person.call(GetRequestOptions(media_type=kind, tmdb_id=tmdb_id))

        show = await options(frida, MediaType.TV, SHOW)
        assert (show.standard.seasons, show.standard.fits_quota, show.quota.remaining) == ([2, 3], True, 3)
        assert (show.four_k.requestable, show.four_k.reason) == (False, "You may not ask for 4K.")
        await frida.request_show(seasons=[2])
        home.overseerr.add_show(7000, "Long", 2000, seasons=dict.fromkeys(range(1, 6), 10))
        other = await options(frida, MediaType.TV, 7000)
        assert (len(other.standard.seasons), other.standard.fits_quota, other.quota.remaining) == (
            5,
            False,
            2,
        )
        film = await options(frida, MediaType.MOVIE, FILM)
        assert film.standard.requestable and film.standard.reason is None
        await frida.request(FILM)
        film = await options(frida, MediaType.MOVIE, FILM)
        assert (film.standard.requestable, film.standard.reason) == (False, "It has been requested already.")
        assert (await options(home.owner, MediaType.MOVIE, FILM)).four_k.requestable
        with pytest.raises(MediaNestError) as refused:
            await gustav.request(FILM, is_4k=True)
        assert (refused.value.status, refused.value.code) == (403, "FOUR_K_NOT_ALLOWED")
        await lay_down(home, gustav, may_ask_4k=True)
        assert (await gustav.request(FILM, is_4k=True)).is_4k, "4K is a request of its own"
        assert (
            await options(gustav, MediaType.MOVIE, FILM)
        ).four_k.reason == "It has been requested already."


@pytest.mark.parametrize("partial,specials", list(product((True, False), repeat=2)))
async def test_report_11_specials_are_offered_or_refused_with_a_reason_whatever_else_is_set(
    seerr: Home, partial: bool, specials: bool
) -> None:
    seerr.overseerr.state.partial_requests, seerr.overseerr.state.special_episodes = partial, specials
    frida = await seerr.friend()
    options = await frida.call(GetRequestOptions(media_type=MediaType.TV, tmdb_id=SHOW))
    page = {season.number: season for season in (await frida.title(MediaType.TV, SHOW)).seasons}
    assert options.specials_offered is specials is page[0].requestable
    assert bool(options.specials_reason) is not specials and bool(page[0].reason) is not specials
    assert all(page[number].requestable is partial for number in (1, 2, 3))
    if specials:
        assert (await frida.request_show(seasons=[0])).seasons == [0]
    else:
        with pytest.raises(MediaNestError) as refused:
            await frida.request_show(seasons=[0])
        assert "pecials" in refused.value.detail
    assert (await frida.request_show(seasons="all")).seasons == [1, 2, 3], "all is never with specials"


async def test_the_window_of_ones_own_quota_slides(seerr: Home) -> None:
    frida = await seerr.friend()
    await lay_down(seerr, frida, movie=Limit(limit=1, days=1))
    first, second = films(seerr, 2)
    await frida.request(first)
    with pytest.raises(MediaNestError):
        await frida.request(second)
    seerr.clock.advance(timedelta(days=1, minutes=1).total_seconds())
    await frida.request(second)
