"""How much is left, as arithmetic and in races."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.embedded import ServerUrls
from medianest_common.contracts import media
from medianest_common.contracts.media import MediaType
from medianest_common.errors import MediaNestError
from medianest_media.quotas import Allowance, Usage, fits, quota_state
from services.media.tests.conftest import FILM, SHOW, home_on

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(
    limit=st.none() | st.integers(1, 50),
    days=st.integers(1, 365),
    used=st.integers(0, 60),
    more=st.integers(1, 40),
    age=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400)),
)
def test_what_fits_is_what_remains(
    limit: int | None, days: int, used: int, more: int, age: timedelta
) -> None:
    allowed, usage = Allowance(limit, days), Usage(used, NOW - age if used else None)
    state = quota_state(allowed, usage)
    if limit is None:
        assert fits(allowed, usage, more=more) and state.remaining is None and state.resets_at is None
        return
    assert state.remaining is not None and state.remaining >= 0
    assert fits(allowed, usage, more=more) == (more <= limit - used)
    assert state.resets_at == (usage.oldest + timedelta(days=days) if usage.oldest else None)


async def test_many_requests_at_once_never_exceed_a_quota(server_urls: ServerUrls, tmp_path: Path) -> None:
    async with home_on(server_urls, tmp_path, movie_quota_limit=4) as home:
        frida = await home.friend()
        for number in range(12):
            home.overseerr.add_movie(9000 + number, f"Film {number}", 2020)
        answers = await asyncio.gather(
            *(frida.request(9000 + number) for number in range(12)), return_exceptions=True
        )
        refused = [answer for answer in answers if isinstance(answer, MediaNestError)]
        assert len(answers) - len(refused) == 4
        assert {(error.status, error.code) for error in refused} == {(403, "QUOTA_EXCEEDED")}
        assert refused[0].extra["quota"]["remaining"] == 0
        assert refused[0].extra["quota"]["resetsAt"]
        quota = await frida.call(media.GetQuota())
        assert (quota.movie.limit, quota.movie.used, quota.movie.remaining) == (4, 4, 0)
        assert (quota.tv.limit, quota.tv.remaining) == (None, None)


async def test_a_show_counts_by_its_seasons_and_only_those_it_gets(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, tv_quota_limit=2, tv_quota_days=7) as home:
        frida, gustav = await home.friend(), await home.friend("Gustav")
        with pytest.raises(MediaNestError) as refused:
            await frida.request_show(seasons="all")
        assert refused.value.code == "QUOTA_EXCEEDED"
        await gustav.request_show(seasons=[1])
        asked = await frida.request_show(seasons="all")
        assert asked.seasons == [2, 3]
        await frida.call(media.CancelRequest(id=asked.id))
        assert (await frida.call(media.GetQuota())).tv.used == 0, "what is cancelled does not count"
        await frida.request_show(seasons=[2, 3])
        home.clock.advance(8 * 86_400)
        assert (await frida.call(media.GetQuota())).tv.used == 0, "the window slides"


async def test_trap_3_many_seasons_at_once_never_exceed_a_quota(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, tv_quota_limit=4) as home:
        home.overseerr.add_show(7000, "Long", 2000, seasons=dict.fromkeys(range(1, 13), 10))
        frida = await home.friend()
        await asyncio.gather(
            *(frida.request_show(7000, seasons=[n]) for n in range(1, 13)), return_exceptions=True
        )
        assert (await frida.call(media.GetQuota())).tv.used == 4
        assert await home.rows("select sum(cardinality(seasons)) from requests") == [(4,)]


async def test_administrators_have_no_quota(server_urls: ServerUrls, tmp_path: Path) -> None:
    async with home_on(server_urls, tmp_path, movie_quota_limit=1) as home:
        home.overseerr.add_movie(604, "Second", 2003)
        await home.owner.request(FILM)
        await home.owner.request(604)
        assert (await home.owner.call(media.GetQuota())).movie.limit is None


async def test_all_of_an_unknown_show_is_held_to_the_quota_once_its_seasons_are_known(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, tv_quota_limit=2) as home:
        frida = await home.friend()
        home.overseerr.fail_with("refuse")
        asked = await frida.request(SHOW, media_type=MediaType.TV, seasons="all")
        home.overseerr.heal()
        home.clock.advance(61)
        failed = await home.becomes(asked, media.RequestStatus.FAILED)
        assert failed.status_reason == "It has 3 seasons, more than the quota leaves."
        assert home.filed() == []
