"""Which ways to sign in there are."""

from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.models import User
from medianest_common.contracts.auth import Providers


async def get_providers(app: AuthApp) -> Providers:
    async with app.db.read() as connection:
        owner = (await connection.execute(select(User.id).where(User.role == "owner"))).first()
    return Providers(
        password=True,
        plex=await app.plex_server.is_known(),
        passkeys=app.relying_party.available,
        setup_required=owner is None,
    )
