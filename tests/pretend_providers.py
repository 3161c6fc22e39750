"""Providers on real sockets that answer as documented, until a test tells them to lie.

`PretendOidc` also stands for Google, which is an OpenID Connect provider. Each checks the client's secret, the redirect
URI and the PKCE verifier, so that a client which forgets one of them gets nowhere.
"""

import hashlib
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from medianest_common.testing.planted import MARK

type Answer = Callable[[Request], Awaitable[Response]]

CLIENT_SECRET = f"{MARK} that the provider gave to whoever registered the portal"
_KEY = RSAKey.generate_key(2048, {"kid": "pretend-1", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "pretend-1", "use": "sig"})
"""Bears the name of the real one."""


class PretendServer:
    """What all have in common: codes that are good once, for one client, one address and one verifier."""

    authorize_path = "/authorize"
    token_path = "/token"

    def __init__(self, *, client_id: str = "client", client_secret: str = CLIENT_SECRET) -> None:
        self.url = ""
        """Set once it is known where it listens."""
        self.client_id = client_id
        self.client_secret = client_secret
        self.requests: list[str] = []
        self.answers: dict[str, Answer] = {}
        """Instead of what is normally answered, by path."""
        self.returned: dict[str, str] = {}
        """Further parameters of the way back."""
        self.access_tokens: dict[str, dict[str, Any]] = {}
        self._codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}

    def app(self) -> Starlette:
        app = Starlette(
            routes=[
                Route(self.authorize_path, self._authorize),
                Route(self.token_path, self._token, methods=["POST"]),
                *self.routes(),
            ]
        )
        app.add_middleware(BaseHTTPMiddleware, dispatch=self._dispatch)
        return app

    def routes(self) -> list[Route]:
        return []

    async def agree(self, address: str, about: dict[str, Any]) -> str:
        """Somebody signs in there and is sent back to the address that is answered."""
        async with httpx.AsyncClient(timeout=60, verify=False) as browser:
            answer = await browser.get(f"{address}&{urlencode({'as': self.code_for(about)})}")
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def code_for(self, about: dict[str, Any]) -> str:
        code = secrets.token_urlsafe(16)
        self._codes[code] = ({}, about)
        return code

    def times(self, path: str) -> int:
        return self.requests.count(path)

    def tokens(self, asked: dict[str, str], about: dict[str, Any]) -> dict[str, Any]:
        access_token = secrets.token_urlsafe(24)
        self.access_tokens[access_token] = about
        return {"access_token": access_token, "token_type": "bearer", "scope": asked.get("scope", "")}

    def refuse(self, error: str) -> Response:
        return JSONResponse({"error": error}, status_code=400)

    def about(self, request: Request) -> dict[str, Any] | None:
        return self.access_tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    async def _dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        path = request.url.path
        self.requests.append(path)
        if path in self.answers:
            return await self.answers[path](request)
        return await call_next(request)

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != self.client_id or asked.get("code_challenge_method") != "S256":
            return self.refuse("invalid_request")
        code = asked["as"]
        self._codes[code] = (asked, self._codes[code][1])
        back = {"code": code, "state": asked["state"], **self.returned}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", status_code=302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if self._client_of(request, form) != (self.client_id, self.client_secret):
            return self.refuse("invalid_client")
        asked, about = self._codes.pop(form.get("code", ""), ({}, {}))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not asked or (asked["code_challenge"], asked["redirect_uri"]) != (
            challenge,
            form.get("redirect_uri"),
        ):
            return self.refuse("invalid_grant")
        return JSONResponse(self.tokens(asked, about))

    def _client_of(self, request: Request, form: dict[str, str]) -> tuple[str, str]:
        scheme, _, pair = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            client_id, _, secret = b64decode(pair).decode().partition(":")
            return unquote_plus(client_id), unquote_plus(secret)
        return form.get("client_id", ""), form.get("client_secret", "")


class PretendOidc(PretendServer):
    """`metadata` and `claims` replace what is said; None takes it out. `sign` makes the ID token."""

    def __init__(self, **client: str) -> None:
        super().__init__(**client)
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.sign: Callable[[dict[str, Any]], str] = self._signed

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/jwks", self._jwks),
            Route("/userinfo", self._userinfo),
        ]

    def behave(self) -> None:
        self.metadata, self.claims, self.answers, self.returned = {}, {}, {}, {}
        self.userinfo, self.sign = None, self._signed

    def tokens(self, asked: dict[str, str], about: dict[str, Any]) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": self.client_id,
            "azp": self.client_id,
            "iat": now,
            "exp": now + 600,
            "nonce": asked.get("nonce"),
            **about,
            **self.claims,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        return super().tokens(asked, about) | {"id_token": self.sign(present)}

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "pretend-1"}, claims, _KEY, algorithms=["RS256"])

    async def _discovery(self, request: Request) -> Response:
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **self.metadata,
        }
        return JSONResponse({name: value for name, value in document.items() if value is not None})

    async def _jwks(self, request: Request) -> Response:
        return JSONResponse(KeySet([_KEY]).as_dict(private=False))

    async def _userinfo(self, request: Request) -> Response:
        about = self.about(request)
        if about is None:
            return Response(status_code=401)
        return JSONResponse(self.userinfo or {"sub": about.get("sub")})


class PretendGitHub(PretendServer):
    """Site and API on one address. Account and addresses are those of the examples in GitHub's documentation."""

    authorize_path = "/login/oauth/authorize"
    token_path = "/login/oauth/access_token"

    def routes(self) -> list[Route]:
        return [Route("/user", self._user), Route("/user/emails", self._emails)]

    def refuse(self, error: str) -> Response:
        """GitHub says no with a 200."""
        names = {"invalid_grant": "bad_verification_code", "invalid_client": "incorrect_client_credentials"}
        return JSONResponse({"error": names.get(error, error), "error_description": "…", "error_uri": "…"})

    async def _user(self, request: Request) -> Response:
        about = self.about(request)
        if about is None or "X-GitHub-Api-Version" not in request.headers:
            return JSONResponse({"message": "Bad credentials"}, status_code=401)
        user = {
            "login": "octocat",
            "id": 1,
            "node_id": "MDQ6VXNlcjE=",
            "avatar_url": "https://avatars.githubusercontent.com/u/1",
            "type": "User",
            "site_admin": False,
            "name": "monalisa octocat",
            "email": None,
        }
        return JSONResponse(user | {name: value for name, value in about.items() if name != "emails"})

    async def _emails(self, request: Request) -> Response:
        about = self.about(request)
        if about is None:
            return JSONResponse({"message": "Bad credentials"}, status_code=401)
        octocat = {
            "email": "octocat@github.example",
            "verified": True,
            "primary": True,
            "visibility": "public",
        }
        return JSONResponse(about.get("emails", [octocat]))


class PretendDiscord(PretendServer):
    """Nelly is the example in Discord's documentation."""

    authorize_path = "/oauth2/authorize"
    token_path = "/api/oauth2/token"

    def routes(self) -> list[Route]:
        return [Route("/api/v10/users/@me", self._me)]

    async def _me(self, request: Request) -> Response:
        about = self.about(request)
        if about is None:
            return JSONResponse({"message": "401: Unauthorized", "code": 0}, status_code=401)
        nelly = {
            "id": "80351110224678912",
            "username": "nelly",
            "discriminator": "0",
            "global_name": "Nelly",
            "avatar": "8342729096ea3675442027381ff50dfe",
            "verified": True,
            "email": "nelly@discord.example",
            "flags": 64,
            "mfa_enabled": True,
        }
        return JSONResponse(nelly | about)


def parameters(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
