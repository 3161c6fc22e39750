"""What single people may download, and the account at YouTube; for administrators."""

from uuid import UUID

from fastapi import Response

from medianest_common.contracts.youtube import cookies, queue
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/youtube", tags=["YouTube"], responses=problems(401, 403, 422, 429, 502, 503, 504))

TEST_SECONDS = 60.0


@router.get("/quota/{user_id:uuid}", response_model=queue.PersonDownloadQuota, responses=problems(404))
async def get_person_download_quota(gateway: Gateway, user_id: UUID) -> Response:
    """Of one person, with what is used of it."""
    return await passed_through(gateway.bus, queue.GetPersonDownloadQuota(user_id=user_id), timeout=8.0)


@router.put("/quota/{user_id:uuid}", response_model=queue.PersonDownloadQuota, responses=problems(404))
async def set_person_download_quota(
    gateway: Gateway, user_id: UUID, body: queue.DownloadLimitsBody
) -> Response:
    """Instead of what holds for everybody; null is what holds for everybody, 0 none at all."""
    message = queue.SetDownloadLimits(user_id=user_id, **body.model_dump())
    return await passed_through(gateway.bus, message, timeout=8.0)


@router.get("/cookies", response_model=cookies.CookiesReport)
async def get_cookies(gateway: Gateway) -> Response:
    """Whether there are any, since when, and until when they hold; never the cookies themselves."""
    return await passed_through(gateway.bus, cookies.GetCookies())


@router.put("/cookies", response_model=cookies.CookiesReport)
async def set_cookies(gateway: Gateway, body: cookies.CookiesBody) -> Response:
    """A Netscape cookie file, as browser extensions export it. Only what YouTube's hosts need is kept, encrypted."""
    return await passed_through(gateway.bus, cookies.SetCookies(file=body.file))


@router.delete("/cookies", status_code=204)
async def delete_cookies(gateway: Gateway) -> None:
    """What needs them fails from then on."""
    await gateway.bus.call(cookies.DeleteCookies())


@router.post("/cookies/test", response_model=cookies.CookiesTest, responses=problems(409))
async def try_cookies(gateway: Gateway, body: cookies.CookiesTestBody) -> Response:
    """Looks at a video without the cookies and with them, and says what difference they make."""
    return await passed_through(gateway.bus, cookies.TryCookies(url=body.url), timeout=TEST_SECONDS)
