"""Look at once at what has become of a request, for somebody who does not want to wait for the next round."""

from contextlib import suppress
from datetime import timedelta

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.media.changing import CheckRequest
from medianest_common.errors import NotFound
from medianest_media.app import MediaApp
from medianest_media.errors import BeingSent
from medianest_media.moves import owe
from medianest_media.repository import Requests
from medianest_media.states import OVER
from medianest_media.use_cases.fulfil import fulfil
from medianest_media.use_cases.get_request import read_request
from medianest_media.use_cases.reconcile import reconcile

_JUST_NOW = timedelta(seconds=5)
"""Whoever asks again within it is told what was seen then."""


async def check_request(app: MediaApp, command: CheckRequest) -> Raw:
    """Raises `NotFound`, and what the backend raises where it does not answer."""
    caller, now = require_caller(), app.clock.now()
    async with app.db.transaction() as tx:
        request = await Requests(tx.session).get(command.id)
        if request is None or not (caller.is_admin or request.user_id == caller.user_id):
            raise NotFound("There is no such request.")
        if request.watched:
            await fulfil(app, tx, request.media_type, request.tmdb_id)
        await Requests(tx.session).lock(request)
        unsent = not request.in_line and request.status not in OVER
        if unsent and now - request.attempted_at > _JUST_NOW:
            owe(tx, request, now=now)
        look = request.in_line and request.watched and now - request.checked_at > _JUST_NOW
    if look:
        with suppress(BeingSent):  # somebody looks at this moment
            await reconcile(app, command.id)
    async with app.db.read() as connection:
        return await read_request(app, connection, command.id, caller=caller)
