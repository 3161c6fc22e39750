"""The doctor looks at what is only watched, as the health service will."""

import pytest

from medianest.doctor_watched import watched
from medianest_common.clock import SystemClock
from medianest_common.settings import load
from medianest_common.testing.fake_systems import FakeQbittorrent, FakeSabnzbd, FakeTautulli
from medianest_health.settings import HealthSettings


async def test_the_doctor_says_what_is_wrong_with_what_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        FakeTautulli.start() as tautulli,
        FakeSabnzbd.start() as sabnzbd,
        FakeQbittorrent.start() as torrents,
    ):
        sabnzbd.queue |= {"diskspace1": "1.0", "diskspacetotal1": "500.0"}
        for name, value in {
            "TAUTULLI_URL": tautulli.url,
            "TAUTULLI_API_KEY": tautulli.api_key,
            "SABNZBD_URL": sabnzbd.url,
            "SABNZBD_API_KEY": sabnzbd.api_key,
            "QBITTORRENT_URL": torrents.url,
            "QBITTORRENT_USERNAME": torrents.username,
            "QBITTORRENT_PASSWORD": "not-the-password",
            "OVERSEERR_URL": "http://127.0.0.1:1",
        }.items():
            monkeypatch.setenv(f"MEDIANEST_{name}", value)

        found = await watched(load(HealthSettings), clock=SystemClock())

    said = {each.name: each for each in found}
    assert said.keys() == {"Tautulli", "SABnzbd", "qBittorrent"}
    assert said["Tautulli"].text == f"{tautulli.url} answers and lets us in"
    assert said["SABnzbd"].text.startswith(f"{sabnzbd.url} answers and says: only 0% is free")
    assert said["Tautulli"].fine and said["SABnzbd"].fine and not said["qBittorrent"].fine
    assert "does not accept MEDIANEST_QBITTORRENT_PASSWORD" in said["qBittorrent"].text
    assert said["qBittorrent"].mend == "Look at the settings MEDIANEST_QBITTORRENT_…"
    assert torrents.refused == 1
    assert not [key for key in (tautulli.api_key, sabnzbd.api_key, "not-the-password") if key in str(found)]
