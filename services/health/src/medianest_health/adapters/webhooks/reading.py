"""From a body to what it says."""

import hashlib
import json

from medianest_common.contracts.health.webhooks import ReceiveWebhook, WebhookSource
from medianest_common.packing import unpack
from medianest_health.adapters.webhooks.arr import read_arr
from medianest_health.adapters.webhooks.generic import read_generic
from medianest_health.adapters.webhooks.heard import Heard
from medianest_health.adapters.webhooks.kuma import read_kuma


def body_of(job: ReceiveWebhook) -> str:
    return unpack(job.body) if job.packed else job.body


def read(job: ReceiveWebhook, body: str) -> Heard:
    otherwise = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return Heard(instance=job.name or job.source.value, event="", is_known=False, mark=otherwise)
    match job.source:
        case WebhookSource.UPTIME_KUMA:
            return read_kuma(document, otherwise=otherwise)
        case WebhookSource.GENERIC:
            name = job.name or job.source.value
            return read_generic(name, document, delivery_id=job.delivery_id, otherwise=otherwise)
        case _:
            return read_arr(job.source, document, otherwise=otherwise)
