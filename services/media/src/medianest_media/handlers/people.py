"""People as the auth service tells of them, and their own data."""

from medianest_common.bus.forgetting import forget_events
from medianest_common.contracts import media
from medianest_common.contracts.auth import UserChange, UserChanged, UserCreated
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.personal import PersonalData
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.erase_person import erase_person
from medianest_media.use_cases.export_person import export_person
from medianest_media.use_cases.learn_person import learn_person


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
