"""Netscape cookie files, as browser extensions export them: what is kept of them, and what can be told of it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from medianest_common.errors import FieldError, Invalid

_HOSTS = ("youtube.com", "google.com")
_HTTP_ONLY = "#HttpOnly_"
_FIELDS = 7
_MOST = 300
_EXPIRES = re.compile(r"([0-9]{1,11})(?:\.[0-9]+)?", re.ASCII)
_PLAIN = re.compile(r"[\x21-\x7e][\x20-\x7e]*|", re.ASCII)
_HEADER = "# Netscape HTTP Cookie File"


class UnusableCookies(Invalid):
    """`detail` says what is wrong with the file, and never repeats anything of it."""


@dataclass(frozen=True, slots=True, repr=False)
class CookieFile:
    lines: tuple[str, ...]
    domains: tuple[str, ...]
    expires_at: datetime | None
    """When the first of them ends by itself."""

    @property
    def text(self) -> str:
        return "\n".join((_HEADER, *self.lines, ""))


def read_cookie_file(text: str, *, now: datetime) -> CookieFile:
    """Cookies of other sites, and such as have ended, are left out. Raises `UnusableCookies`."""
    kept: dict[tuple[str, str, str], tuple[str, str, int]] = {}
    any_fields = False
    for line in text.splitlines():
        fields = line.strip("\r\n").removeprefix(_HTTP_ONLY).split("\t")
        if len(fields) != _FIELDS or (line.startswith("#") and not line.startswith(_HTTP_ONLY)):
            continue
        any_fields = True
        expires = _seconds(fields[4])
        domain, path, name = fields[0].lower(), fields[2], fields[5]
        # Where this flag is not as the domain says, yt-dlp refuses the file, and prints the line with its secret.
        fields[0], fields[1] = domain, "TRUE" if domain.startswith(".") else "FALSE"
        fields[4] = str(expires or 0)
        ended = expires is None or 0 < expires <= now.timestamp()
        if _is_ours(domain) and not ended and all(_PLAIN.fullmatch(field) for field in fields):
            assert expires is not None
            kept[domain, path, name] = ("\t".join(fields), domain.lstrip("."), expires)
    if not any_fields:
        raise _unusable(
            "This is no Netscape cookie file. Browser extensions export one, often as cookies.txt; "
            "its lines have seven fields with tabs between them."
        )
    if not any(domain.endswith("youtube.com") for _, domain, _ in kept.values()):
        raise _unusable(
            "There are no cookies of youtube.com in it that still hold. Sign in to YouTube and export them anew."
        )
    if len(kept) > _MOST:
        raise _unusable("These are more cookies than YouTube sets. Export those of youtube.com alone.")
    ends = [expires for _, _, expires in kept.values() if expires > 0]
    return CookieFile(
        lines=tuple(line for line, _, _ in kept.values()),
        domains=tuple(sorted({domain for _, domain, _ in kept.values()})),
        expires_at=datetime.fromtimestamp(min(ends), UTC) if ends else None,
    )


def _is_ours(domain: str) -> bool:
    host = domain.lstrip(".")
    return any(host == ours or host.endswith(f".{ours}") for ours in _HOSTS)


def _seconds(text: str) -> int | None:
    """0 for one that lasts as long as the browser is open. Some extensions write fractions."""
    found = _EXPIRES.fullmatch(text or "0")
    return int(found[1]) if found else None


def _unusable(message: str) -> UnusableCookies:
    return UnusableCookies(message, errors=[FieldError("file", message)])
