"""Further traps of Overseerr's API, and reports about what was sent to it or came from it, by their numbers."""

import json
from typing import Any

import httpx
import pytest

from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media import RequestStatus
from medianest_common.errors import MediaNestError
from medianest_common.http import Response, UpstreamRefused
from medianest_media.adapters.backend import BackendMisconfigured
from medianest_media.adapters.overseerr_refusals import meaning
from services.media.tests.conftest import FILM, Home

USERS = "/api/v1/user"


async def test_trap_8_overseerr_is_asked_for_pages_that_it_can_carry(home: Home) -> None:
    """`take=-1` is every row there is, `take=0` is ten, and a negative `skip` a page before the first."""
    frida = await home.friend()
    asked = await frida.request()
    await home.twin(asked)
    await home.poll()
    pages = [call for call in home.overseerr.calls if "take" in call.query]
    assert {call.path for call in pages} >= {USERS, "/api/v1/request"}
    for call in pages:
        assert 1 <= int(call.query["take"]) <= 100 and int(call.query.get("skip", "0")) >= 0
    for limit in (-1, 0, 10_001):
        with pytest.raises((ValueError, MediaNestError)):
            await frida.call(media.ListRequests(limit=limit))


async def test_trap_10_nobody_deletes_anothers_request(home: Home) -> None:
    """Overseerr lets everybody who is signed in do it."""
    frida, gustav = await home.friend(), await home.friend("Gustav")
    asked = await frida.request()
    twin = await home.twin(asked)
    with pytest.raises(MediaNestError) as refused:
        await gustav.call(media.CancelRequest(id=asked.id))
    assert refused.value.status == 404
    await home.settled()
    assert (await frida.sees(asked)).status is RequestStatus.PENDING
    assert twin.id in home.overseerr.state.requests
    assert not [call for call in home.overseerr.calls if call.method == "DELETE"]


async def test_trap_12_of_each_other_people_learn_a_name_and_no_more(seerr: Home) -> None:
    """Overseerr's list of users, with their rights and their names at Plex, is open to every user."""
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    await seerr.change("update people set email = 'frida@example.org' where id = :id", id=frida.id)
    asked = await frida.request()
    await seerr.twin(asked)
    assert frida.plex_id is not None
    listed = (await gustav.call(media.ListRequests())).model_dump_json()
    page = (await gustav.title()).model_dump_json()
    assert "frida" not in (listed + page).lower() and str(frida.plex_id) not in listed + page
    shown = (await seerr.owner.call(media.ListRequests())).model_dump_json()
    assert '"Frida"' in shown, "who decides sees who has asked"
    assert "frida@example.org" not in shown and str(frida.plex_id) not in shown


async def test_trap_14_a_server_that_knows_no_pages_of_users_is_asked_without(home: Home) -> None:
    """requestrr#72: servers before 1.30 refuse `take` there."""
    frida = await home.friend()
    home.overseerr.fail_with(400, times=1, path_prefix=USERS, method="GET")
    twin = await home.twin(await frida.request())
    assert twin.requested_by.plex_id == frida.plex_id
    asked = [dict(call.query) for call in home.overseerr.calls if call.path == USERS]
    assert "take" in asked[0] and asked[1] == {}


@pytest.mark.parametrize("words", ["invalid csrf token", "Invalid CSRF Token"])
def test_trap_15_csrf_protection_is_named_with_what_to_do(words: str) -> None:
    """Doplarr#151, requestrr#109: all that people saw was that their key does not work."""
    body = json.dumps({"message": words}).encode()
    answer = Response(system="Overseerr", status=403, headers=httpx.Headers(), body=body)
    error = meaning(UpstreamRefused(answer, upstream="Overseerr"))
    assert isinstance(error, BackendMisconfigured)
    assert "CSRF protection" in (error.detail or "") and "Switch it off" in (error.detail or "")


async def test_report_33_what_a_newer_overseerr_adds_to_a_webhook_is_passed_over(seerr: Home) -> None:
    """ntfy#1010: a field that means something else at the receiver made it refuse all of it."""
    frida = await seerr.friend()
    asked = await frida.request()
    twin = await seerr.twin(asked)
    seerr.overseerr.approve(twin.id)
    body: dict[str, Any] = {
        "notification_type": "MEDIA_SOMETHING_NEW",
        "template": "yes",
        "priority": {"level": [5]},
        "media": {"media_type": "movie", "tmdbId": str(FILM), "status": "REMEMBERED", "mood": 7},
        "request": {"request_id": str(twin.id), "requestedBy_settings_shoeSize": 43},
        "extra": [{"name": None}],
    }
    before = len(seerr.overseerr.calls)
    await seerr.webhook(body)
    await seerr.webhooks_done()

    async def looked() -> bool:
        later = list(seerr.overseerr.calls)[before:]
        return any(call.path == f"/api/v1/request/{twin.id}" for call in later)

    await eventually(looked)
    await seerr.becomes(asked, RequestStatus.PROCESSING)


async def test_report_39_who_overseerr_cannot_import_asks_here_all_the_same(home: Home) -> None:
    """O#3352, O#3039: people of a Plex Home, whom plex.tv lists nowhere, had no way in."""
    kid = await home.friend("Kid", known=False)
    asked = await kid.request()
    await home.settled()
    waiting = await kid.sees(asked)
    assert waiting.status is RequestStatus.PENDING and "once it is approved" in (waiting.status_reason or "")
    await home.owner.call(media.ApproveRequest(id=asked.id))
    await home.twin(asked)
    assert (await kid.sees(asked)).requested_by.name == "Kid"
    home.overseerr.set_available("movie", FILM)
    await home.poll()
    await home.becomes(asked, RequestStatus.AVAILABLE)
