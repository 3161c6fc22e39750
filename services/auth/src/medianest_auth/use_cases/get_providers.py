"""Which ways to sign in there are."""

from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.models import User
from medianest_common.contracts.auth import Provider, Providers


async def get_providers(app: AuthApp) -> Providers:
    async with app.db.read() as connection:
        owner = (await connection.execute(select(User.id).where(User.role == "owner"))).first()
    return Providers(
        password=app.settings.password_sign_in == "on",
        plex=await app.plex_server.is_known(),
        passkeys=app.relying_party.available,
        password_reset=await app.mail_delivery.is_enabled(),
        setup_required=owner is None,
        providers=[Provider(id=each.id, name=each.name, kind=each.kind) for each in app.providers],
    )
