"""A webhook is a hint where to look. It has no signature, no time and may come twice or never, and its texts are other
people's, so two numbers and a word are all that is read of it."""

from uuid import UUID

import structlog
from prometheus_client import Counter
from sqlalchemy import ColumnElement, select

from medianest_common.contracts.media import MediaType, ReceiveOverseerrWebhook
from medianest_media.app import MediaApp
from medianest_media.models import Request
from medianest_media.use_cases.hear_of_issue import hear_of_issue
from medianest_media.use_cases.reconcile import reconcile
from medianest_media.webhook_bodies import document, either, number, part

log = structlog.get_logger()

WEBHOOKS = Counter("medianest_media_webhooks", "Overseerr's webhooks by what they led to.", ["outcome"])

_MOST_REQUESTS = 20


async def receive_webhook(app: MediaApp, job: ReceiveOverseerrWebhook) -> None:
    if await hear_of_issue(app, job.body):
        WEBHOOKS.labels("issue").inc()
        return
    conditions = _where_to_look(job.body, backend=app.backend.name)
    found: list[UUID] = []
    for condition in conditions:
        statement = select(Request.id).where(condition, Request.watched).order_by(Request.id.desc())
        async with app.db.read() as connection:
            found = list((await connection.execute(statement.limit(_MOST_REQUESTS))).scalars())
        if found:
            break
    outcome = "looked" if found else "nothing_of_ours" if conditions else "not_understood"
    WEBHOOKS.labels(outcome).inc()
    log.info("webhook_received", outcome=outcome, requests=len(found))
    for request_id in found:
        await reconcile(app, request_id)


def _where_to_look(body: str, *, backend: str) -> list[ColumnElement[bool]]:
    """By the request first, else by the title."""
    found = document(body)
    conditions: list[ColumnElement[bool]] = []
    request_id = number(either(part(found, "request"), "request_id", "requestId"))
    if request_id is not None:
        conditions.append((Request.backend_id == request_id) & (Request.backend == backend))
    media = part(found, "media")
    tmdb_id, kind = number(either(media, "tmdbId", "tmdb_id")), either(media, "media_type", "mediaType")
    if tmdb_id is not None and kind in ("movie", "tv"):
        conditions.append((Request.tmdb_id == tmdb_id) & (Request.media_type == MediaType(kind)))
    return conditions
