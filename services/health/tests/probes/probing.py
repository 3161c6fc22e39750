"""Probes opened as the service opens them, and asked on real sockets."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import TypeAdapter

from medianest_common.clock import Clock, SystemClock
from medianest_common.contracts.health.kinds import MonitorSpec
from medianest_health.adapters.kinds import OpenProbe, open_probe
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.probe import Finding, OwnTrouble
from medianest_health.adapters.refusals import Refusals

_SPEC: TypeAdapter[MonitorSpec] = TypeAdapter(MonitorSpec)
NOBODY = "127.0.0.1:1"


async def no_trouble(_: str) -> str | None:
    return None


async def cut_off(_: str) -> str | None:
    return "This machine has no network to reach it by."


def ports(
    *,
    clock: Clock | None = None,
    own_trouble: OwnTrouble = no_trouble,
    authorities: ssl.SSLContext | None = None,
    refusals: Refusals | None = None,
) -> Ports:
    return Ports(
        clock=clock or SystemClock(),
        own_trouble=own_trouble,
        refusals=refusals or Refusals(secret=b"pretend"),
        authorities=authorities,
    )


def spec_of(**values: Any) -> MonitorSpec:
    return _SPEC.validate_python(values)


@asynccontextmanager
async def opened(
    *,
    among: Ports | None = None,
    seconds: float = 10.0,
    variables: str = "",
    afresh: bool = False,
    **values: Any,
) -> AsyncIterator[OpenProbe]:
    probe = open_probe(
        spec_of(**values),
        name="Thing",
        seconds=seconds,
        ports=among or ports(),
        variables=variables,
        afresh=afresh,
    )
    try:
        yield probe
    finally:
        await probe.aclose()


async def look(
    *,
    among: Ports | None = None,
    seconds: float = 10.0,
    variables: str = "",
    afresh: bool = False,
    **values: Any,
) -> Finding:
    async with opened(among=among, seconds=seconds, variables=variables, afresh=afresh, **values) as probe:
        return await probe()


@asynccontextmanager
async def listening(*, says: bytes = b"", tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]
