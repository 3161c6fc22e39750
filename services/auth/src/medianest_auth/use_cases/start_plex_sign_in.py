"""Send somebody to Plex to sign in. The PIN stays here; the browser gets an id that only it can use."""

from urllib.parse import quote, urlencode

from medianest_auth.adapters.plex_tv import PRODUCT
from medianest_auth.app import AuthApp
from medianest_auth.attempts import PLEX_START, PLEX_START_ALL
from medianest_auth.browser import limited_network
from medianest_auth.models import PlexSignIn as Row
from medianest_auth.provider_flows import SIGN_IN, Purpose
from medianest_auth.repository import PlexSignIns
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import ClientInfo, PlexSignIn, StartPlexSignIn
from medianest_common.errors import BadRequest
from medianest_common.security.tokens import hash_token, new_token

RETURN_PATH = "/login/plex/"
POLL_INTERVAL = 2


async def start_plex_sign_in(app: AuthApp, command: StartPlexSignIn) -> PlexSignIn:
    return await start_plex_pin(app, command.client)


async def start_plex_pin(app: AuthApp, client: ClientInfo, *, linking: Purpose = SIGN_IN) -> PlexSignIn:
    """`linking` names who wants a further way to sign in, instead of signing in."""
    if not client.browser_binding:
        raise BadRequest("The sign-in must belong to a browser.")
    await app.plex_server.require_set_up()
    network = limited_network(client.ip)
    await app.attempts.begin({f"plex-start:{network}": PLEX_START, "plex-start": PLEX_START_ALL})
    pin = await app.plex_tv.new_pin()
    login_id, now = new_token(), app.clock.now()
    async with app.db.transaction() as tx:
        await PlexSignIns(tx.session).add(
            Row(
                id=uuid7(),
                login_hash=hash_token(login_id),
                binding_hash=hash_token(client.browser_binding),
                pin_id=pin.id,
                created_at=now,
                expires_at=now + pin.lives_for,
                linking_user_id=linking.user_id,
                linking_session_id=linking.session_id,
            )
        )
    return PlexSignIn(
        login_id=login_id,
        auth_url=_auth_url(app, code=pin.code, login_id=login_id),
        code=pin.code,
        expires_at=now + pin.lives_for,
        poll_interval=POLL_INTERVAL,
    )


def _auth_url(app: AuthApp, *, code: str, login_id: str) -> str:
    asked = {
        "clientID": app.plex_tv.client_identifier,
        "code": code,
        "context[device][product]": PRODUCT,
        "forwardUrl": f"{app.settings.base_url}{RETURN_PATH}{login_id}",
    }
    return f"{app.settings.plex_app_url.rstrip('/')}/auth#?{urlencode(asked, quote_via=quote)}"
