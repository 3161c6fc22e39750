"""Every screen of the page, found where its routes are written, and where in a household to find something to show."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

_SCREENS = Path(__file__).parents[2] / "web" / "src" / "screens"
_ROUTE = re.compile(r"const (\w+) = createRoute\(\{(.*?)\n\}\)", re.DOTALL)
_PARENT = re.compile(r"getParentRoute: \(\) => (\w+)")
_PATH = re.compile(r'path: "([^"]*)"')

type Who = Literal["nobody", "family", "admin"]

# What stands for each `$name` of a route, by the name of something that `found_in` finds.
_SHOWN: dict[str, tuple[str, ...]] = {
    "/title/$type/$tmdbId": ("/title/movie/{film}", "/title/tv/{show}"),
    "/media/$type/$tmdbId": (),  # leads on to the title
    "/person/$tmdbId": ("/person/{person}",),
    "/item/$ratingKey": ("/item/{item}", "/item/{series}"),
    "/issues/$id": ("/issues/{issue}",),
    "/requests/$id": ("/requests/{request}",),
    "/collection/$ratingKey": ("/collection/{collection}",),
    "/discover/$shelf": ("/discover/trending",),
    "/search": ("/search", "/search?q=the"),
    "/library": ("/library?library={library}",),
    "/library/$key": (),  # leads on to the library
    "/status/$slug": ("/status/{slug}",),
    "/services/$id": ("/services/{service}",),
    "/youtube/downloads/$id": ("/youtube/downloads/{download}",),
    "/youtube/batches/$id": ("/youtube/batches/{batch}",),
    "/youtube/subscriptions/$id": ("/youtube/subscriptions/{subscription}",),
    "/admin/integrations/$kind": ("/admin/integrations/plex", "/admin/integrations/radarr"),
    "/admin/people/$id": ("/admin/people/{user}",),
    "/admin/monitors/$id": ("/admin/monitors/{monitor}",),
    "/admin/maintenance/$id": ("/admin/maintenance/{maintenance}",),
    "/admin/status-pages/$id": ("/admin/status-pages/{page}",),
    "/admin/incidents/$id": ("/admin/incidents/{incident}",),
    "/admin/errors/$id": ("/admin/errors/{error}",),
    "/admin/erasures/$id": (),  # only while somebody is being forgotten
}


@dataclass(frozen=True)
class Route:
    path: str
    who: Who

    @property
    def places(self) -> tuple[str, ...]:
        """Raises KeyError for one with parts of which nobody has said here what stands for them."""
        return _SHOWN[self.path] if "$" in self.path else _SHOWN.get(self.path, (self.path,))


def routes() -> list[Route]:
    """By path."""
    known: dict[str, tuple[str, Who]] = {
        "root": ("", "nobody"),
        "inside": ("", "family"),
        "administration": ("/admin", "admin"),
    }
    found: dict[str, Route] = {}
    for file in sorted(_SCREENS.rglob("*outes.tsx")):
        here = dict(known)
        for name, path, parent in _written_in(file.read_text()):
            base, who = here[parent]
            here[name] = (f"{base}{path}".rstrip("/"), who)
            if path:
                found[here[name][0]] = Route(here[name][0] or "/", who)
    return [found[path] for path in sorted(found)]


def _written_in(text: str) -> Iterator[tuple[str, str, str]]:
    for name, body in _ROUTE.findall(text):
        parent, path = _PARENT.search(body), _PATH.search(body)
        if parent:
            yield name, path[1] if path else "", parent[1]


class Asking(Protocol):
    """Somebody at the API; raises for refusals."""

    async def __call__(self, path: str, /, **query: str | int) -> Any: ...


async def found_in(ask: Asking) -> Mapping[str, str]:
    """Something of each kind that the screens can show, as whoever runs the portal finds it. What there is none of is
    left out."""
    shelves = [
        *(await ask("/media/discover/movies"))["items"],
        *(await ask("/media/discover/tv"))["items"],
    ]
    recent = (await ask("/plex/recently-added"))["items"]
    libraries = (await ask("/plex/libraries"))["items"]
    people = (await ask("/media/search", query="a", type="person"))["items"]
    found = {
        "film": _first(shelves, "tmdbId", mediaType="movie"),
        "show": _first(shelves, "tmdbId", mediaType="tv"),
        "person": _first(people, "tmdbId"),
        "item": _first(recent, "ratingKey", type="movie"),
        "series": _first(recent, "ratingKey", type="show") or _first(recent, "grandparentKey"),
        "library": _first(libraries, "key"),
        "issue": _first((await ask("/media/issues"))["items"], "id"),
        "service": _first((await ask("/services/status"))["items"], "id"),
        "request": _first((await ask("/media/requests"))["items"], "id"),
        "user": _first((await ask("/admin/users"))["items"], "id"),
        "download": _first((await ask("/youtube/downloads"))["items"], "id"),
        "batch": _first((await ask("/youtube/batches"))["items"], "id"),
        "subscription": _first((await ask("/youtube/subscriptions"))["items"], "id"),
        "monitor": _first((await ask("/admin/monitors"))["items"], "id"),
        "maintenance": _first((await ask("/admin/monitors/maintenance"))["items"], "id"),
        "page": _first((await ask("/admin/status-pages"))["items"], "id"),
        "slug": _first((await ask("/admin/status-pages"))["items"], "slug"),
        "incident": _first((await ask("/admin/incidents"))["items"], "id"),
        "error": _first((await ask("/admin/errors"))["items"], "id"),
        "collection": _first((await ask("/plex/collections"))["items"], "ratingKey"),
    }
    return {name: value for name, value in found.items() if value}


def _first(items: list[dict[str, Any]], key: str, **wanted: str) -> str:
    for item in items:
        if all(item.get(name) == value for name, value in wanted.items()) and item.get(key):
            return str(item[key])
    return ""
