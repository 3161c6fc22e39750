"""Asking, deciding, and what the backend reports."""

from medianest_common.bus import Raw
from medianest_common.contracts import media
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.media.looking import LookAtTitle
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.count_requests import count_requests
from medianest_media.use_cases.decide_request import (
    approve_request,
    cancel_request,
    decline_request,
    retry_request,
)
from medianest_media.use_cases.get_quota import get_quota
from medianest_media.use_cases.get_request import get_request
from medianest_media.use_cases.list_requests import list_requests
from medianest_media.use_cases.look_at_title import look_at_title
from medianest_media.use_cases.receive_webhook import receive_webhook
from medianest_media.use_cases.request_media import request_media
from medianest_media.use_cases.submit_request import submit_request


@handlers.rpc
async def on_request_media(command: media.RequestMedia, app: MediaApp) -> Raw:
    return await request_media(app, command)


@handlers.rpc
async def on_list_requests(query: media.ListRequests, app: MediaApp) -> Raw:
    return await list_requests(app, query)


@handlers.rpc
async def on_count_requests(query: media.CountRequests, app: MediaApp) -> media.RequestCounts:
    return await count_requests(app, query)


@handlers.rpc
async def on_get_request(query: media.GetRequest, app: MediaApp) -> Raw:
    return await get_request(app, query)


@handlers.rpc
async def on_approve_request(command: media.ApproveRequest, app: MediaApp) -> Raw:
    return await approve_request(app, command)


@handlers.rpc
async def on_decline_request(command: media.DeclineRequest, app: MediaApp) -> Raw:
    return await decline_request(app, command)


@handlers.rpc
async def on_retry_request(command: media.RetryRequest, app: MediaApp) -> Raw:
    return await retry_request(app, command)


@handlers.rpc
async def on_cancel_request(command: media.CancelRequest, app: MediaApp) -> Nothing:
    return await cancel_request(app, command)


@handlers.rpc
async def on_get_quota(query: media.GetQuota, app: MediaApp) -> media.Quota:
    return await get_quota(app)


@handlers.job(concurrency=3, ack_wait=20)
async def on_submit_request(job: media.SubmitRequest, app: MediaApp) -> None:
    await submit_request(app, job)


@handlers.job(concurrency=2)
async def on_overseerr_webhook(job: media.ReceiveOverseerrWebhook, app: MediaApp) -> None:
    await receive_webhook(app, job)


@handlers.job(concurrency=2)
async def on_look_at_title(job: LookAtTitle, app: MediaApp) -> None:
    await look_at_title(app, job)
