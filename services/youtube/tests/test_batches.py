"""Playlists and channels asked for as a whole, read by the real yt-dlp."""

import time

from medianest.testing import eventually
from medianest_common.testing.fake_youtube import Channel, Playlist, Video, numbered
from services.youtube.tests.conftest import Home
from services.youtube.tests.lists import (
    LIST_ID,
    ask_for_list,
    batch_becomes,
    hold_downloads,
    wishes,
)


async def test_a_playlist_becomes_downloads_in_its_order(home: Home) -> None:
    await hold_downloads(home)
    playlist = home.youtube.add(Playlist(id=LIST_ID, title="Songs", videos=numbered(120)))

    batch = await batch_becomes(home, await ask_for_list(home, home.owner))

    assert (batch["found"], batch["made"], batch["skipped"], batch["title"]) == (120, 120, {}, "Songs")
    assert [video for video, _ in await wishes(home, home.owner)] == [video.id for video in playlist.videos]
    ordinals = await home.rows("select ordinal, video_id from list_entries order by ordinal")
    assert ordinals == [(number, video.id) for number, video in enumerate(playlist.videos, start=1)]
