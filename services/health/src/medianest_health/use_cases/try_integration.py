"""One look at a system with what is given: the same that its monitor takes. Nothing is kept of it."""

import asyncio

from pydantic import TypeAdapter, ValidationError

from medianest_common.bus import require
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import MonitorSpec
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.integrations import IntegrationKind, TrialOutcome, TrialReport
from medianest_common.errors import Invalid
from medianest_common.integrations import Values
from medianest_health.adapters.kinds import open_probe
from medianest_health.adapters.probe import Finding
from medianest_health.app import HealthApp
from medianest_health.integrations import NAMES

_SECONDS = 8.0
_SPEC: TypeAdapter[MonitorSpec] = TypeAdapter(MonitorSpec)
_OUTCOMES = {
    MonitorState.UP: TrialOutcome.OK,
    MonitorState.DEGRADED: TrialOutcome.WARNING,
    MonitorState.AUTH: TrialOutcome.KEY_REFUSED,
}


async def try_integration(app: HealthApp, kind: IntegrationKind, values: Values) -> TrialReport:
    require(Permission.MANAGE_SERVICES)
    probe = open_probe(_spec(kind, values), name=NAMES[kind], seconds=_SECONDS, ports=app.ports, afresh=True)
    try:
        async with asyncio.timeout(_SECONDS + 2):
            finding = await probe()
    except TimeoutError:
        finding = Finding(MonitorState.DOWN, message=f"{NAMES[kind]} did not answer in time.")
    finally:
        await probe.aclose()
    return TrialReport(
        outcome=_OUTCOMES.get(finding.outcome, TrialOutcome.FAILED),
        message=finding.message,
        latency_ms=finding.latency_ms,
    )


def _spec(kind: IntegrationKind, values: Values) -> MonitorSpec:
    given: dict[str, object] = {"kind": kind.value.partition("_")[0], "url": values.url}
    if kind is IntegrationKind.QBITTORRENT:
        given["username"] = values.options.get("username") or None
        given["password"] = values.secret or None
    else:
        given["api_key"] = values.secret or None
    try:
        return _SPEC.validate_python(given)
    except ValidationError:
        raise Invalid("An address begins with http:// or https://.") from None
