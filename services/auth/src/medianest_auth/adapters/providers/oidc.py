"""Any OpenID Connect provider, and Google, which is one with a habit of its own."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri

from medianest_auth.accounts import ExternalAccount
from medianest_auth.adapters.providers import claims as read
from medianest_auth.adapters.providers.calls import Calls
from medianest_auth.adapters.providers.discovery import Discovery, Metadata
from medianest_auth.adapters.providers.id_token import TokenRefused, header_of, read_id_token, seconds
from medianest_auth.adapters.providers.protocol import Leaving, Proven, Returned
from medianest_auth.adapters.providers.troubles import refused
from medianest_auth.errors import NotInvited, SignInStateInvalid
from medianest_common.clock import Clock
from medianest_common.contracts.auth import SignInMethod

_ABOUT_THE_PERSON = ("name", "preferred_username", "nickname", "picture", "email", "email_verified")


class OpenIdConnect:
    kind = SignInMethod.OIDC

    def __init__(
        self,
        id: str,
        *,
        name: str,
        issuer: str,
        client_id: str,
        client_secret: str | None,
        scopes: str,
        open: bool,
        clock: Clock,
    ) -> None:
        self.id = id
        self.name = name
        self.issuer = issuer
        self.open = open
        self._client_id = client_id
        self._client_secret = client_secret
        self._scopes = scopes
        self._clock = clock
        self._calls = Calls(id, issuer, clock=clock)
        self._discovery = Discovery(id, issuer, self._calls, clock=clock)

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def address(self, leaving: Leaving) -> str:
        metadata = await self._discovery.metadata()
        return prepare_grant_uri(  # type: ignore[no-any-return]
            metadata.authorization_endpoint,
            self._client_id,
            "code",
            redirect_uri=leaving.redirect_uri,
            scope=self._scopes,
            state=leaving.state,
            nonce=leaving.nonce,
            code_challenge=leaving.challenge,
            code_challenge_method="S256",
            **self._asked(leaving),
        )

    async def identify(self, returned: Returned) -> Proven:
        metadata = await self._discovery.metadata()
        if returned.iss != self.issuer and (returned.iss is not None or metadata.promises_iss):
            raise SignInStateInvalid("Start again.")
        tokens = await self._redeem(metadata, returned)
        try:
            about = await self._about(tokens, nonce=returned.nonce)
            proven = self._proven(await self._completed(metadata, about, tokens))
        except (TokenRefused, ValueError) as error:
            raise refused(self.id, str(error)) from None
        self._admit(about)
        return proven

    def _asked(self, leaving: Leaving) -> dict[str, str]:
        return {"prompt": "login", "max_age": "0"} if leaving.fresh else {}

    def _admit(self, about: Mapping[str, Any]) -> None:
        """A place to refuse somebody whom the provider vouches for."""

    async def _redeem(self, metadata: Metadata, returned: Returned) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": returned.code,
            "redirect_uri": returned.redirect_uri,
            "code_verifier": returned.verifier,
        }
        headers = {}
        if self._client_secret is None:
            form["client_id"] = self._client_id
        elif metadata.secret_in_form:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        else:
            # RFC 6749, 2.3.1: both parts are encoded before they become Basic. A blank as %20, since not everybody
            # reads a plus sign as one.
            pair = f"{quote(self._client_id, safe='')}:{quote(self._client_secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return await self._calls.redeem(metadata.token_endpoint, form, headers=headers)

    async def _about(self, tokens: Mapping[str, Any], *, nonce: str) -> Mapping[str, Any]:
        id_token = tokens.get("id_token")
        key_id = header_of(id_token).get("kid")
        keys = await self._discovery.keys(with_id=key_id if isinstance(key_id, str) else None)
        return read_id_token(
            str(id_token),
            keys,
            issuer=self.issuer,
            client_id=self._client_id,
            nonce=nonce,
            access_token=str(tokens.get("access_token", "")),
            now=self._clock.now(),
        )

    async def _completed(
        self, metadata: Metadata, about: Mapping[str, Any], tokens: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Many providers keep name and address for the userinfo endpoint. It must be about the same person."""
        access_token = tokens.get("access_token")
        if "email" in about or metadata.userinfo_endpoint is None or not _sendable(access_token):
            return about
        userinfo = await self._calls.get(
            "userinfo", metadata.userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}"}
        )
        if not isinstance(userinfo, dict) or userinfo.get("sub") != about.get("sub"):
            raise TokenRefused("userinfo is about somebody else")
        return {**about, **{name: userinfo[name] for name in _ABOUT_THE_PERSON if name in userinfo}}

    def _proven(self, about: Mapping[str, Any]) -> Proven:
        email = read.email(about.get("email"))
        authenticated = seconds(about.get("auth_time"))
        account = ExternalAccount(
            issuer=self.issuer,
            subject=read.subject(about.get("sub")),
            provider=self.id,
            name=read.name(about, "name", "preferred_username", "nickname", otherwise=self.name),
            email=email if about.get("email_verified") is True else None,
            avatar_url=read.avatar(about.get("picture"), hosts=self._picture_hosts()),
        )
        return Proven(
            account, email, datetime.fromtimestamp(authenticated, UTC) if authenticated is not None else None
        )

    def _picture_hosts(self) -> list[str]:
        return [urlsplit(self.issuer).hostname or ""]


class Google(OpenIdConnect):
    kind = SignInMethod.GOOGLE

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        hosted_domain: str,
        open: bool,
        clock: Clock,
    ) -> None:
        super().__init__(
            "google",
            name="Google",
            issuer=issuer,
            client_id=client_id,
            client_secret=client_secret,
            scopes="openid email profile",
            open=open,
            clock=clock,
        )
        self._hosted_domain = hosted_domain

    def _asked(self, leaving: Leaving) -> dict[str, str]:
        """Google knows no `prompt=login`; to choose the account is the most it asks."""
        asked = {"prompt": "select_account"} if leaving.fresh else {}
        return asked | ({"hd": self._hosted_domain} if self._hosted_domain else {})

    def _admit(self, about: Mapping[str, Any]) -> None:
        """What was asked for in the address can be changed there; what counts is what the token says."""
        if self._hosted_domain and about.get("hd") != self._hosted_domain:
            raise NotInvited(f"Only accounts of {self._hosted_domain} may be used here.")

    def _picture_hosts(self) -> list[str]:
        return ["lh3.googleusercontent.com"]


def _sendable(token: object) -> bool:
    return isinstance(token, str) and bool(token) and token.isascii() and token.isprintable()
