"""The page that browsers show: files with names that change with what is in them, and one document for every place."""

import mimetypes
import os.path
import re
import secrets
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.responses import FileResponse

from medianest_common.errors import NotFound
from medianest_common.web import Router
from medianest_gateway.document import document, visitor_of
from medianest_gateway.routes.common import Gateway

router = Router(include_in_schema=False)


class _Place(StringConvertor):
    """Anything but what is for programs, which are told that there is nothing rather than shown a page."""

    regex = r"(?!(?:api|health|metrics|\.well-known)(?:/|$)).*"


register_url_convertor("place", _Place())

FILES = "/assets"
_FOLDER = Path(__file__).parents[1] / "page"
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_ENCODINGS = {".br": "br", ".gz": "gzip"}


@router.get(FILES + "/{name}")
async def asset(request: Request, name: str) -> Response:
    path = _FOLDER / "assets" / name
    if name.startswith(".") or path.suffix in _ENCODINGS or not _is_file(path):
        raise NotFound("There is no such file in this version of the page.")
    return _packed(path, request.headers.get("accept-encoding", ""))


@router.get("/{place:place}")
async def page(gateway: Gateway, request: Request, place: str) -> Response:
    """The same document wherever somebody enters: what it shows is decided in the browser."""
    path = _FOLDER / place
    if place and "/" not in place and _is_file(path) and not place.endswith(".html"):
        return FileResponse(path, headers={"Cache-Control": "no-cache"})
    # What a page asks for and is not there, a picture or a script, is no place.
    if place and "text/html" not in request.headers.get("accept", ""):
        raise NotFound
    nonce = secrets.token_urlsafe(16)
    # Never kept: the nonce is good for one answer, and after an upgrade the files that it names are others.
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY.format(nonce=nonce)}
    text = document(
        _FOLDER,
        place,
        base=gateway.settings.base_path,
        nonce=nonce,
        visitor=visitor_of(request, gateway.cookies),
        speaks=request.headers.get("accept-language", ""),
    )
    return HTMLResponse(text, headers=headers)


def _is_file(path: Path) -> bool:
    """Unlike `Path.is_file`, no error for a name that is longer than any can be."""
    return os.path.isfile(path)


def _packed(path: Path, accepted: str) -> Response:
    """As the build has packed it, which is a sixth smaller than what is packed while somebody waits."""
    for suffix, encoding in _ENCODINGS.items():
        packed = path.with_name(path.name + suffix)
        if _takes(accepted, encoding) and packed.is_file():
            kind = mimetypes.guess_type(path.name)[0]
            return FileResponse(packed, media_type=kind, headers={**_KEPT, "Content-Encoding": encoding})
    return FileResponse(path, headers=_KEPT)


def _takes(accepted: str, encoding: str) -> bool:
    for item in accepted.lower().split(","):
        name, _, weight = item.partition(";")
        if name.strip() == encoding:
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False
