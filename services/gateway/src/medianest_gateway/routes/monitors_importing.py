"""Taking over what an Uptime Kuma watches; for administrators, as the health service decides."""

from fastapi import Response
from pydantic import SecretStr

from medianest_common.contracts.health import importing
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

IMPORT_SECONDS = 50.0
"""It is read for forty at the most; proxies in front of us wait for sixty as a rule."""

router = Router(
    prefix="/admin/monitors/import",
    tags=["Monitors"],
    responses=problems(401, 403, 409, 422, 429, 502, 503, 504),
)


@router.post("/uptime-kuma", response_model=importing.KumaImport)
async def import_uptime_kuma(gateway: Gateway, body: importing.ImportUptimeKumaBody) -> Response:
    """A dry run, which is what happens unless something else is said, changes nothing and says what would happen.
    Nothing is ever changed over there. 422 with `KUMA_CODE_REQUIRED` asks for the code of the second factor.

    Once more changes what was imported before to what it is over there by now, and keeps visibility, order,
    dependencies and push tokens as they are here."""
    command = importing.ImportUptimeKuma(
        url=body.url,
        way=body.way,
        username=body.username,
        password=_plain(body.password),
        code=_plain(body.code),
        api_key=_plain(body.api_key),
        slug=body.slug,
        history=body.history,
        dry_run=body.dry_run,
    )
    return await passed_through(gateway.bus, command, timeout=IMPORT_SECONDS)


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
