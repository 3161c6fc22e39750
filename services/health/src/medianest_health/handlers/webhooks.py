"""What other systems tell by themselves."""

from medianest_common.bus import require
from medianest_common.contracts.base import Page
from medianest_common.contracts.health.webhooks import KeptWebhook, ListKeptWebhooks, ReceiveWebhook
from medianest_common.contracts.identity import Permission
from medianest_health import jobs
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.list_webhooks import list_webhooks
from medianest_health.use_cases.receive_webhook import receive_webhook
from medianest_health.use_cases.tell_complaints import tell_complaints


@handlers.job()
async def on_webhook(job: ReceiveWebhook, app: HealthApp) -> None:
    await receive_webhook(app, job)


@handlers.rpc
async def on_list_webhooks(query: ListKeptWebhooks, app: HealthApp) -> Page[KeptWebhook]:
    require(Permission.SEE_INTERNALS)
    return await list_webhooks(app, query)


@handlers.every(jobs.TELL_COMPLAINTS_SECONDS)
async def tell_of_complaints(app: HealthApp) -> None:
    await tell_complaints(app)
