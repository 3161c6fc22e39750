"""When it is told that a certificate will expire."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from medianest_common.contracts.health import CertificateExpiring, MonitorState, Visibility
from medianest_common.db import Transaction
from medianest_health.adapters.probe import Finding
from medianest_health.models import Monitor, Standing

WARN_DAYS = (21, 14, 7)


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
) -> int | None:
    """Returns what is told by now. Another certificate begins anew. Where something is wrong already, that is told,
    and if it is the certificate it says so."""
    certificate = finding.certificate
    told = standing.certificate_told_days if standing else None
    if certificate is None:
        return told
    if standing is None or standing.certificate_fingerprint != certificate.fingerprint:
        told = None
    if in_maintenance or finding.outcome is not MonitorState.UP:
        return told
    warn_days = monitor.config.get("warn_days") or WARN_DAYS
    days = crossed(certificate.expires_at, at=at, warn_days=warn_days, told=told)
    if days is None:
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
    return days
