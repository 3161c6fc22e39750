import logging

import pytest
from structlog.testing import capture_logs

from medianest_common.contracts.identity import Role
from medianest_common.contracts.plex import (
    GetImage,
    GetServer,
    ListLibraries,
    ListRecentlyAdded,
    SearchLibrary,
)
from medianest_common.contracts.plex.browse import GetItem, ListItems, ListOnDeck
from medianest_common.errors import MediaNestError
from services.plex.tests.household import Household


async def test_no_token_is_in_an_address_a_log_an_answer_or_an_error(
    home: Household, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # The pretend server writes down what it is sent over its socket of events; that is no log of ours.
    caplog.set_level(logging.INFO, "uvicorn.error")
    said: list[str] = []
    with capture_logs() as logged:
        friend = await home.signed_in(home.plex.add_friend("fritz", libraries=["Movies"]))
        for fault in (None, 500, 401, "html", "truncate", "refuse"):
            if fault:
                home.plex.server.fail_with(fault)
            home.later(60)
            for user, role in ((friend, Role.USER), (None, Role.USER), (None, Role.OWNER)):
                said += [await _said(home, user, role)]
            home.plex.server.heal()

    everything = "\n".join([*said, *map(repr, logged), caplog.text])
    assert "Heat" in everything
    assert "outgoing_call" in everything
    leaked = [token for token in home.plex.tokens if token in everything]
    assert not leaked
    assert not [request for request in home.plex.requests if request.token_in_url]
    assert any(request.token for request in home.plex.requests)


async def _said(home: Household, user: object, role: Role) -> str:
    messages = (
        GetServer(),
        ListLibraries(),
        ListRecentlyAdded(),
        SearchLibrary(query="e"),
        GetItem(rating_key="1"),
        ListItems(library="1"),
        ListItems(library="1", unwatched=True),
        ListOnDeck(),
        GetImage(key="x", width=1, height=1),
    )
    said = []
    for message in messages:
        with home.sandbox.as_user(user_id=user, role=role):  # type: ignore[arg-type]
            try:
                said.append((await home.sandbox.bus.call_raw(message, timeout=10)).decode())
            except MediaNestError as error:
                said.append(f"{error} {error.problem()}")
    return "\n".join(said)


async def test_every_question_asks_for_json_and_names_the_same_client(home: Household) -> None:
    await home.newest()
    await home.found("heat")

    asked = [request for request in home.plex.requests if request.path != "/photo/:/transcode"]
    assert {request.headers["accept"] for request in asked} == {"application/json"}
    assert len({request.headers["x-plex-client-identifier"] for request in asked}) == 1
