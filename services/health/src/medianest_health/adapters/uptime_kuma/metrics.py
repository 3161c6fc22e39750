"""What it tells Prometheus: names, addresses and types, and nothing of how they are looked at."""

import asyncio
import base64

from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from medianest_common.clock import Clock
from medianest_common.errors import BadUpstream
from medianest_common.http import Response, UpstreamRefused
from medianest_health.adapters.uptime_kuma.address import KumaAddress
from medianest_health.adapters.uptime_kuma.errors import SYSTEM, KumaSignInRefused
from medianest_health.adapters.uptime_kuma.household import (
    TOLD_IN_PART,
    KumaHousehold,
    KumaMonitor,
    understood,
)
from medianest_health.adapters.uptime_kuma.pages import open_client
from medianest_health.adapters.uptime_kuma.wording import one_line

_MOST_BYTES = 5 * 1024 * 1024
_LABELS = ("id", "name", "type", "url", "hostname", "port")


async def read_by_metrics(
    address: KumaAddress, username: str, key: SecretStr | None, *, clock: Clock
) -> KumaHousehold:
    """`key` is an API key with no name, or, where it has none, the password of the account."""
    if key is None:
        raise KumaSignInRefused("Send an API key of it as `apiKey`.", upstream=SYSTEM)
    credentials = base64.b64encode(f"{username}:{key.get_secret_value()}".encode()).decode()
    async with open_client(address, clock=clock) as client:
        try:
            text = await client.request_as(
                "GET",
                "/metrics",
                _as_metrics,
                headers={"Authorization": f"Basic {credentials}"},
                max_bytes=_MOST_BYTES,
            )
        except UpstreamRefused as refused:
            if refused.upstream_status in (401, 403):
                raise KumaSignInRefused("The key is not accepted there.", upstream=SYSTEM) from None
            raise
    # Megabytes may take seconds, and checks go on meanwhile.
    told, version = await asyncio.to_thread(_read, text)
    monitors, unreadable = understood(KumaMonitor, told)
    return KumaHousehold(
        ref=address.ref,
        complete=False,
        version=version,
        monitors=monitors,
        unreadable=unreadable,
        remarks=[TOLD_IN_PART],
    )


def _as_metrics(response: Response) -> str:
    if "html" in response.content_type:
        raise ValueError("a web page")
    return response.text


def _read(text: str) -> tuple[list[dict[str, str]], str | None]:
    """Tags stand among the labels, each monitor having its own; they are left aside."""
    told: list[dict[str, str]] = []
    version = None
    try:
        for family in text_string_to_metric_families(text):
            if family.name == "monitor_status":
                told += [
                    {
                        name: sample.labels[f"monitor_{name}"]
                        for name in _LABELS
                        if f"monitor_{name}" in sample.labels
                    }
                    for sample in family.samples
                ]
            elif family.name == "app_version":
                version = next((sample.labels.get("version") for sample in family.samples), None)
    except ValueError as error:
        raise BadUpstream(f"{SYSTEM} answered something that is not metrics.", upstream=SYSTEM) from error
    if not told and version is None:
        raise BadUpstream(f"What answers does not look like {SYSTEM}.", upstream=SYSTEM)
    return told, one_line(version, otherwise="") or None if version else None
