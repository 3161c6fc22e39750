"""Pictures of videos, channels and playlists, from where YouTube keeps them and from nowhere else."""

import ssl
from pathlib import Path

from medianest_common.clock import Clock
from medianest_common.errors import MediaNestError
from medianest_common.http import AddressPolicy, AddressRefused, OutgoingClient, Retry, Timeouts, parse_url
from medianest_common.images import Image

HOSTS = ("ggpht.com", "ytimg.com", "googleusercontent.com")
_MADE_TO_ORDER = (".ggpht.com", ".googleusercontent.com")
_SQUARE = "s900-c-k-c0x00ffffff-no-rj"
_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
_MAX_BYTES = 10_000_000
_TIMEOUTS = Timeouts(connect=5.0, read=15.0, pool=10.0, total=30.0)
_OFTEN = frozenset({"i.ytimg.com", "yt3.ggpht.com", "yt3.googleusercontent.com"})
_AT_ONCE = 6


class Pictures:
    def __init__(self, *, proxy: str, certificates: Path | None, clock: Clock) -> None:
        # Through a proxy of a kind that only yt-dlp speaks to, none is asked for.
        self._reachable = not proxy or proxy.startswith(("http://", "https://"))
        self._proxy = proxy or None
        self._tls = ssl.create_default_context(cafile=certificates) if certificates else None
        self._clock = clock
        self._open: dict[str, OutgoingClient] = {}
        """To the hosts that are asked often."""

    async def aclose(self) -> None:
        for client in self._open.values():
            await client.aclose()

    async def fetch(self, url: str, *, max_bytes: int = _MAX_BYTES) -> Image | None:
        """None: what is there is no picture of a kind that we take. Raises `AddressRefused` for any other host, and
        whatever the client does."""
        host, path = _checked(url)
        if host.endswith(_MADE_TO_ORDER):
            path = _as_jpeg(path)
        if not self._reachable:
            return None
        if host in _OFTEN:
            if host not in self._open:
                self._open[host] = self._client(host)
            return await _image(self._open[host], path, max_bytes=max_bytes)
        async with self._client(host) as client:
            return await _image(client, path, max_bytes=max_bytes)

    def _client(self, host: str) -> OutgoingClient:
        return OutgoingClient(
            "YouTube pictures",
            f"https://{host}",
            policy=AddressPolicy.USER,
            timeouts=_TIMEOUTS,
            retry=Retry(attempts=2),
            concurrency=_AT_ONCE,
            clock=self._clock,
            tls=self._tls,
            proxy=self._proxy,
        )


def is_picture(url: str) -> bool:
    """Whether it is one of those that `fetch` takes."""
    try:
        _checked(url)
    except MediaNestError:
        return False
    return True


async def _image(client: OutgoingClient, path: str, *, max_bytes: int) -> Image | None:
    answer = await client.request("GET", path, max_bytes=max_bytes)
    return Image(answer.body, answer.content_type) if answer.content_type in _TYPES else None


def _as_jpeg(path: str) -> str:
    """Behind the last `=` stands how the picture is wanted: `rj` is as a JPEG, however it was uploaded, since not every
    ffmpeg reads a PNG."""
    name, wanted, options = path.rpartition("=")
    if not wanted:
        return f"{path}={_SQUARE}"
    return path if "rj" in options.split("-") else f"{name}={options}-rj"


def _checked(url: str) -> tuple[str, str]:
    parsed = parse_url(url, policy=AddressPolicy.USER)
    known = parsed.host.endswith(tuple(f".{host}" for host in HOSTS))
    if parsed.scheme != "https" or parsed.port is not None or not known:
        raise AddressRefused("Pictures are taken from YouTube alone.")
    return parsed.host, parsed.raw_path.decode("ascii")
