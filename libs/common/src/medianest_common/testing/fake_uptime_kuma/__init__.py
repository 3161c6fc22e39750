"""An Uptime Kuma on a real socket, which speaks as 1.23 and 2.5 were recorded to."""

from medianest_common.testing.fake_uptime_kuma.server import FakeUptimeKuma

__all__ = ["FakeUptimeKuma"]
