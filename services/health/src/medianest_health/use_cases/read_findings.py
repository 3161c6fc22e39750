"""What is the matter, looked for in all places at once. A place that does not answer is named and hides no other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import text

from medianest_common.contracts.health.findings import (
    FindingCode,
    FindingSeverity,
    InstallationFinding,
    InstallationFindings,
)
from medianest_common.contracts.health.queues import QueueStream, WhenFull
from medianest_common.contracts.platform import BreakerCondition, Outbox
from medianest_common.lifecycle import SERVICES
from medianest_health.app import HealthApp
from medianest_health.own_certificate import Refused, expires_at
from medianest_health.use_cases.read_queues import read_queues
from medianest_health.use_cases.read_resilience import read_resilience

log = structlog.get_logger()

_SECONDS = 4.0
_LONGEST_IN_OUTBOX = 60.0
_MOST_BEHIND = 1000
_FULL = 80
_OPEN_MINUTES = 5
_APART_SECONDS = 2.0
_CROWDED = 85
_OLDEST_POSTGRESQL = 15
_CERTIFICATE_DAYS = 10
_ORDER = list(FindingSeverity)
# What the connections of others are for is shown to no ordinary role, but how many there are.
_DATABASE = text("""
    select current_setting('server_version_num')::int / 10000 as version, clock_timestamp() as now,
           100.0 * (select sum(numbackends) from pg_stat_database) / current_setting('max_connections')::int as share
""")

type Look = Callable[[HealthApp], Awaitable[Sequence[InstallationFinding]]]


async def read_findings(app: HealthApp) -> InstallationFindings:
    looks: dict[str, Look] = {
        "queues": _queues,
        "breakers": _breakers,
        "database": _database,
        "certificate": _certificate,
    }
    looked = await asyncio.gather(*(_in_time(name, look, app) for name, look in looks.items()))
    found = [each for some in looked if some is not None for each in some] + _missing(app)
    unknown = [name for name, some in zip(looks, looked, strict=True) if some is None]
    return InstallationFindings(items=in_order(found), unknown=unknown)


def in_order(found: Sequence[InstallationFinding]) -> list[InstallationFinding]:
    return sorted(found, key=lambda each: (_ORDER.index(each.severity), each.code, each.about))


async def _in_time(name: str, look: Look, app: HealthApp) -> Sequence[InstallationFinding] | None:
    try:
        async with asyncio.timeout(_SECONDS):
            return await look(app)
    except Exception as error:
        log.info("not_looked_at", what=name, error=type(error).__name__)
        return None


def _missing(app: HealthApp) -> list[InstallationFinding]:
    # Whoever is known to nobody counts as silent once we have listened for long enough.
    if not app.roster.is_silent("nobody"):
        return []
    return [
        InstallationFinding(
            code=FindingCode.SERVICE_MISSING,
            severity=FindingSeverity.CRITICAL,
            about=service,
            text=f"No replica of {service} is there.",
            advice="Look at the end of its log, and start it again.",
        )
        for service in SERVICES
        if not app.roster.present(service)
    ]


async def _queues(app: HealthApp) -> list[InstallationFinding]:
    queues = await read_queues(app)
    if queues.streams is None:
        raise LookupError("streams")
    found = [_stuck(outbox) for outbox in queues.outboxes if outbox.oldest_seconds > _LONGEST_IN_OUTBOX]
    for stream in queues.streams:
        found.extend(_of_stream(stream))
    return found


def _stuck(outbox: Outbox) -> InstallationFinding:
    return InstallationFinding(
        code=FindingCode.OUTBOX_STUCK,
        severity=FindingSeverity.CRITICAL,
        about=outbox.service,
        number=round(outbox.oldest_seconds),
        text=f"{outbox.service} has not been able to tell the bus anything for {outbox.oldest_seconds:.0f} seconds.",
        advice="Look whether NATS is there and has room; `outbox_not_published` in the log says what it answers.",
    )


def _of_stream(stream: QueueStream) -> list[InstallationFinding]:
    found = []
    share = 100 * stream.bytes / stream.max_bytes if stream.max_bytes else 0
    if stream.when_full is WhenFull.REFUSES and share > _FULL:
        found.append(
            InstallationFinding(
                code=FindingCode.STREAM_FULL,
                severity=FindingSeverity.CRITICAL,
                about=stream.name,
                number=round(share),
                text=f"The stream {stream.name} is {share:.0f} % full; at 100 % no work can be handed on.",
                advice="Look which reader of it does not get on, and why.",
            )
        )
    for reader in stream.consumers:
        if reader.pending and reader.redelivered:
            code, what = FindingCode.READER_STUCK, "gets its messages again and again"
        elif reader.pending > _MOST_BEHIND:
            code, what = FindingCode.READER_BEHIND, "is slower than what comes"
        else:
            continue
        found.append(
            InstallationFinding(
                code=code,
                severity=FindingSeverity.WARNING,
                about=reader.name,
                number=reader.pending,
                text=f"{reader.name} {what}: {reader.pending} wait.",
                advice="`message_retried` in the log of its service says what goes wrong; else add a replica.",
            )
        )
    return found


async def _breakers(app: HealthApp) -> list[InstallationFinding]:
    now = app.clock.now()
    longest: dict[str, float] = {}
    for breaker in (await read_resilience(app)).breakers:
        if breaker.state is BreakerCondition.CLOSED or breaker.opened_at is None:
            continue
        minutes = (now - breaker.opened_at).total_seconds() / 60
        longest[breaker.system] = max(minutes, longest.get(breaker.system, 0))
    return [
        InstallationFinding(
            code=FindingCode.BREAKER_OPEN,
            severity=FindingSeverity.WARNING,
            about=system,
            number=round(minutes),
            text=f"{system} has not answered for {minutes:.0f} minutes.",
            advice="Look whether it runs, and whether its address and key are right.",
        )
        for system, minutes in longest.items()
        if minutes >= _OPEN_MINUTES
    ]


async def _database(app: HealthApp) -> list[InstallationFinding]:
    async with app.db.read() as connection:
        asked_at = app.clock.now()
        row = (await connection.execute(_DATABASE)).mappings().one()
        answered_at = app.clock.now()
    return [*_apart(row["now"], asked_at, answered_at), *_server(row)]


def _apart(theirs: datetime, asked_at: datetime, answered_at: datetime) -> list[InstallationFinding]:
    """However long the answer took, it was given in between."""
    apart = max((asked_at - theirs).total_seconds(), (theirs - answered_at).total_seconds())
    if apart <= _APART_SECONDS:
        return []
    return [
        InstallationFinding(
            code=FindingCode.CLOCKS_APART,
            severity=FindingSeverity.WARNING,
            about="PostgreSQL",
            number=round(apart),
            text=f"The clocks of the services and of PostgreSQL are {apart:.0f} seconds apart.",
            advice="Turn on time synchronisation on every machine: sign-ins and deadlines depend on it.",
        )
    ]


def _server(row: Any) -> list[InstallationFinding]:
    found = []
    if row["share"] > _CROWDED:
        found.append(
            InstallationFinding(
                code=FindingCode.DATABASE_CROWDED,
                severity=FindingSeverity.CRITICAL,
                about="PostgreSQL",
                number=round(row["share"]),
                text=f"{row['share']:.0f} % of the connections that PostgreSQL allows are in use.",
                advice="Raise max_connections, or run fewer replicas: each of them may use eleven.",
            )
        )
    if row["version"] < _OLDEST_POSTGRESQL:
        found.append(
            InstallationFinding(
                code=FindingCode.DATABASE_OLD,
                severity=FindingSeverity.NOTICE,
                about="PostgreSQL",
                number=row["version"],
                text=f"PostgreSQL {row['version']} is older than what MediaNest is tried with.",
                advice=f"Bring it to {_OLDEST_POSTGRESQL} or newer.",
            )
        )
    return found


async def _certificate(app: HealthApp) -> list[InstallationFinding]:
    base_url = app.settings.base_url
    if not app.settings.secure:
        return []
    try:
        expires = await expires_at(base_url)
    except (OSError, TimeoutError):
        # Many networks do not lead to their own name. Who cannot come in by it notices without us.
        return []
    except Refused as refused:
        return [
            InstallationFinding(
                code=FindingCode.CERTIFICATE_REFUSED,
                severity=FindingSeverity.WARNING,
                about=base_url,
                text=f"The certificate of {base_url} is not trusted from here: {refused}.",
                advice="Browsers refuse it too, unless they know the authority that made it.",
            )
        ]
    days = (expires - app.clock.now().astimezone(UTC)).total_seconds() / 86_400
    if days > _CERTIFICATE_DAYS:
        return []
    return [
        InstallationFinding(
            code=FindingCode.CERTIFICATE_EXPIRES,
            severity=FindingSeverity.WARNING,
            about=base_url,
            number=round(days),
            text=f"The certificate of {base_url} expires in {days:.0f} days.",
            advice="Whoever renews it has not done so: look at the log of the proxy.",
        )
    ]
