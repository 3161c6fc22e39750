"""Signing in while plex.tv is in any trouble there is: it can be tried again, and nobody who is in is out."""

from functools import partial
from pathlib import Path

import pytest

from medianest_auth.service import SERVICE
from medianest_common.errors import MediaNestError
from medianest_common.testing.breakers import failures_of
from medianest_common.testing.certificates import expired
from medianest_common.testing.troubles import ELSEWHERE, Trouble, TroubledRoad
from services.auth.tests.conftest import Household

TROUBLES = [
    pytest.param(
        each,
        id=each,
        marks=() if each in (Trouble.EMPTY_LIST, Trouble.HALF_AN_ANSWER) else pytest.mark.long,
    )
    for each in Trouble
]


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_whoever_signs_in_can_try_again_and_nobody_is_signed_out(
    house: Household, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    certificate, authority = expired(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    async with TroubledRoad.to(house.plex.tv_url, certificate=certificate) as road:

        async def moved_to(url: str) -> None:
            await house.sandbox.stop("auth")
            await house.sandbox.start(SERVICE, plex_tv_url=url)

        await moved_to(road.url)
        frida = await house.sign_in_with_plex(house.plex.add_friend("frida"))
        gustav = await house.start_plex(house.plex.add_friend("gustav"), browser="gustav")
        if trouble in ELSEWHERE:
            await moved_to(road.address_of(trouble))
        else:
            road.meet(trouble)

        for ask in (partial(house.verify_plex, gustav.login_id, browser="gustav"), house.start_plex):
            with pytest.raises(MediaNestError) as why:
                await ask()
            assert (why.value.status, why.value.code) == (503, "PLEX_UNREACHABLE")
            assert why.value.retry_after
        is_blamed = bool((await failures_of(house.sandbox.bus, "auth"))["plex.tv"])
        assert is_blamed == (trouble is not Trouble.TOO_MANY_REQUESTS)
        renewed = await house.refresh(frida.refresh_token)
        assert renewed.user.id == frida.user.id
        assert await house.rows("select count(*) from users") == [(1,)]

        if trouble in ELSEWHERE:
            await moved_to(road.url)
        await road.heal()
        house.clock.advance(120)
        assert (await house.verify_plex(gustav.login_id, browser="gustav")) is not None
        assert (await house.refresh(renewed.refresh_token)).user.id == frida.user.id
        assert road.longest < 80 * 2**20
