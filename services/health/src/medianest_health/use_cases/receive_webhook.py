"""A webhook is a hint: it is signed by nobody or by whoever knows a secret, comes twice or never, and all its texts are
other people's. What is known of it is done once; what is not is kept for administrators to look at."""

import hashlib
import json
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from medianest_common.clock import uuid7
from medianest_common.contracts.health.webhooks import DownloadStuck, ReceiveWebhook, WebhookSource
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.looking import LookAtTitle
from medianest_common.contracts.plex.indexing import HintLibraries
from medianest_common.db import Transaction
from medianest_common.security.redaction import redact, redact_text
from medianest_health.adapters.webhooks.heard import Grievance, Heard, Meaning, Stuck, TitleNews, Turn
from medianest_health.adapters.webhooks.reading import body_of, read
from medianest_health.app import HealthApp
from medianest_health.models import KeptWebhook
from medianest_health.repository.webhooks import HeardWebhooks, KeptWebhooks
from medianest_health.use_cases.hear_grievance import hear_grievance
from medianest_health.use_cases.hear_of_turn import hear_of_turn

log = structlog.get_logger()

WEBHOOKS = Counter(
    "medianest_health_webhooks", "Webhooks by what they led to.", ["source", "event", "outcome"]
)

SAME_WITHIN = timedelta(minutes=10)
SIGNED_SAME_WITHIN = timedelta(minutes=15)
"""Longer than one that is signed can be sent again."""
_LONGEST_BODY = 16_000


async def receive_webhook(app: HealthApp, job: ReceiveWebhook) -> None:
    body = body_of(job)
    heard = read(job, body)
    within = SIGNED_SAME_WITHIN if job.source is WebhookSource.GENERIC else SAME_WITHIN
    async with app.db.transaction() as tx:
        webhooks = HeardWebhooks(tx.session)
        is_new = await webhooks.claim(_digest(job, heard, heard.event), at=job.received_at, within=within)
        if is_new and heard.opposite:
            await webhooks.take_back(_digest(job, heard, heard.opposite))
        # What can be taken back is known by when it was said, and may be said again in any words at any time.
        if heard.is_known and (is_new or heard.opposite):
            for meaning in heard.meanings:
                await _take(app, tx, job.source, heard, meaning, at=job.received_at)
        elif is_new:
            await KeptWebhooks(tx.session).keep(_kept(job, heard, body))
    outcome = "duplicate" if not is_new else "taken" if heard.is_known else "unknown"
    # What nobody knows the meaning of can be called anything, and must not make a series of its own.
    WEBHOOKS.labels(job.source.value, heard.event if heard.is_known else "other", outcome).inc()
    log.info(
        "webhook_received",
        source=job.source.value,
        name=job.name,
        webhook_event=heard.event,
        known=heard.is_known,
        duplicate=not is_new,
    )


async def _take(
    app: HealthApp, tx: Transaction, source: WebhookSource, heard: Heard, meaning: Meaning, *, at: datetime
) -> None:
    match meaning:
        case TitleNews():
            _pass_on(tx, meaning, at=at)
        case Grievance():
            await hear_grievance(
                tx,
                meaning,
                source=source,
                instance=heard.instance,
                severity=app.settings.webhook_health_level,
                at=at,
                now=app.clock.now(),
            )
        case Stuck(title, reason):
            tx.emit(DownloadStuck(source=source, instance=heard.instance, title=title, reason=reason, at=at))
        case Turn():
            await hear_of_turn(app, tx, meaning, at=at)


def _pass_on(tx: Transaction, news: TitleNews, *, at: datetime) -> None:
    if news.tmdb_id or news.tvdb_id or news.imdb_id or news.title:
        tx.enqueue(
            LookAtTitle(
                media_type=news.media_type,
                tmdb_id=news.tmdb_id,
                tvdb_id=news.tvdb_id,
                imdb_id=news.imdb_id,
                title=news.title,
                year=news.year,
                seasons=list(news.seasons),
                is_4k=news.is_4k,
                is_grabbed=news.is_grabbed,
                is_gone=news.is_gone,
                at=at,
            )
        )
    if news.is_in_library:
        tx.enqueue(HintLibraries(type="movie" if news.media_type is MediaType.MOVIE else "show"))


def _digest(job: ReceiveWebhook, heard: Heard, event: str) -> bytes:
    return hashlib.sha256(
        json.dumps([job.source.value, job.name, heard.instance, event, heard.mark]).encode()
    ).digest()


def _kept(job: ReceiveWebhook, heard: Heard, body: str) -> KeptWebhook:
    return KeptWebhook(
        id=uuid7(),
        source=job.source.value,
        name=job.name,
        event=heard.event,
        received_at=job.received_at,
        body=_without_secrets(body),
    )


def _without_secrets(body: str) -> str:
    try:
        text = json.dumps(redact(json.loads(body)), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        text = redact_text(body)
    return text if len(text) <= _LONGEST_BODY else f"{text[:_LONGEST_BODY]}…"
