"""What stands around the pretend media server, to be watched."""

from contextlib import AsyncExitStack

from medianest_common.testing.fake_systems import FakeProwlarr, FakeQbittorrent, FakeSabnzbd, FakeTautulli


async def stand_around(stack: AsyncExitStack) -> dict[str, str]:
    """The settings that name them."""
    prowlarr = await stack.enter_async_context(FakeProwlarr.start())
    tautulli = await stack.enter_async_context(FakeTautulli.start())
    sabnzbd = await stack.enter_async_context(FakeSabnzbd.start())
    torrents = await stack.enter_async_context(FakeQbittorrent.start())
    return {
        "MEDIANEST_PROWLARR_URL": prowlarr.url,
        "MEDIANEST_PROWLARR_API_KEY": prowlarr.api_key,
        "MEDIANEST_TAUTULLI_URL": tautulli.url,
        "MEDIANEST_TAUTULLI_API_KEY": tautulli.api_key,
        "MEDIANEST_SABNZBD_URL": sabnzbd.url,
        "MEDIANEST_SABNZBD_API_KEY": sabnzbd.api_key,
        "MEDIANEST_QBITTORRENT_URL": torrents.url,
        "MEDIANEST_QBITTORRENT_USERNAME": torrents.username,
        "MEDIANEST_QBITTORRENT_PASSWORD": torrents.password,
    }
