"""Whether the address that people come by is the one that the settings name."""

from urllib.parse import urlsplit

from medianest_common.contracts.health.findings import FindingCode, FindingSeverity, InstallationFinding
from medianest_gateway.settings import GatewaySettings

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def at_the_door(settings: GatewaySettings, *, host: str) -> list[InstallationFinding]:
    """`host` is what the administrator's browser was sent to, as the proxy passes it on."""
    named = urlsplit(settings.base_url)
    came_by = urlsplit(f"//{host}").hostname or ""
    found = []
    if came_by and came_by != named.hostname and not {came_by, named.hostname} <= _HERE:
        found.append(
            InstallationFinding(
                code=FindingCode.BASE_URL_DIFFERS,
                severity=FindingSeverity.NOTICE,
                about=came_by,
                text=f"You came by {came_by}, and MEDIANEST_BASE_URL names {settings.base_url}.",
                advice="Links in messages lead to the address in the settings: name the one that people use.",
            )
        )
    if not settings.secure and named.hostname not in _HERE:
        found.append(
            InstallationFinding(
                code=FindingCode.BASE_URL_PLAIN,
                severity=FindingSeverity.WARNING,
                about=settings.base_url,
                text=f"People come by {settings.base_url}, without TLS: their network can read passwords.",
                advice="Put a proxy with a certificate in front, and name its address in MEDIANEST_BASE_URL.",
            )
        )
    return found
