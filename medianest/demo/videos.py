"""What the pretend YouTube has: a channel that is followed, a playlist, and videos of which one is private."""

from pathlib import Path

from medianest.demo.visitor import Visitor
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_youtube import Channel, Failure, FakeYoutube, Playlist, Video

_CHANNEL = "https://www.youtube.com/@slowtrains"
_PLAYLIST = "https://www.youtube.com/playlist?list=PL" + "k" * 32
_JOURNEYS = ("Over the Bernina", "Along the Rhine", "To the North Cape", "Through the Highlands")
_RECIPES = ("Bread without kneading", "A soup for November", "Dumplings as grandmother made them")


def publish(youtube: FakeYoutube, plex: FakePlex, *, folder: Path) -> None:
    """And give Plex a library that holds what is downloaded."""
    youtube.illustrate()
    folder.mkdir(parents=True, exist_ok=True)
    plex.library.add_section("YouTube", type="show", path=str(folder))
    trains = [Video(id=f"train{n:06}", title=title) for n, title in enumerate(_JOURNEYS)]
    youtube.add(Channel(id="UC" + "t" * 22, handle="@slowtrains", name="Slow Trains", videos=trains))
    kitchen = Channel(id="UC" + "k" * 22, handle="@anoldkitchen", name="An Old Kitchen")
    recipes = [Video(id=f"cook{n:07}", title=title, channel=kitchen) for n, title in enumerate(_RECIPES)]
    youtube.add(Playlist(id="PL" + "k" * 32, title="Winter kitchen", channel=kitchen, videos=recipes))
    school = Channel(id="UC" + "l" * 22, handle="@eveningschool", name="Evening School")
    youtube.add(Video(id="lecture0001", title="A lecture about lakes", channel=school))
    youtube.add(Video(id="private0001", title="Not for everybody", channel=school, failure=Failure.PRIVATE))


async def watch(owner: Visitor, guests: list[Visitor]) -> None:
    """Each of the household downloads something, one in vain."""
    await owner.post("/youtube/subscriptions", {"url": _CHANNEL, "backfill": "last", "backfillCount": 2})
    await guests[0].post("/youtube/download", {"url": _PLAYLIST, "collection": "Winter kitchen"})
    await guests[1].post("/youtube/download", {"url": "https://youtu.be/lecture0001"})
    await guests[2].post("/youtube/download", {"url": "https://youtu.be/private0001"})
