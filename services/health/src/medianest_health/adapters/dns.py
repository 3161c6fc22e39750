"""Whether a name has the record that it should have."""

import asyncio
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import DnsRecord, DnsSpec
from medianest_common.errors import Invalid
from medianest_common.http import AddressRefused
from medianest_health.adapters.dialling import addresses_of, unreachable
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.probe import Finding, answer_within

_OURS_ARE_SILENT = "Names cannot be looked up from here at the moment."


class DnsProbe:
    def __init__(self, spec: DnsSpec, *, name: str, seconds: float, ports: Ports) -> None:
        """Raises `Invalid` for what is no name."""
        self._spec = spec
        self._name = name
        self._seconds = answer_within(seconds)
        self._ports = ports
        try:
            self._question = _question(spec)
        except (dns.exception.DNSException, ValueError):
            raise Invalid("This is not a name that can be looked up.") from None

    async def __call__(self) -> Finding:
        clock = self._ports.clock
        try:
            async with asyncio.timeout(self._seconds):
                resolver = await self._resolver()
                started = clock.monotonic()
                answer = await resolver.resolve(self._question, self._spec.record.value, search=False)
        except (OSError, AddressRefused, dns.exception.Timeout) as error:
            return await self._silent(error)
        except dns.resolver.NoResolverConfiguration:
            return Finding(MonitorState.UNKNOWN, message=_OURS_ARE_SILENT)
        except dns.exception.DNSException as error:
            return Finding(MonitorState.DOWN, message=self._in_words(error))
        latency = round((clock.monotonic() - started) * 1000, 2)
        if self._spec.expected is not None and not any(_is(record, self._spec.expected) for record in answer):
            other = f"{self._spec.name} has another {self._spec.record.value} record than expected."
            return Finding(MonitorState.DOWN, latency, other)
        return Finding(MonitorState.UP, latency)

    async def _resolver(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=self._spec.server is None)
        if self._spec.server is not None:
            resolver.nameservers = [*await addresses_of(self._spec.server)]
            resolver.port = self._spec.port
        resolver.lifetime = self._seconds
        resolver.timeout = self._seconds / 2
        return resolver

    async def _silent(self, error: Exception) -> Finding:
        if self._spec.server is None and not isinstance(error, AddressRefused):
            return Finding(MonitorState.UNKNOWN, message=_OURS_ARE_SILENT)
        late = TimeoutError() if isinstance(error, dns.exception.Timeout) else error
        host = self._spec.server or ""
        return await unreachable(self._name, late, host=host, own_trouble=self._ports.own_trouble)

    def _in_words(self, error: dns.exception.DNSException) -> str:
        name, record = self._spec.name, self._spec.record.value
        match error:
            case dns.resolver.NXDOMAIN():
                return f"{name} does not exist."
            case dns.resolver.NoAnswer():
                return f"{name} has no {record} record."
            case dns.resolver.NoNameservers():
                return f"The name server could not answer for {name}."
            case _:
                return "The name server answered nonsense."


def _question(spec: DnsSpec) -> dns.name.Name:
    if spec.record is DnsRecord.PTR and not spec.name.rstrip(".").endswith(".arpa"):
        return dns.reversename.from_address(spec.name)
    return dns.name.from_text(spec.name)


def _is(record: Any, expected: str) -> bool:
    if strings := getattr(record, "strings", None):
        return b"".join(strings).decode("utf-8", "replace") == expected
    return _plain(record.to_text()) == _plain(expected)


def _plain(text: str) -> str:
    return text.strip().rstrip(".").casefold()
