"""How long the certificate of a server still holds. Who signed it is not looked at: that is for an HTTP monitor."""

import asyncio
import ssl
from datetime import timedelta
from functools import cache

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import TlsSpec
from medianest_common.http import AddressRefused
from medianest_health.adapters.certificates import in_words, read_certificate
from medianest_health.adapters.dialling import dial, hang_up, unreachable
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.probe import Finding, answer_within


class TlsProbe:
    def __init__(self, spec: TlsSpec, *, name: str, seconds: float, ports: Ports) -> None:
        self._spec = spec
        self._name = name
        self._seconds = answer_within(seconds)
        self._ports = ports

    async def __call__(self) -> Finding:
        spec, clock = self._spec, self._ports.clock
        started = clock.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                connection = await dial(spec.host, spec.port, tls=whoever(), server_name=spec.server_name)
        except (OSError, AddressRefused, ValueError) as error:
            return await unreachable(self._name, error, host=spec.host, own_trouble=self._ports.own_trouble)
        latency = round((clock.monotonic() - started) * 1000, 2)
        shown: ssl.SSLObject = connection[1].get_extra_info("ssl_object")
        certificate = read_certificate(shown.getpeercert(binary_form=True))
        hang_up(connection)
        if certificate is None:
            unreadable = f"{self._name} shows no certificate that can be read."
            return Finding(MonitorState.DOWN, latency, unreadable)
        now = clock.now()
        if certificate.not_before > now:
            early = f"Its certificate holds only from {certificate.not_before:%Y-%m-%d} on."
            return Finding(MonitorState.DOWN, latency, early, certificate)
        words = in_words(certificate, now=now)
        if certificate.expires_at <= now:
            return Finding(MonitorState.DOWN, latency, words, certificate)
        left = certificate.expires_at - now
        if left < timedelta(days=min(spec.warn_days, default=0)):
            return Finding(MonitorState.DEGRADED, latency, words, certificate)
        # Of the other thresholds is told as of those of any certificate; nothing is wrong yet.
        is_warned = left < timedelta(days=max(spec.warn_days, default=0))
        return Finding(MonitorState.UP, latency, words if is_warned else None, certificate)


@cache
def whoever() -> ssl.SSLContext:
    """Takes any certificate. Nothing is ever told to who shows it that others may not know."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
