"""The two shapes in which the server says no."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse


class Refused(Exception):
    """`{"message", "errors"?}`: from validation and from handlers."""

    def __init__(self, status: int, message: str, *, errors: Sequence[dict[str, str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors


class NoAccess(Exception):
    """`{"status": 403, "error"}`: from the permission check in front of a route."""


async def refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    body: dict[str, object] = {"message": error.message}
    if error.errors is not None:
        body["errors"] = list(error.errors)
    return JSONResponse(body, status_code=error.status)


async def no_access(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse(
        {"status": 403, "error": "You do not have permission to access this endpoint"}, status_code=403
    )


async def crashed(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"message": str(error)}, status_code=500)
