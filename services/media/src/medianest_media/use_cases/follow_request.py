"""Hear of another's request as if it were one's own, without reading more of it than concerns the title."""

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.media.changing import FollowRequest, UnfollowRequest
from medianest_common.errors import Conflict, NotFound
from medianest_media.app import MediaApp
from medianest_media.errors import WrongState
from medianest_media.models import Follower
from medianest_media.repository import Followers, People, Requests
from medianest_media.states import WAITING
from medianest_media.use_cases.get_request import read_request

MOST_FOLLOWERS = 1_000
"""Each event of a request names them all."""


class TooManyFollowers(Conflict):
    title = "Too many people follow this already"


async def follow_request(app: MediaApp, command: FollowRequest) -> Raw:
    """Twice is once. One's own request one hears of anyway."""
    caller = require_caller()
    async with app.db.transaction() as tx:
        person = await People(tx.session).in_turn(caller)
        request = await Requests(tx.session).get(command.id, lock=True)
        if request is None:
            raise NotFound("There is no such request.")
        followers = Followers(tx.session)
        mine = request.user_id == person.id
        known = mine or await followers.get((request.id, person.id)) is not None
        if not known and request.status not in WAITING:
            raise WrongState("There is nothing more to hear of this request.", state=request.status.value)
        if not known and await followers.count(Follower.request_id == request.id) >= MOST_FOLLOWERS:
            raise TooManyFollowers("You can look at the page of the title instead.")
        if not known:
            await followers.follow(request.id, person.id, now=app.clock.now())
        await tx.session.flush()
        return await read_request(app, tx.session, request.id, caller=caller)


async def unfollow_request(app: MediaApp, command: UnfollowRequest) -> Nothing:
    caller = require_caller()
    async with app.db.transaction() as tx:
        if not await Followers(tx.session).unfollow(command.id, caller.user_id):
            raise NotFound("You do not follow such a request.")
    return Nothing()
