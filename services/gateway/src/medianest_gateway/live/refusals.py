"""Refusing before the stream begins, when an HTTP answer is still possible."""

from http import HTTPStatus

from starlette.responses import JSONResponse, Response

from medianest_common.errors import PROBLEM_CONTENT_TYPE, MediaNestError


def refusal(error: MediaNestError, *, path: str) -> Response:
    headers = {"cache-control": "no-store"}
    if error.retry_after is not None:
        headers["retry-after"] = str(max(1, round(error.retry_after)))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = 'Bearer realm="medianest"'
    document = error.problem(instance=path)
    return JSONResponse(
        document, status_code=int(error.status), headers=headers, media_type=PROBLEM_CONTENT_TYPE
    )
