"""Answers that say no, in the words of Radarr and Sonarr."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse


class Invalid(Exception):
    """A 400 with one entry for each broken rule; `errorCode` is the name of the rule."""

    def __init__(self, property_name: str, message: str, *, code: str, value: Any = None) -> None:
        super().__init__(message)
        self.entry = {
            "propertyName": property_name,
            "errorMessage": message,
            "attemptedValue": value,
            "severity": "error",
            "errorCode": code,
            "formattedMessageArguments": [],
            "formattedMessagePlaceholderValues": {"propertyName": property_name, "propertyValue": value},
        }


async def invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Invalid)
    return JSONResponse([error.entry], status_code=400)


async def plain(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message = "NotFound" if error.status_code == 404 else error.detail
    return JSONResponse({"message": message}, status_code=error.status_code)


def unauthorized() -> JSONResponse:
    return JSONResponse({"error": "Unauthorized"}, status_code=401)
