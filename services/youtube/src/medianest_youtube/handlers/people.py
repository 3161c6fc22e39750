"""People as the auth service tells of them."""

from medianest_common.bus.forgetting import forget_events
from medianest_common.contracts import youtube
from medianest_common.contracts.auth import UserChange, UserChanged, UserCreated
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.repository.people import People


@handlers.job(concurrency=1, ack_wait=60)
async def on_forget_events(job: youtube.ForgetEvents, app: YoutubeApp) -> None:
    await forget_events(app.bus.js, service="youtube", user_id=job.user_id)


@handlers.on(UserCreated, UserChanged)
async def on_person(event: UserChange, app: YoutubeApp, tx: Transaction) -> None:
    await People(tx.session).learn(event)
