"""One's own account: what is in it, everything we hold, and leaving."""

from typing import Literal

from fastapi import Response

from medianest_common.bus import require_person
from medianest_common.contracts import auth
from medianest_common.contracts.auth import people
from medianest_common.web import Router, problems
from medianest_common.web.routing import acts
from medianest_gateway.export import Export, export_everything
from medianest_gateway.routes.common import PUBLIC, Gateway, passed_through
from medianest_gateway.routes.signing_in import Client

router = Router(tags=["Account"], responses=problems(401, 403, 422, 429, 503, 504))

_CAN_BE_CLEARED: tuple[Literal["locale", "time_zone"], ...] = ("locale", "time_zone")


@router.get("/users/me", response_model=auth.User)
async def get_me(gateway: Gateway) -> Response:
    """One's profile."""
    return await passed_through(gateway.bus, auth.GetMe())


@router.patch("/users/me", response_model=people.Profile)
async def change_me(gateway: Gateway, body: people.ProfileBody, client: Client) -> Response:
    """What is left out stays. Another e-mail address needs a fresh sign-in. It counts once the link that is
    mailed to it has been opened, or at once where no mail can be sent; then all other sessions end."""
    given = body.model_dump(include=body.model_fields_set, by_alias=False)
    cleared = [name for name in _CAN_BE_CLEARED if name in given and given[name] is None]
    changes = {name: value for name, value in given.items() if value is not None}
    return await passed_through(
        gateway.bus, people.ChangeProfile(**changes, cleared=cleared, client=client), timeout=5
    )


@router.post(
    "/auth/email/confirm",
    status_code=204,
    responses=problems(409, 410),
    openapi_extra=PUBLIC,
    tags=["Sign-in"],
)
async def confirm_email(gateway: Gateway, body: people.ConfirmEmailBody, client: Client) -> None:
    """With the link from the mail. All sessions end but the one of this browser."""
    await gateway.bus.call(people.ConfirmEmail(token=body.token.get_secret_value(), client=client))


@router.delete("/users/me", status_code=204, responses=problems(409))
async def delete_me(gateway: Gateway, body: people.LeaveBody, client: Client) -> Response:
    """Everything that any service holds about the caller goes. Requests stay, as nobody's."""
    await gateway.bus.call(people.Leave(confirm=body.confirm, client=client), timeout=5)
    response = Response(status_code=204)
    gateway.cookies.sign_out(response)
    return response


@router.get("/users/me/export", response_model=Export)
@acts
async def export_me(gateway: Gateway) -> Response:
    """Everything that every service holds about the caller, as a file. A part that does not answer is named."""
    caller = require_person()
    export = await export_everything(gateway.bus, caller, now=gateway.clock.now())
    name = f"medianest-{export.made_at:%Y-%m-%d}.json"
    return Response(
        export.model_dump_json(indent=2),
        media_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
