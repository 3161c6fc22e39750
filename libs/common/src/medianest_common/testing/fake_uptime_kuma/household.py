"""What the fake watches, in the recorded shapes."""

import json
from functools import cache
from pathlib import Path
from typing import Any

type Json = dict[str, Any]

FIXTURES = Path(__file__).parents[1] / "fixtures" / "uptime_kuma"

_UNKNOWN_TO_1 = frozenset(
    {
        "path",
        "location",
        "protocol",
        "subtype",
        "wsIgnoreSecWebsocketAcceptHeader",
        "wsSubprotocol",
        "retryOnlyOnStatusCodeFailure",
        "domainExpiryNotification",
        "mqttCheckType",
        "system_service_name",
        "cacheBust",
        "remote_browser",
        "screenshot_delay",
        "snmpOid",
        "snmpVersion",
        "jsonPathOperator",
        "smtpSecurity",
        "rabbitmqNodes",
        "rabbitmqUsername",
        "rabbitmqPassword",
        "conditions",
        "ntpStratumThreshold",
        "ntpTimeOffsetThreshold",
        "ntpRootDispersionThreshold",
        "ipFamily",
        "expectedTlsAlert",
        "ping_numeric",
        "ping_count",
        "ping_per_request_timeout",
        "saveResponse",
        "saveErrorResponse",
        "responseMaxLength",
        "oauth_audience",
        "bearer_token",
        "gamedigToken",
        "mqttWebsocketPath",
    }
)


@cache
def _text(name: str) -> str:
    return (FIXTURES / name).read_text("utf-8")


def recorded(name: str) -> Any:
    return json.loads(_text(name))


def recorded_text(name: str) -> str:
    return _text(name)


class Monitored:
    """Its monitors, maintenance, pages and Docker hosts; a test changes them as somebody at its pages would."""

    def __init__(self) -> None:
        self.monitors: dict[str, Json] = recorded("socketio_monitorList.json")
        self.maintenances: dict[str, Json] = recorded("socketio_maintenanceList.json")
        self.maintained: dict[int, list[int]] = {1: [2, 3]}
        """Which monitors a maintenance is about."""
        self.status_pages: dict[str, Json] = {"household": recorded("status_page.json")}
        self.docker_hosts: list[Json] = []
        self.past: dict[int, list[tuple[int, int]]] = {}
        """Checks that were up and down, by monitor, of each day; the first is today."""

    def add(self, name: str, type: str, **fields: Any) -> int:
        """A monitor more, with its own fields as the socket sends them; the answer is its number."""
        number = max(int(key) for key in self.monitors) + 1
        template = recorded("socketio_monitorList.json")["8"]
        template.update(url=None, path=[name], pathName=name)
        self.monitors[str(number)] = template | {"id": number, "name": name, "type": type} | fields
        return number

    def as_told_by(self, *, first_version: bool) -> dict[str, Json]:
        if not first_version:
            return self.monitors
        return {
            number: {field: value for field, value in monitor.items() if field not in _UNKNOWN_TO_1}
            for number, monitor in self.monitors.items()
        }
