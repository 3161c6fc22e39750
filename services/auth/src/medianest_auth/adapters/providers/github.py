"""GitHub, which is no OpenID Connect provider: a token is exchanged for the number of an account."""

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

_SCOPE = "read:user user:email"
_VERSION = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHub:
    """The identity is the account's number; names there change hands. Also for a GitHub Enterprise server."""

    id = "github"
    name = "GitHub"
    kind = SignInMethod.GITHUB

    def __init__(
        self, *, url: str, api_url: str, client_id: str, client_secret: str, open: bool, clock: Clock
    ) -> None:
        self.issuer = url
        self.open = open
        self._api_url = api_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._calls = Calls(self.id, url, api_url, clock=clock)

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def address(self, leaving: Leaving) -> str:
        asked = {"prompt": "select_account"} if leaving.fresh else {}
        return prepare_grant_uri(  # type: ignore[no-any-return]
            f"{self.issuer}/login/oauth/authorize",
            self._client_id,
            "code",
            redirect_uri=leaving.redirect_uri,
            scope=_SCOPE,
            state=leaving.state,
            code_challenge=leaving.challenge,
            code_challenge_method="S256",
            **asked,
        )

    async def identify(self, returned: Returned) -> Proven:
        tokens = await self._calls.redeem(
            f"{self.issuer}/login/oauth/access_token",
            {
                "client_id": self._client_id,
                "client_secret": self._client_secret,
                "code": returned.code,
                "redirect_uri": returned.redirect_uri,
                "code_verifier": returned.verifier,
            },
        )
        headers = {**_VERSION, "Authorization": f"Bearer {access_token(self.id, tokens)}"}
        user = await self._calls.get("user", f"{self._api_url}/user", headers=headers)
        emails = await self._calls.get("e-mail addresses", f"{self._api_url}/user/emails", headers=headers)
        try:
            return self._proven(user, emails)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise refused(self.id, f"not an account: {error}") from None

    def _proven(self, user: Mapping[str, Any], emails: list[Mapping[str, Any]]) -> Proven:
        primary = next((entry for entry in emails if entry.get("primary") is True), {})
        email = read.email(primary.get("email"))
        account = ExternalAccount(
            issuer=self.issuer,
            subject=read.number(user["id"]),
            provider=self.id,
            name=read.name(user, "name", "login", otherwise=self.name),
            email=email if primary.get("verified") is True else None,
            avatar_url=read.avatar(user.get("avatar_url"), hosts=["avatars.githubusercontent.com"]),
        )
        return Proven(account, email)
