"""What arrives from the bus: each line leads to one use case."""

from medianest_common.bus import Handlers, Raw
from medianest_common.bus.forgetting import forget_events
from medianest_common.contracts import media
from medianest_common.contracts.auth import UserChange, UserChanged, UserCreated
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.personal import PersonalData
from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemEvent, ItemRemoved
from medianest_common.db import Transaction
from medianest_media import jobs
from medianest_media.app import MediaApp
from medianest_media.use_cases.count_requests import count_requests
from medianest_media.use_cases.decide_request import (
    approve_request,
    cancel_request,
    decline_request,
    retry_request,
)
from medianest_media.use_cases.discover import discover
from medianest_media.use_cases.erase_person import erase_person
from medianest_media.use_cases.export_person import export_person
from medianest_media.use_cases.get_quota import get_quota
from medianest_media.use_cases.get_request import get_request
from medianest_media.use_cases.get_title import get_title
from medianest_media.use_cases.learn_person import learn_person
from medianest_media.use_cases.list_requests import list_requests
from medianest_media.use_cases.receive_webhook import receive_webhook
from medianest_media.use_cases.request_media import request_media
from medianest_media.use_cases.search import search
from medianest_media.use_cases.submit_request import submit_request
from medianest_media.use_cases.take_stock import take_stock

handlers = Handlers("media")


@handlers.rpc
async def on_search(query: media.Search, app: MediaApp) -> media.SearchPage:
    return await search(app, query)


@handlers.rpc
async def on_discover(query: media.Discover, app: MediaApp) -> media.SearchPage:
    return await discover(app, query)


@handlers.rpc
async def on_get_title(query: media.GetTitle, app: MediaApp) -> media.Title:
    return await get_title(app, query)


@handlers.rpc
async def on_request_media(command: media.RequestMedia, app: MediaApp) -> Raw:
    return await request_media(app, command)


@handlers.rpc
async def on_list_requests(query: media.ListRequests, app: MediaApp) -> Raw:
    return await list_requests(app, query)


@handlers.rpc
async def on_count_requests(query: media.CountRequests, app: MediaApp) -> media.RequestCounts:
    return await count_requests(app)


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


@handlers.job(concurrency=3, ack_wait=60)
async def on_submit_request(job: media.SubmitRequest, app: MediaApp) -> None:
    await submit_request(app, job)


@handlers.job(concurrency=2)
async def on_overseerr_webhook(job: media.ReceiveOverseerrWebhook, app: MediaApp) -> None:
    await receive_webhook(app, job)


@handlers.rpc
async def on_export(query: media.ExportUserData, app: MediaApp) -> PersonalData:
    return await export_person(app, query)


@handlers.job(concurrency=1, ack_wait=60)
async def on_forget_events(job: media.ForgetEvents, app: MediaApp) -> None:
    await forget_events(app.bus.js, service="media", user_id=job.user_id)


@handlers.on(UserDeleted)
async def on_person_left(event: UserDeleted, app: MediaApp, tx: Transaction) -> None:
    await erase_person(app, tx, event)


@handlers.on(UserCreated, UserChanged)
async def on_person(event: UserChange, app: MediaApp, tx: Transaction) -> None:
    await learn_person(app, tx, event)


@handlers.on(ItemAdded, ItemChanged, ItemRemoved, concurrency=4)
async def on_library_item(event: ItemEvent, app: MediaApp, tx: Transaction) -> None:
    await take_stock(app, tx, event)


handlers.every(jobs.TICK_SECONDS)(jobs.poll)
handlers.every(jobs.FORGET_SECONDS)(jobs.forget_gone)
