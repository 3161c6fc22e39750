"""Discord, which is no OpenID Connect provider either."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri

from medianest_auth.accounts import ExternalAccount
from medianest_auth.adapters.providers import claims as read
from medianest_auth.adapters.providers.calls import Calls
from medianest_auth.adapters.providers.protocol import Leaving, Proven, Returned
from medianest_auth.adapters.providers.tokens import access_token
from medianest_auth.adapters.providers.troubles import refused
from medianest_common.clock import Clock
from medianest_common.contracts.auth import SignInMethod

_SCOPE = "identify email"


class Discord:
    id = "discord"
    name = "Discord"
    kind = SignInMethod.DISCORD

    def __init__(self, *, url: str, client_id: str, client_secret: str, open: bool, clock: Clock) -> None:
        self.issuer = url
        self.open = open
        self._client_id = client_id
        self._client_secret = client_secret
        self._calls = Calls(self.id, url, clock=clock)

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def address(self, leaving: Leaving) -> str:
        """`prompt=none` spares who has agreed before from agreeing again."""
        return prepare_grant_uri(  # type: ignore[no-any-return]
            f"{self.issuer}/oauth2/authorize",
            self._client_id,
            "code",
            redirect_uri=leaving.redirect_uri,
            scope=_SCOPE,
            state=leaving.state,
            code_challenge=leaving.challenge,
            code_challenge_method="S256",
            prompt="consent" if leaving.fresh else "none",
        )

    async def identify(self, returned: Returned) -> Proven:
        pair = b64encode(f"{self._client_id}:{self._client_secret}".encode()).decode()
        tokens = await self._calls.redeem(
            f"{self.issuer}/api/oauth2/token",
            {
                "grant_type": "authorization_code",
                "code": returned.code,
                "redirect_uri": returned.redirect_uri,
                "code_verifier": returned.verifier,
            },
            headers={"Authorization": f"Basic {pair}"},
        )
        headers = {"Authorization": f"Bearer {access_token(self.id, tokens)}"}
        user = await self._calls.get("user", f"{self.issuer}/api/v10/users/@me", headers=headers)
        try:
            return self._proven(user)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise refused(self.id, f"not an account: {error}") from None

    def _proven(self, user: Mapping[str, Any]) -> Proven:
        # Ids are text, because they are larger than what a browser's numbers hold.
        subject, picture = read.number(int(user["id"])), user.get("avatar")
        email = read.email(user.get("email"))
        account = ExternalAccount(
            issuer=self.issuer,
            subject=subject,
            provider=self.id,
            name=read.name(user, "global_name", "username", otherwise=self.name),
            email=email if user.get("verified") is True else None,
            avatar_url=read.avatar(
                f"https://cdn.discordapp.com/avatars/{subject}/{picture}.png" if picture else None,
                hosts=["cdn.discordapp.com"],
            ),
        )
        return Proven(account, email)
