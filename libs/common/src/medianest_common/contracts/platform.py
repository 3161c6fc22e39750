"""What every service answers about itself."""

from enum import StrEnum
from typing import Literal

from medianest_common.contracts.base import Contract


class CheckStatus(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Check(Contract):
    name: str
    status: CheckStatus
    latency_ms: float | None = None
    message: str | None = None


class Readiness(Contract):
    """One replica's view of itself: answered on `rpc.<service>.ping` and by `/health/ready` of its own port."""

    service: str
    instance: str
    version: str
    status: CheckStatus
    checks: list[Check]
    uptime_seconds: float


class Liveness(Contract):
    status: Literal["ok"] = "ok"


def ping_subject(service: str) -> str:
    return f"rpc.{service}.ping"
