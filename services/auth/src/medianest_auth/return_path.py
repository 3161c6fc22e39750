"""Where a browser may be sent once it is signed in: to a page of this portal, and nowhere else."""

import re
from urllib.parse import unquote, urljoin, urlsplit

HOME = "/"
_LONGEST = 2000
_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*")
_NO_PAGES = ("/api/", "/login/")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def safe_return_path(text: str, *, base_url: str) -> str:
    """The path within the portal, or the home page for whatever could be read as another place by anybody."""
    if len(text) > _LONGEST or not _PATH.fullmatch(text) or "\\" in text:
        return HOME
    path = _decoded(re.split(r"[?#]", text, maxsplit=1)[0])
    if "//" in path or "\\" in path or _CONTROL.search(path) or f"{path}/".startswith(_NO_PAGES):
        return HOME
    if any(segment in (".", "..") for segment in path.split("/")):
        return HOME
    base, target = urlsplit(base_url), urlsplit(urljoin(base_url, f"{urlsplit(base_url).path}{text}"))
    return text if (target.scheme, target.netloc) == (base.scheme, base.netloc) else HOME


def _decoded(path: str) -> str:
    """As whoever decodes most often would read it."""
    for _ in range(3):
        path = unquote(path)
    return path
