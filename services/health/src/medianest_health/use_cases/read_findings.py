"""What is the matter, looked for in all places at once. A place that does not answer is named and hides no other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC

import structlog
from prometheus_client import REGISTRY

from medianest_common.bus.violations import BUS_PERMISSIONS
from medianest_common.contracts.health.findings import (
    FindingCode,
    FindingSeverity,
    InstallationFinding,
    InstallationFindings,
)
from medianest_common.contracts.platform import BreakerCondition, Question, Readiness
from medianest_common.figures import LEAST_FREE
from medianest_common.lifecycle import SERVICES
from medianest_health.app import HealthApp
from medianest_health.everybody import ask_everybody
from medianest_health.own_certificate import Refused, expires_at
from medianest_health.use_cases.found_in_database import in_database
from medianest_health.use_cases.found_in_queues import in_queues
from medianest_health.use_cases.read_resilience import read_resilience

log = structlog.get_logger()

_SECONDS = 4.0
_OPEN_MINUTES = 5
_CERTIFICATE_DAYS = 10
_ORDER = list(FindingSeverity)

type Look = Callable[[HealthApp], Awaitable[Sequence[InstallationFinding]]]


async def read_findings(app: HealthApp) -> InstallationFindings:
    looks: dict[str, Look] = {
        "queues": in_queues,
        "breakers": _breakers,
        "replicas": _refused,
        "database": in_database,
        "disk": _disk,
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
            advice="Look at the end of its log; `tables_out_of_date` wants `medianest migrate`. Else start it again.",
        )
        for service in SERVICES
        if not app.roster.present(service)
    ]


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


async def _refused(app: HealthApp) -> list[InstallationFinding]:
    """Of late, by the server of the bus, as each replica says of itself."""
    answers = await ask_everybody(app, Question.READINESS, answer=Readiness)
    refused = {
        given.service: check.message
        for given in answers.given
        for check in given.checks
        if check.name == BUS_PERMISSIONS
    }
    return [
        InstallationFinding(
            code=FindingCode.BUS_REFUSED,
            severity=FindingSeverity.WARNING,
            about=service,
            text=f"{service}: {message}.",
            advice="After an upgrade NATS needs the users of the newer version; else look who may have its key.",
        )
        for service, message in refused.items()
    ]


async def _disk(app: HealthApp) -> list[InstallationFinding]:
    # As it was looked at last: a drive that hangs holds nobody up here.
    free = REGISTRY.get_sample_value("medianest_disk_free_bytes", {"folder": "data"})
    if free is None or free >= LEAST_FREE:
        return []
    folder = app.settings.data_dir
    return [
        InstallationFinding(
            code=FindingCode.DISK_FULL,
            severity=FindingSeverity.CRITICAL,
            about=str(folder),
            number=round(free / 1e6),
            text=f"The disk of {folder} has {free / 1e6:.0f} MB left.",
            advice="Free some space: downloads stop below 1 GB, and PostgreSQL may follow.",
        )
    ]


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
