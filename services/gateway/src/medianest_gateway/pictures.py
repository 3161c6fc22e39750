"""Pictures at a browser: kept for long where they are real, replaced for a while where they are not."""

from typing import Any

from fastapi import Response

from medianest_common.bus import Bus
from medianest_common.contracts.base import Rpc
from medianest_common.errors import MediaNestError
from medianest_gateway.placeholder import HEADERS as PLACEHOLDER_HEADERS
from medianest_gateway.placeholder import PLACEHOLDER

SECONDS = 2.5
"""After that a placeholder is shown; the picture is fetched and kept all the same."""
_AGE = 30 * 86_400
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/*": {}}, "description": "The image"},
}
"""For `responses` of a route that answers with one."""


async def picture(bus: Bus, message: Rpc[Any]) -> Response:
    """Whoever names a picture names its version as well, so that a browser may keep it."""
    try:
        body, content_type = await bus.call_bytes(message, timeout=SECONDS)
    except MediaNestError as error:
        if error.code != "PICTURE_MISSING" and error.status not in (502, 503, 504):
            raise
        return Response(PLACEHOLDER, media_type="image/svg+xml", headers=PLACEHOLDER_HEADERS)
    headers = {"Cache-Control": f"private, max-age={_AGE}, immutable"}
    return Response(body, media_type=content_type, headers=headers)
