"""People as the auth service tells of them, and their own data."""

from medianest_common.bus.forgetting import forget_events
from medianest_common.contracts import youtube
from medianest_common.contracts.auth import UserChange, UserChanged, UserCreated
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.personal import PersonalData
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.repository.people import People
from medianest_youtube.use_cases.erase_person import erase_person
from medianest_youtube.use_cases.export_person import export_person


@handlers.rpc
async def on_export(query: youtube.ExportUserData, app: YoutubeApp) -> PersonalData:
    return await export_person(app, query)


@handlers.job(concurrency=1, ack_wait=60)
async def on_forget_events(job: youtube.ForgetEvents, app: YoutubeApp) -> None:
    await forget_events(app.bus.js, service="youtube", user_id=job.user_id)


@handlers.on(UserCreated, UserChanged)
async def on_person(event: UserChange, app: YoutubeApp, tx: Transaction) -> None:
    await People(tx.session).learn(event)


@handlers.on(UserDeleted)
async def on_person_left(event: UserDeleted, app: YoutubeApp, tx: Transaction) -> None:
    await erase_person(app, tx, event)
