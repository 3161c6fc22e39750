"""Webhooks are filled and sent as the real server was seen to do it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from medianest_common.testing.fake_overseerr import FakeOverseerr, User
from medianest_common.testing.fake_overseerr.webhooks import DEFAULT_TEMPLATE, encoded_twice
from medianest_common.testing.http_server import serve

type Json = Any

RECORDED = files("medianest_common.testing").joinpath("fixtures", "overseerr", "seerr-live")
MOVIE = {"mediaType": "movie", "mediaId": 900801, "is4k": False}
SHOW = {"mediaType": "tv", "mediaId": 930101, "is4k": False, "seasons": [1, 2]}
OVERVIEW = 'Line1\nLine2 "quoted" é 🚀' + " word" * 200


def recorded(name: str) -> Json:
    return json.loads(RECORDED.joinpath(f"webhook_{name}.json").read_text(encoding="utf-8"))


@dataclass
class Receiver:
    url: str = ""
    status: int = 200
    bodies: list[Json] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)

    async def receive(self, request: Request) -> Response:
        self.bodies.append(await request.json())
        self.authorizations.append(request.headers.get("authorization"))
        return Response(status_code=self.status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiving = Receiver()
    async with serve(Starlette(routes=[Route("/hook", receiving.receive, methods=["POST"])])) as url:
        receiving.url = f"{url}/hook"
        yield receiving


@pytest.fixture
def fake(seerr: FakeOverseerr, receiver: Receiver) -> FakeOverseerr:
    """As the server on which the webhooks were recorded: user 50 and 51, no Radarr, no Sonarr."""
    seerr.set_webhook(receiver.url, authorization="Bearer secret")
    seerr.state.arr_configured = False
    seerr.owner.email, seerr.owner.username = "user1@example.com", "user1"
    for number in range(2, 52):
        seerr.add_user(
            plex_id=number,
            email=f"user{number}@example.com",
            username=f"user{number}" if number == 50 else None,
            plex_username=f"plexuser{number}",
        )
    seerr.add_movie(900801, "Movie 900801", 2024, overview=OVERVIEW)
    seerr.add_movie(900802, "Movie 900802", 2024, overview=OVERVIEW)
    seerr.add_show(930101, "Show 930101", 2024, seasons={1: 8, 2: 8}, overview="ov", tvdb_id=7930101)
    return seerr


async def ask(client: httpx.AsyncClient, body: Json, user: User | None = None) -> int:
    headers = {} if user is None else {"X-API-User": str(user.id)}
    answer = await client.post("/request", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


def without_id(body: Json) -> Json:
    return {**body, "request": {**body["request"], "request_id": ""}}


async def test_the_life_of_a_movie_request_is_told_as_recorded(
    fake: FakeOverseerr, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    number = await ask(client, MOVIE, fake.state.users[50])
    await fake.webhooks_settled()
    fake.approve(number)
    fake.approve(number)
    await fake.webhooks_settled()
    fake.set_available("movie", 900801)
    await fake.webhooks_settled()
    expected = [recorded(name) for name in ("media_pending", "media_approved", "media_available")]
    assert [without_id(body) for body in receiver.bodies] == [without_id(body) for body in expected]
    assert receiver.bodies[0]["request"]["request_id"] == str(number)
    assert set(receiver.authorizations) == {"Bearer secret"}


async def test_a_declined_show_names_its_seasons_as_recorded(
    fake: FakeOverseerr, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    number = await ask(client, SHOW, fake.state.users[51])
    await fake.webhooks_settled()
    fake.decline(number)
    await fake.webhooks_settled()
    expected = [recorded(name) for name in ("media_pending_tv", "media_declined")]
    assert [without_id(body) for body in receiver.bodies] == [without_id(body) for body in expected]


async def test_a_request_of_the_owner_is_told_as_approved_by_itself(
    fake: FakeOverseerr, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    await ask(client, {**MOVIE, "mediaId": 900802})
    await fake.webhooks_settled()
    assert without_id(receiver.bodies[0]) == without_id(recorded("media_auto_approved"))


async def test_placeholders_and_dollar_signs_in_a_title_are_expanded(
    fake: FakeOverseerr, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    title = "It's \"Quoted\" $& $' $1 {{requestedBy_email}} 🎬\\n"
    fake.add_movie(900001, title, 2024, overview='Line1\nLine2 "quoted" é 🚀')
    await ask(client, {**MOVIE, "mediaId": 900001}, fake.state.users[9])
    await fake.webhooks_settled()
    assert without_id(receiver.bodies[0]) == without_id(recorded("media_pending_hostile_title"))


async def test_an_issue_is_told_as_recorded(
    fake: FakeOverseerr, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    fake.set_available("movie", 900801)
    media = (await client.get("/movie/900801")).json()["mediaInfo"]["id"]
    message = 'No sound at 00:12:30 & "glitches" {{comment_message}} 🎬'
    await client.post("/issue", json={"issueType": 1, "message": message, "mediaId": media})
    await fake.webhooks_settled()
    assert receiver.bodies[-1] == recorded("issue_created")
    for action, name in (("resolved", "issue_resolved"), ("open", "issue_reopened")):
        await client.post(f"/issue/1/{action}")
        await fake.webhooks_settled()
        assert receiver.bodies[-1] == recorded(name)


async def test_a_receiver_that_fails_is_not_asked_again(
    fake: FakeOverseerr, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    receiver.status = 503
    await ask(client, MOVIE)
    await fake.webhooks_settled()
    assert len(receiver.bodies) == 1
    assert [sent.status for sent in fake.sent_webhooks] == [503]


async def test_webhooks_can_be_lost_doubled_and_sent_by_hand(
    fake: FakeOverseerr, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    fake.suppress_webhooks = True
    number = await ask(client, MOVIE)
    fake.suppress_webhooks = False
    fake.send_webhook("MEDIA_AVAILABLE", request_id=number, times=2)
    fake.send_webhook("TEST_NOTIFICATION")
    await fake.webhooks_settled()
    kinds = sorted(body["notification_type"] for body in receiver.bodies)
    assert kinds == ["MEDIA_AVAILABLE", "MEDIA_AVAILABLE", "TEST_NOTIFICATION"]


async def test_deletion_edit_and_processing_are_not_told(
    fake: FakeOverseerr, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    number = await ask(client, SHOW)
    await fake.webhooks_settled()
    await client.put(f"/request/{number}", json={"mediaType": "tv", "seasons": [1]})
    fake.set_processing("tv", 930101)
    await client.delete(f"/request/{number}")
    await fake.webhooks_settled()
    assert len(receiver.bodies) == 1


async def test_a_template_encoded_once_is_saved_and_then_never_sent(
    fake: FakeOverseerr, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    settings = "/settings/notifications/webhook"
    options = {"webhookUrl": receiver.url, "jsonPayload": json.dumps(DEFAULT_TEMPLATE)}
    saved = await client.post(settings, json={"enabled": True, "types": 8190, "options": options})
    assert saved.status_code == 200
    await ask(client, MOVIE)
    await fake.webhooks_settled()
    assert receiver.bodies == []
    options["jsonPayload"] = encoded_twice(DEFAULT_TEMPLATE)
    await client.post(settings, json={"enabled": True, "types": 8190, "options": options})
    shown = (await client.get(settings)).json()["options"]
    assert json.loads(shown["jsonPayload"]) == DEFAULT_TEMPLATE
    assert "authHeader" not in shown


async def test_the_test_button_says_whether_the_receiver_took_it(
    fake: FakeOverseerr, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    options = {"webhookUrl": receiver.url, "jsonPayload": encoded_twice(DEFAULT_TEMPLATE)}
    body = {"enabled": True, "types": 8190, "options": options}
    assert (await client.post("/settings/notifications/webhook/test", json=body)).status_code == 204
    assert receiver.bodies == [recorded("test_notification")]
    receiver.status = 500
    assert (await client.post("/settings/notifications/webhook/test", json=body)).status_code == 500


async def test_a_slow_receiver_does_not_hold_up_the_answer(
    fake: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    released = asyncio.Event()

    async def slow(request: Request) -> Response:
        await asyncio.wait_for(released.wait(), timeout=60)
        return Response()

    async with serve(Starlette(routes=[Route("/hook", slow, methods=["POST"])])) as url:
        fake.set_webhook(f"{url}/hook")
        await asyncio.wait_for(ask(client, MOVIE), timeout=30)
        released.set()
        await fake.webhooks_settled()
