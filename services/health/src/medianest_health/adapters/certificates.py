"""What the certificate says that a server shows for itself.

Only that one: a root in the chain that has expired, as cross-signed ones do, says nothing about whether clients trust
it.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from medianest_health.adapters.probe import Certificate

_SOON = timedelta(days=7)


def read_certificate(der: bytes | None) -> Certificate | None:
    """None where there is none, or none that can be read."""
    if not der:
        return None
    try:
        found = x509.load_der_x509_certificate(der)
        return Certificate(
            not_before=found.not_valid_before_utc,
            expires_at=found.not_valid_after_utc,
            fingerprint=found.fingerprint(hashes.SHA256()).hex(),
        )
    except (ValueError, x509.InvalidVersion):  # The latter is no ValueError.
        return None


def expires_soon(certificate: Certificate, *, now: datetime) -> bool:
    """Later than whoever renews it in time would have: some certificates only live for days."""
    life = certificate.expires_at - certificate.not_before
    return certificate.expires_at - now < min(_SOON, life / 3)


def in_words(certificate: Certificate, *, now: datetime) -> str:
    day = f"{certificate.expires_at:%Y-%m-%d}"
    if certificate.expires_at <= now:
        return f"Its certificate expired on {day}."
    days = (certificate.expires_at - now) // timedelta(days=1)
    return f"Its certificate expires on {day}, in {days} {'day' if days == 1 else 'days'}."
