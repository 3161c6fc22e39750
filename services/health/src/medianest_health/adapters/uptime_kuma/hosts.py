"""Its monitors that ask a host in other ways than over HTTP."""

from collections.abc import Sequence
from typing import Any

from medianest_health.adapters.uptime_kuma.household import KumaHousehold, KumaMonitor
from medianest_health.adapters.uptime_kuma.wording import CannotSay, Said


def port(monitor: KumaMonitor, _household: KumaHousehold) -> Said:
    if monitor.expected_tls_alert not in (None, "none"):
        raise CannotSay("It waits for an alert of TLS.")
    if monitor.port is None:
        raise CannotSay("Its port is not told.")
    return Said({"kind": "tcp", "host": _host(monitor), "port": monitor.port})


def ping(monitor: KumaMonitor, _household: KumaHousehold) -> Said:
    return Said({"kind": "ping", "host": _host(monitor)})


def dns(monitor: KumaMonitor, _household: KumaHousehold) -> Said:
    values: dict[str, Any] = {
        "kind": "dns",
        "name": _host(monitor),
        "record": monitor.dns_resolve_type or "A",
        "port": monitor.port or 53,
    }
    servers = [each.strip() for each in (monitor.dns_resolve_server or "").split(",") if each.strip()]
    if servers:
        values["server"] = servers[0]
    if monitor.conditions:
        values["expected"] = _expected(monitor.conditions)
    return Said(values, ("Only the first of its name servers is asked.",) if len(servers) > 1 else ())


def docker(monitor: KumaMonitor, household: KumaHousehold) -> Said:
    host = household.docker_hosts.get(monitor.docker_host or 0)
    if monitor.docker_container is None or host is None:
        raise CannotSay("Its container or the Docker host is not told.")
    daemon = f"unix://{host.daemon}" if host.type == "socket" else host.daemon
    return Said({"kind": "docker", "container": monitor.docker_container, "host": daemon})


def _host(monitor: KumaMonitor) -> str:
    if monitor.hostname is None:
        raise CannotSay("Its host is not told.")
    return monitor.hostname.strip()


def _expected(conditions: Sequence[Any]) -> str:
    """One record that has to be there; anything that takes thinking is left."""
    one = conditions[0] if len(conditions) == 1 else None
    if (
        isinstance(one, dict)
        and one.get("type") == "expression"
        and one.get("variable") == "record"
        and one.get("operator") == "equals"
        and isinstance(one.get("value"), str)
    ):
        return str(one["value"])
    raise CannotSay("It has conditions that cannot be said here.")
