"""A strict OpenID Connect provider on a real socket, made of Authlib's server parts.

It insists on what a careful provider insists on: a registered redirect URI to the letter, PKCE with S256, a nonce, the
client's secret, codes that are good once. It keeps addresses for the userinfo endpoint, and says whom it is (RFC 9207).
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import flask
import httpx
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode, UserInfo
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

from medianest_common.testing.planted import MARK

CLIENT_ID = "medianest"
CLIENT_SECRET = f"{MARK} of the client: / + %"


@dataclass
class Account:
    sub: str
    name: str
    email: str
    email_verified: bool = True
    authenticated_at: int | None = None
    """When the person typed the password there; None for this very moment."""


@dataclass
class _Client(ClientMixin):  # type: ignore[misc]
    provider: "OidcProvider"
    client_id: str = CLIENT_ID

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.provider.redirect_uris[0]

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(set(scope.split()) & {"openid", "profile", "email"})

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.provider.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    account: Account
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    auth_time: int
    made_at: float = field(default_factory=time.monotonic)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class _Token(TokenMixin):  # type: ignore[misc]
    account: Account
    scope: str

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


class OidcProvider:
    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.redirect_uris: list[str] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        """Path and parameters of every request."""
        self.access_tokens: dict[str, _Token] = {}
        self._codes: dict[str, _Code] = {}
        self._nonces: set[str] = set()
        self._key = RSAKey.generate_key(2048, {"kid": "provider-1", "use": "sig", "alg": "RS256"})
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator["OidcProvider"]:
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join(5)
            self._server.server_close()

    def add(self, sub: str, **about: Any) -> Account:
        values = {"name": sub.title(), "email": f"{sub}@example.net"} | about
        self.accounts[sub] = Account(sub, **values)
        return self.accounts[sub]

    async def agree(self, address: str, account: Account) -> str:
        """What the person does there: sign in, agree, and be sent back to the address that is answered."""
        async with httpx.AsyncClient(timeout=60, verify=False) as browser:
            answer = await browser.post(address, data={"sub": account.sub})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    async def cancel(self, address: str) -> str:
        async with httpx.AsyncClient(timeout=60, verify=False) as browser:
            answer = await browser.post(address, data={})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def _app(self) -> flask.Flask:
        app = flask.Flask("oidc_provider")
        server, protector = self._authorization_server(app), ResourceProtector()
        protector.register_token_validator(self._validator())

        @app.before_request
        def remember() -> None:
            self.seen.append((flask.request.path, flask.request.values.to_dict()))

        @app.get("/.well-known/openid-configuration")
        def discovery() -> Any:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }

        @app.get("/jwks")
        def jwks() -> Any:
            return KeySet([self._key]).as_dict(private=False)

        @app.post("/authorize")
        def authorize() -> Any:
            try:
                grant = server.get_consent_grant()
            except OAuth2Error as error:
                return flask.Response(f"{error.error}: {error.description}", status=400)
            account = self.accounts.get(flask.request.form.get("sub", ""))
            return server.create_authorization_response(grant=grant, grant_user=account)

        @app.post("/token")
        def token() -> Any:
            return server.create_token_response()

        @app.get("/userinfo")
        @protector("openid")  # type: ignore[untyped-decorator]
        def userinfo() -> Any:
            account = current_token.account
            about = {"sub": account.sub, "name": account.name, "preferred_username": account.sub}
            if "email" in current_token.scope:
                about |= {"email": account.email, "email_verified": account.email_verified}
            return about

        return app

    def _authorization_server(self, app: flask.Flask) -> AuthorizationServer:
        provider = self

        class Grant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

            def save_authorization_code(self, code: str, request: Any) -> None:
                asked, account = request.payload.data, request.user
                provider._nonces.add(asked["nonce"])
                if "max_age" in asked:
                    account.authenticated_at = None
                provider._codes[code] = _Code(
                    code,
                    account,
                    request.payload.redirect_uri,
                    request.payload.scope,
                    asked["nonce"],
                    asked["code_challenge"],
                    asked["code_challenge_method"],
                    account.authenticated_at or int(time.time()),
                )

            def query_authorization_code(self, code: str, client: Any) -> _Code | None:
                found = provider._codes.get(code)
                return found if found and time.monotonic() - found.made_at < 60 else None

            def delete_authorization_code(self, authorization_code: _Code) -> None:
                del provider._codes[authorization_code.code]

            def authenticate_user(self, authorization_code: _Code) -> Account:
                return authorization_code.account

        class IdTokens(OpenIDCode):  # type: ignore[misc]
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return nonce in provider._nonces

            def resolve_client_private_key(self, client: Any) -> KeySet:
                return KeySet([provider._key])

            def get_client_claims(self, client: Any) -> dict[str, Any]:
                return {"iss": provider.issuer}

            def generate_user_info(self, user: Account, scope: str) -> UserInfo:
                return UserInfo(sub=user.sub)

        class Issuer(IssuerParameter):  # type: ignore[misc]
            def get_issuer(self) -> str:
                return provider.issuer

        def save_token(token: dict[str, Any], request: Any) -> None:
            self.access_tokens[token["access_token"]] = _Token(request.user, token["scope"])

        server = AuthorizationServer(
            app, query_client=lambda name: _Client(self) if name == CLIENT_ID else None, save_token=save_token
        )
        server.register_grant(Grant, [IdTokens(require_nonce=True), _StrictCodeChallenge(required=True)])
        server.register_extension(Issuer())
        return server

    def _validator(self) -> BearerTokenValidator:
        tokens = self.access_tokens

        class Validator(BearerTokenValidator):  # type: ignore[misc]
            def authenticate_token(self, token_string: str) -> _Token | None:
                return tokens.get(token_string)

        return Validator()


class _StrictCodeChallenge(CodeChallenge):  # type: ignore[misc]
    """For clients with a secret too, and S256 only."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        if not grant.request.payload.data.get("code_challenge"):
            raise OAuth2Error("invalid_request", "no code_challenge")
        super().validate_code_challenge(grant, redirect_uri)


def entry(provider: OidcProvider, **changes: Any) -> dict[str, Any]:
    """As it stands in `MEDIANEST_OIDC_PROVIDERS`."""
    return {
        "id": "home",
        "name": "Home",
        "issuer": provider.issuer,
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
        **changes,
    }
