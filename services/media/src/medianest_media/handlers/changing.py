"""Changing a request, following another's, deciding many at once, looking again."""

from medianest_common.bus import Raw
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.media import changing
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.check_request import check_request
from medianest_media.use_cases.decide_many import decide_requests
from medianest_media.use_cases.edit_request import edit_request
from medianest_media.use_cases.follow_request import follow_request, unfollow_request
from medianest_media.use_cases.list_followed import list_followed


@handlers.rpc
async def on_edit_request(command: changing.EditRequest, app: MediaApp) -> Raw:
    return await edit_request(app, command)


@handlers.rpc
async def on_follow_request(command: changing.FollowRequest, app: MediaApp) -> Raw:
    return await follow_request(app, command)


@handlers.rpc
async def on_unfollow_request(command: changing.UnfollowRequest, app: MediaApp) -> Nothing:
    return await unfollow_request(app, command)


@handlers.rpc
async def on_list_followed(query: changing.ListFollowed, app: MediaApp) -> Raw:
    return await list_followed(app, query)


@handlers.rpc
async def on_decide_requests(command: changing.DecideRequests, app: MediaApp) -> changing.BulkResults:
    return await decide_requests(app, command)


@handlers.rpc
async def on_check_request(command: changing.CheckRequest, app: MediaApp) -> Raw:
    return await check_request(app, command)
