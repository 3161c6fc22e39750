"""Pictures of channels and playlists, from where YouTube keeps them and from nowhere else."""

import ssl
from pathlib import Path

from medianest_common.clock import Clock
from medianest_common.http import AddressPolicy, AddressRefused, OutgoingClient, Retry, Timeouts, parse_url

HOSTS = ("ggpht.com", "ytimg.com", "googleusercontent.com")
_MADE_TO_ORDER = (".ggpht.com", ".googleusercontent.com")
_SQUARE = "s900-c-k-c0x00ffffff-no-rj"
_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
_MAX_BYTES = 10_000_000
_TIMEOUTS = Timeouts(connect=5.0, read=15.0, total=30.0)


class Pictures:
    def __init__(self, *, proxy: str, certificates: Path | None, clock: Clock) -> None:
        # Through a proxy of a kind that only yt-dlp speaks to, none is asked for.
        self._reachable = not proxy or proxy.startswith(("http://", "https://"))
        self._proxy = proxy or None
        self._tls = ssl.create_default_context(cafile=certificates) if certificates else None
        self._clock = clock

    async def fetch(self, url: str) -> bytes | None:
        """None: what is there is no picture of a kind that we take. Raises `AddressRefused` for any other host, and
        whatever the client does."""
        host, path = _checked(url)
        if host.endswith(_MADE_TO_ORDER):
            path = _as_jpeg(path)
        if not self._reachable:
            return None
        # Seldom, and of several hosts: a client for each picture.
        client = OutgoingClient(
            "YouTube",
            f"https://{host}",
            policy=AddressPolicy.USER,
            timeouts=_TIMEOUTS,
            retry=Retry(attempts=2),
            concurrency=1,
            clock=self._clock,
            tls=self._tls,
            proxy=self._proxy,
        )
        async with client:
            answer = await client.request("GET", path, max_bytes=_MAX_BYTES)
        return answer.body if answer.content_type in _TYPES else None


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
