"""How often it is told that a certificate will expire, by what really answers and by what shows itself by turns."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from medianest_common.clock import uuid7
from medianest_common.contracts.health import CertificateExpiring, MonitorState
from medianest_common.db import Transaction
from medianest_common.testing.certificates import self_signed
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.adapters.probe import Certificate, Finding
from medianest_health.expiry import follow_certificate
from medianest_health.models import Monitor, Standing
from services.health.tests.probes.probing import listening, look, ports

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UP, DEGRADED = MonitorState.UP, MonitorState.DEGRADED


class Watch:
    """One monitor; `told` is what was told of it."""

    def __init__(self, **config: object) -> None:
        self.monitor = Monitor(id=uuid7(), name="Plex", visibility="admins", config=config)
        self.standing = Standing(monitor_id=self.monitor.id, certificates_told=[])
        self.told: list[CertificateExpiring] = []

    def emit(self, event: CertificateExpiring) -> None:
        self.told.append(event)

    def sees(self, finding: Finding, *, at: datetime = NOON) -> None:
        self.standing.certificates_told = follow_certificate(
            cast("Transaction", self), self.monitor, self.standing, finding, in_maintenance=False, at=at
        )


def test_certificates_that_show_themselves_by_turns_are_told_of_once_each() -> None:
    watch = Watch()
    shown = [Certificate(NOON, NOON + timedelta(days=days), f"ends in {days}") for days in (20, 90, 13)]
    for number in range(30):
        watch.sees(Finding(UP, certificate=shown[number % 3]))

    assert [event.days for event in watch.told] == [20, 13]
    for certificate in shown:
        watch.sees(Finding(UP, certificate=certificate), at=NOON + timedelta(days=10))
    assert [event.days for event in watch.told] == [20, 13, 10, 3]


def test_of_very_many_certificates_only_the_last_are_remembered() -> None:
    watch = Watch()
    for number in range(1000):
        watch.sees(Finding(UP, certificate=Certificate(NOON, NOON + timedelta(days=20), str(number))))

    assert len(watch.standing.certificates_told) <= 20


def test_what_is_slow_for_weeks_is_still_told_of() -> None:
    watch = Watch()
    watch.sees(Finding(DEGRADED, certificate=Certificate(NOON, NOON + timedelta(days=13), "aa")))

    assert [event.days for event in watch.told] == [13]


@pytest.mark.parametrize(
    "config, told, degraded_from",
    [
        ({}, [20, 13], 6),
        ({"warn_days": [30, 10]}, [29], 9),
        ({"warn_days": [21]}, [], 20),
        ({"warn_days": []}, [], None),
    ],
)
async def test_a_certificate_that_is_watched_for_its_own_sake_is_told_of_at_each_threshold(
    config: dict[str, Any], told: list[int], degraded_from: int | None, tmp_path: Path
) -> None:
    """From the last threshold on it is degraded, and told as that."""
    watch, clock = Watch(**config), ShiftedClock()
    tls, _ = self_signed(tmp_path, "thing.lan")
    degraded = []
    async with listening(tls=tls) as port:
        for _ in range(29):
            found = await look(
                kind="tls",
                host="127.0.0.1",
                port=port,
                server_name="thing.lan",
                among=ports(clock=clock),
                **config,
            )
            assert found.certificate
            watch.sees(found, at=clock.now())
            if found.outcome is DEGRADED:
                degraded.append((found.certificate.expires_at - clock.now()).days)
            else:
                assert found.outcome is UP
            clock.advance(86_400)

    assert [event.days for event in watch.told] == told
    assert (degraded[0] if degraded else None) == degraded_from
