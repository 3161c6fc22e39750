"""Pictures as image.tmdb.org has them: `/t/p/w500/name.jpg`, for whoever asks."""

import asyncio
import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from medianest_common.testing import art
from medianest_common.testing.fake_overseerr import facts
from medianest_common.testing.fake_overseerr.catalogue import Catalogue

_SIZE = re.compile("w([0-9]{2,4})")
_NAME = re.compile(r"[A-Za-z0-9_-]+\.(?:jpg|png)")
_OF_A_TITLE = re.compile(r"(movie|tv)([0-9]+)(-.+)?\.jpg")
_OF_A_PERSON = re.compile(r"person([0-9]+)\.jpg")
_OF_A_PROVIDER = re.compile(r"provider([0-9]+)\.jpg")
_MISSING = b"<h1>File Not Found</h1>"


class Pictures:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.missing = set[str]()
        """Names of pictures that there are not any more."""
        self.padding = 0
        """Bytes by which each is larger than it need be."""

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{size}/{name}", self._picture)])

    async def _picture(self, request: Request) -> Response:
        name, size = request.path_params["name"], _SIZE.fullmatch(request.path_params["size"])
        if size is None or not _NAME.fullmatch(name) or name in self.missing:
            return Response(_MISSING, status_code=404, media_type="text/html")
        body = await asyncio.to_thread(self._painted, name, int(size[1]))
        return Response(body + bytes(self.padding), media_type="image/png")

    def _painted(self, name: str, width: int) -> bytes:
        tall, wide = round(width * 1.5), round(width * 9 / 16)
        if found := _OF_A_PERSON.fullmatch(name):
            people = {person.id: person.name for person in self._catalogue.people}
            return art.portrait(people.get(int(found[1]), name), width=width, height=tall)
        if found := _OF_A_PROVIDER.fullmatch(name):
            return art.badge(_PROVIDERS.get(int(found[1]), "?"), width=width, height=width)
        found = _OF_A_TITLE.fullmatch(name)
        title = (
            self._catalogue.get("movie" if found[1] == "movie" else "tv", int(found[2])) if found else None
        )
        if found is None or title is None:
            return art.landscape(name, width=width, height=tall)
        if found[3]:
            return art.landscape(f"{title.name}{found[3]}", genre=title.genre, width=width, height=wide)
        note = f"{title.genre} · {title.released.year}" if title.released else title.genre
        return art.poster(title.name, note=note, genre=title.genre, width=width, height=tall)


_PROVIDERS = {**facts.PROVIDERS, **dict([facts.SHOP])}
