"""The doctor looks at what is only watched, as the health service will."""

from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_systems import FakeQbittorrent, FakeSabnzbd, FakeTautulli
from tests.command_line.installation import Installation


async def test_the_doctor_says_what_is_wrong_with_what_is_watched(installation: Installation) -> None:
    async with (
        FakePlex.start() as plex,
        FakeTautulli.start() as tautulli,
        FakeSabnzbd.start() as sabnzbd,
        FakeQbittorrent.start() as torrents,
    ):
        sabnzbd.queue |= {"diskspace1": "1.0", "diskspacetotal1": "500.0"}
        code, said = await installation.command(
            "doctor",
            MEDIANEST_PLEX_TV_URL=plex.tv_url,
            MEDIANEST_TAUTULLI_URL=tautulli.url,
            MEDIANEST_TAUTULLI_API_KEY=tautulli.api_key,
            MEDIANEST_SABNZBD_URL=sabnzbd.url,
            MEDIANEST_SABNZBD_API_KEY=sabnzbd.api_key,
            MEDIANEST_QBITTORRENT_URL=torrents.url,
            MEDIANEST_QBITTORRENT_USERNAME=torrents.username,
            MEDIANEST_QBITTORRENT_PASSWORD="not-the-password",
        )

    assert code == 1
    assert f"ok  Tautulli: {tautulli.url} answers and lets us in" in said
    assert f"ok  SABnzbd: {sabnzbd.url} answers and says: only 0% is free" in said
    assert "BAD qBittorrent" in said and "does not accept MEDIANEST_QBITTORRENT_PASSWORD" in said
    assert "Look at the settings MEDIANEST_QBITTORRENT_" in said
    assert torrents.refused == 1
    assert not [key for key in (tautulli.api_key, sabnzbd.api_key, "not-the-password") if key in said]
