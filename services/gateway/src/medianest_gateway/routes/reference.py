"""The reference of the API as a page. Public, like the description that it is drawn from."""

from functools import cache
from typing import Annotated

from fastapi import Path, Response

from medianest_common.errors import NotFound
from medianest_common.web import Router, cacheable
from medianest_gateway.reference import PAGE

router = Router(include_in_schema=False)

_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}


@router.get("/api/docs")
async def page() -> Response:
    return _file("page.html")


@router.get("/api/docs/{name}")
async def file_of_page(name: Annotated[str, Path(pattern=r"^[a-z]+\.(css|js)$")]) -> Response:
    return _file(name)


def _file(name: str) -> Response:
    body = _read().get(name)
    if body is None:
        raise NotFound()
    kind = _TYPES[name.rpartition(".")[2]]
    return Response(body, media_type=f"{kind}; charset=utf-8", headers=cacheable())


@cache
def _read() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in PAGE.iterdir()}
