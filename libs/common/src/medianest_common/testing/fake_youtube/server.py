"""The pretend YouTube itself, as tests see it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from medianest_common.testing.certificates import issued_for
from medianest_common.testing.fake_youtube.catalogue import Channel, Playlist, Video
from medianest_common.testing.fake_youtube.faults import PageFaults
from medianest_common.testing.fake_youtube.media import MediaShelf
from medianest_common.testing.fake_youtube.proxy import HOSTS, ProxyServer
from medianest_common.testing.fake_youtube.recording import Request
from medianest_common.testing.fake_youtube.state import State

_POLL_SECONDS = 0.02


class FakeYoutube:
    """Runs in threads of its own, so that neither a busy nor a closed event loop matters to it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        tls, self.ca_file = issued_for(folder, HOSTS)
        self._server = ProxyServer(tls=tls, shelf=MediaShelf(folder / "media"))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="fake-youtube", daemon=True
        )
        self.proxy_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.reset()
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_all()
        self._thread.join()

    def reset(self) -> None:
        """Forgets everything and ends every answer that is still being sent."""
        old, self._server.state = self._server.state, State()
        old.over.set()

    def add[T: (Video, Playlist, Channel)](self, thing: T) -> T:
        return self._state.catalogue.add(thing)

    def remove(self, video: Video) -> None:
        """As its owner does: it is no longer there, in no list and at its address."""
        self._state.catalogue.remove(video)

    @property
    def pages(self) -> PageFaults:
        """How everything but media misbehaves."""
        return self._state.page_faults

    def illustrate(self) -> None:
        """From now on pictures show something, for people to look at."""
        self._state.illustrated = True

    @property
    def requests(self) -> list[Request]:
        """All so far, in the order in which they came."""
        return list(self._state.requests)

    @property
    def refused_hosts(self) -> list[str]:
        """Where somebody wanted to go and was not let. Empty where only YouTube is talked to."""
        return list(self._state.refused)

    def media_requests(self, video: Video | str) -> list[Request]:
        video_id = video if isinstance(video, str) else video.id
        return [each for each in self.requests if each.for_media and each.video_id == video_id]

    @property
    def cookies(self) -> str:
        """A cookie file of somebody who is signed in; good until `sign_out`."""
        values = {
            "LOGIN_INFO": self._state.login,
            "SAPISID": "fixture",
            "__Secure-1PAPISID": "fixture",
            "__Secure-3PAPISID": "fixture",
        }
        lines = [
            f".youtube.com\tTRUE\t/\tTRUE\t4102444800\t{name}\t{value}" for name, value in values.items()
        ]
        return "\n".join(["# Netscape HTTP Cookie File", *lines, ""])

    def sign_out(self) -> None:
        """The cookies that were given out do nothing any more."""
        self._state.login = State().login

    def options(self) -> dict[str, Any]:
        """The options with which the real yt-dlp comes here; with `environment()`."""
        return {"proxy": self.proxy_url, "compat_opts": {"no-certifi"}}

    def environment(self) -> dict[str, str]:
        return {"SSL_CERT_FILE": str(self.ca_file)}

    @property
    def _state(self) -> State:
        return self._server.state


@contextmanager
def fake_youtube(folder: Path) -> Iterator[FakeYoutube]:
    """In this folder it keeps its certificate and the media that it makes."""
    youtube = FakeYoutube(folder)
    youtube.start()
    try:
        yield youtube
    finally:
        youtube.stop()
