"""When it is told that a certificate will expire."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from medianest_common.contracts.health import CertificateExpiring, MonitorState, Visibility
from medianest_common.db import Transaction
from medianest_health.adapters.probe import Finding
from medianest_health.models import Monitor, Standing

WARN_DAYS = (21, 14, 7)
_MOST_REMEMBERED = 20
"""Certificates of one monitor that were told of: behind one name there may be several, which show themselves by turns.
"""

type Told = list[list[Any]]
"""The tightest threshold that was told of each certificate: pairs of fingerprint and days, as JSON keeps them."""
_TOLD_OF = (MonitorState.UP, MonitorState.DEGRADED)


def crossed(expires_at: datetime, *, at: datetime, warn_days: Sequence[int], told: int | None) -> int | None:
    """The tightest threshold that is crossed and not told yet."""
    passed = [days for days in warn_days if expires_at - at <= timedelta(days=days)]
    if not passed or (told is not None and told <= min(passed)):
        return None
    return min(passed)


def follow_certificate(
    tx: Transaction,
    monitor: Monitor,
    standing: Standing | None,
    finding: Finding,
    *,
    in_maintenance: bool,
    at: datetime,
) -> Told:
    """Returns what is told by now. Another certificate begins anew. What is down is told as that, and so is what is
    degraded from the tightest threshold on: its incident says that it is the certificate."""
    certificate = finding.certificate
    told = standing.certificates_told if standing else []
    if certificate is None or in_maintenance or finding.outcome not in _TOLD_OF:
        return told
    by_certificate: Mapping[str, int] = dict(told)
    warn_days = monitor.config.get("warn_days", WARN_DAYS)
    days = crossed(
        certificate.expires_at, at=at, warn_days=warn_days, told=by_certificate.get(certificate.fingerprint)
    )
    if days is None or (finding.outcome is MonitorState.DEGRADED and days == min(warn_days)):
        return told
    tx.emit(
        CertificateExpiring(
            monitor_id=monitor.id,
            monitor_name=monitor.name,
            visibility=Visibility(monitor.visibility),
            expires_at=certificate.expires_at,
            days=(certificate.expires_at - at) // timedelta(days=1),
        )
    )
    others = [pair for pair in told if pair[0] != certificate.fingerprint]
    return [*others, [certificate.fingerprint, days]][-_MOST_REMEMBERED:]
