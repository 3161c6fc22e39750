"""Attacks on signing in elsewhere and on linking, over HTTP against the running product and providers on real sockets.

`home` is a strict OpenID Connect provider made by other people (Authlib); `evil` is one that lies as it is told.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import asyncpg
import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from medianest.embedded.servers import urls_of_running
from medianest.testing import eventually
from medianest_common.testing.http_server import serve
from tests.oidc_provider import Account, OidcProvider, entry
from tests.pretend_providers import (
    CLIENT_SECRET,
    OTHER_KEY,
    PretendDiscord,
    PretendGitHub,
    PretendOidc,
    PretendServer,
    parameters,
)
from tests.security.counting import forgive
from tests.security.test_second_factor import enrol
from tests.world import OWNER_EMAIL, Person, World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = {"Accept": "text/html,application/xhtml+xml"}
_numbers = count(1)


@dataclass
class Street:
    """A household and the providers around it."""

    world: World
    olive: Person
    home: OidcProvider
    evil: PretendOidc
    inside: PretendOidc
    """Claims that its keys lie at `bystander`, which is another server on this machine."""
    bystander: PretendServer
    google: PretendOidc
    github: PretendGitHub
    discord: PretendDiscord

    async def start(self, person: Person, provider: str = "home", **query: Any) -> str:
        """The address at the provider that the browser is sent to."""
        answer = await person.get(f"/auth/oauth/{provider}/start", params=query, headers=PAGE)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def sign_in(
        self, person: Person, account: Account | dict[str, Any], provider: str = "home", **query: Any
    ) -> httpx.Response:
        """There and back; what the callback answers."""
        return await person.http.get(await self.way_back(person, account, provider, **query), headers=PAGE)

    async def way_back(
        self, person: Person, account: Account | dict[str, Any], provider: str = "home", **query: Any
    ) -> str:
        address = await self.start(person, provider, **query)
        if isinstance(account, Account):
            return await self.home.agree(address, account)
        return await self.pretend(provider).agree(address, account)

    def pretend(self, provider: str) -> PretendServer:
        return {
            "evil": self.evil,
            "inside": self.inside,
            "google": self.google,
            "github": self.github,
            "discord": self.discord,
        }[provider]

    async def forgive(self) -> None:
        await forgive(self.world.product.data_dir)

    def stranger(self, **about: Any) -> Account:
        return self.home.add(f"person-{next(_numbers)}", **about)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    async with AsyncExitStack() as stack:
        home = stack.enter_context(OidcProvider().running())
        evil, inside, google, bystander = PretendOidc(), PretendOidc(), PretendOidc(), PretendServer()
        github, discord = PretendGitHub(), PretendDiscord()
        for server in (evil, inside, google, github, discord, bystander):
            server.url = await stack.enter_async_context(serve(server.app()))
        inside.metadata = {"jwks_uri": f"{bystander.url}/jwks"}
        broken = await stack.enter_async_context(serve(broken_providers()))
        entries = [
            entry(home, open=True),
            _entry("evil", evil.url, open=True),
            _entry("inside", inside.url, open=True),
        ]
        entries += [_entry(f"broken-{kind}", f"{broken}/{kind}") for kind in BROKEN]
        settings: dict[str, Any] = {
            "oidc_providers": json.dumps(entries),
            "google_url": google.url,
            "github_url": github.url,
            "github_api_url": github.url,
            "discord_url": discord.url,
            "discord_open": "true",
            "google_open": "true",
        }
        for name in ("google", "github", "discord"):
            settings |= {f"{name}_client_id": "client", f"{name}_client_secret": CLIENT_SECRET}
        data_dir = tmp_path_factory.mktemp("street") / "data"
        opened = await stack.enter_async_context(world(data_dir, rate_limit_scale="100000", **settings))
        home.redirect_uris = [f"{opened.product.url}/api/v1/auth/oauth/home/callback"]
        yield Street(opened, await opened.owner(), home, evil, inside, bystander, google, github, discord)


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def well_behaved(street: Street) -> None:
    await street.forgive()
    street.evil.behave()
    street.google.behave()


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(street: Street) -> Person:
    return await street.world.person()


async def who(person: Person) -> dict[str, Any] | None:
    answer = await person.get("/users/me")
    return answer.json() if answer.status_code == 200 else None


def code_of(answer: httpx.Response) -> str:
    """What the page is told."""
    assert answer.status_code == 303, answer.text
    return parameters(answer.headers["location"]).get("signIn", "")


async def refused(street: Street, person: Person, back: str, status: int, code: str) -> None:
    answer = await person.http.get(back)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert "set-cookie" not in answer.headers
    assert await who(person) is None


async def users(street: Street) -> list[str]:
    answer = (await street.olive.get("/admin/users", params={"limit": 100})).raise_for_status()
    return [user["name"] for user in answer.json()["items"]]


# Signing in


async def test_the_ways_to_sign_in_are_listed_without_anything_that_is_nobodys_business(
    street: Street, visitor: Person
) -> None:
    found = (await visitor.get("/auth/providers")).raise_for_status().json()["providers"]
    assert {"id": "home", "name": "Home", "kind": "oidc"} in found
    assert [p["id"] for p in found if p["kind"] != "oidc"] == ["google", "github", "discord"]


async def test_somebody_comes_back_from_a_strict_provider_signed_in_at_the_page_that_was_asked_for(
    street: Street, visitor: Person
) -> None:
    ada = street.stranger(name="Ada L.")
    answer = await street.sign_in(visitor, ada, returnTo="/requests?status=pending")
    assert (answer.status_code, answer.headers["location"]) == (303, "/requests?status=pending")
    me = await who(visitor)
    assert me and (me["name"], me["email"], me["role"]) == ("Ada L.", ada.email, "user")
    devices = (await visitor.get("/auth/devices")).json()["items"]
    assert [device["method"] for device in devices] == ["oidc"]


async def test_attack_68_coming_back_from_a_provider_is_one_factor_and_the_second_is_asked_for(
    street: Street, visitor: Person
) -> None:
    ada = street.stranger(name="Ada of two factors")
    await street.sign_in(visitor, ada)
    await visitor.arrive()
    _, codes = await enrol(visitor)
    again, other = await street.world.person(), await street.world.person()
    back = await street.sign_in(again, ada, returnTo="/requests")
    assert code_of(back) == "MFA_REQUIRED"
    challenge = parse_qs(urlsplit(back.headers["location"]).fragment)["challenge"][0]
    assert await who(again) is None
    shown = await again.get("/users/me", headers={"Authorization": f"Bearer {challenge}"})
    assert shown.status_code == 401
    for person, status in ((other, 410), (again, 200)):
        await person.arrive()
        answer = await person.post("/auth/login/mfa", {"challengeId": challenge, "code": codes[0]})
        assert answer.status_code == status, answer.text
    me = await who(again)
    assert me and me["name"] == "Ada of two factors" and await who(other) is None


@pytest.mark.parametrize(
    "provider", ["jellyfin", "emby", "keycloak", "plex", "password", "HOME", "home.", "%2e%2e"]
)
async def test_attack_50_and_68_a_way_in_that_is_not_set_up_is_not_there(
    street: Street, visitor: Person, provider: str
) -> None:
    """CVE-2026-27707 of a peer: whoever liked became a member through the sign-in of a server that nobody had."""
    before = await users(street)
    await visitor.arrive()
    asked = [
        await visitor.get(f"/auth/oauth/{provider}/start", headers=PAGE),
        await visitor.post(f"/auth/oauth/{provider}/start", {}),
        await visitor.get(f"/auth/oauth/{provider}/callback?code=x&state=y", headers=PAGE),
        await visitor.post(
            f"/auth/{provider}", {"username": "x", "password": "y", "hostname": "evil.example"}
        ),
        await visitor.post(f"/auth/{provider}/login", {"username": "x", "password": "y"}),
    ]
    for answer in asked:
        assert answer.status_code in (303, 400, 404, 405, 422), answer.text
        assert not answer.headers.get("location", "/").startswith("http")
    assert await who(visitor) is None
    assert await users(street) == before


async def test_pkce_state_and_nonce_go_along_and_are_never_the_same_twice(
    street: Street, visitor: Person
) -> None:
    first, second = [parameters(await street.start(visitor)) for _ in range(2)]
    assert first["code_challenge_method"] == "S256" and first["response_type"] == "code"
    assert first["redirect_uri"] == f"{street.world.product.url}/api/v1/auth/oauth/home/callback"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43 and first[name] != second[name]
    assert "response_mode" not in first


@pytest.mark.parametrize(
    "provider, about, name, email",
    [
        ("discord", {}, "Nelly", "nelly@discord.example"),
        (
            "discord",
            {
                "id": "2",
                "email": "n2@discord.example",
                "verified": False,
                "global_name": None,
                "username": "nell",
            },
            "nell",
            None,
        ),
        (
            "google",
            {
                "sub": "10769150350006150715113082367",
                "name": "Gus",
                "email": "gus@g.example",
                "email_verified": True,
            },
            "Gus",
            "gus@g.example",
        ),
        ("google", {"sub": "2", "email": "two@g.example", "email_verified": "true"}, "Google", None),
    ],
)
async def test_what_a_provider_documents_becomes_an_account(
    street: Street, visitor: Person, provider: str, about: dict[str, Any], name: str, email: str | None
) -> None:
    answer = await street.sign_in(visitor, about, provider)
    assert answer.headers["location"] == "/"
    me = await who(visitor)
    assert me and (me["name"], me["email"]) == (name, email)


async def test_a_closed_provider_lets_in_nobody_it_alone_knows(street: Street, visitor: Person) -> None:
    before = await users(street)
    assert code_of(await street.sign_in(visitor, {}, "github")) == "NOT_INVITED"
    assert await who(visitor) is None
    assert await users(street) == before


async def test_an_invitation_opens_a_closed_provider_once(street: Street, visitor: Person) -> None:
    invited = (await street.olive.post("/auth/invites", {"role": "user"})).raise_for_status().json()
    invite = urlsplit(invited["url"]).fragment.partition("=")[2]
    await visitor.arrive()
    body = {"invite": invite, "returnTo": "/"}
    address = (await visitor.post("/auth/oauth/github/start", body)).raise_for_status().json()["authUrl"]
    about = {"id": 77, "name": "Hubert", "emails": []}
    assert (await visitor.http.get(await street.github.agree(address, about), headers=PAGE)).headers[
        "location"
    ] == "/"
    me = await who(visitor)
    assert me and me["name"] == "Hubert"
    second = await street.world.person()
    await second.arrive()
    answer = await second.post("/auth/oauth/github/start", body)
    assert answer.status_code == 410, answer.text


async def test_who_cancels_there_is_told_so_here(street: Street, visitor: Person) -> None:
    back = await street.home.cancel(await street.start(visitor))
    assert code_of(await visitor.http.get(back, headers=PAGE)) == "SIGN_IN_DECLINED"
    assert await who(visitor) is None


async def test_report_48_a_browser_that_is_signed_in_already_can_sign_in_again(
    street: Street, visitor: Person
) -> None:
    """immich#9597. The old session ends, since the same person is in the same browser."""
    ada = street.stranger()
    await street.sign_in(visitor, ada)
    before = (await visitor.get("/auth/session")).json()["session"]["id"]
    assert (await street.sign_in(visitor, ada)).headers["location"] == "/"
    devices = (await visitor.get("/auth/devices")).json()["items"]
    assert len(devices) == 1 and devices[0]["id"] != before


async def test_what_needs_a_fresh_sign_in_believes_the_provider_about_when_that_was(
    street: Street, visitor: Person
) -> None:
    ada = street.stranger(authenticated_at=int(time.time()) - 3600)
    await street.sign_in(visitor, ada)
    await visitor.arrive()
    answer = await visitor.post("/auth/identities/github")
    assert (answer.status_code, answer.json()["code"]) == (403, "REAUTH_REQUIRED")
    address = await street.start(visitor, fresh="true")
    assert parameters(address)["prompt"] == "login" and parameters(address)["max_age"] == "0"
    await visitor.http.get(await street.home.agree(address, ada), headers=PAGE)
    await visitor.arrive()
    assert (await visitor.post("/auth/identities/github")).status_code == 200


# Attacks 37, 34 and 41: where to, and whose sign-in it is


async def test_attack_37_there_is_no_way_out_of_the_portal(street: Street) -> None:
    """More of them in services/auth/tests/test_return_path.py; these show that the rule is asked."""
    paths = (
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "/%2f%2fevil.example",
        "/x\r\nSet-Cookie: a=b",
    )

    async def attempt(path: str) -> httpx.Response:
        person = await street.world.person()
        return await street.sign_in(person, {"sub": "37", "name": "Number 37"}, "evil", returnTo=path)

    for answer in await asyncio.gather(*map(attempt, paths)):
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "a" not in answer.cookies


async def test_attack_34_a_sign_in_that_somebody_else_began_signs_nobody_in(
    street: Street, visitor: Person
) -> None:
    mallory = await street.world.person()
    back = await street.way_back(mallory, street.stranger())
    await visitor.arrive()
    await refused(street, visitor, back, 400, "SIGN_IN_STATE_INVALID")
    assert code_of(await visitor.http.get(back, headers=PAGE)) == "SIGN_IN_STATE_INVALID"


async def test_attack_34_a_foreign_page_cannot_start_with_an_invitation(
    street: Street, visitor: Person
) -> None:
    await visitor.arrive()
    answer = await visitor.post("/auth/oauth/home/start", {}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    visitor.csrf = ""
    assert (await visitor.post("/auth/oauth/home/start", {})).status_code == 403


@pytest.mark.parametrize(
    "kind", ["used", "other browser", "no browser", "missing", "made up", "twice", "other provider"]
)
async def test_attack_41_a_state_is_good_once_here_and_for_its_provider(
    street: Street, visitor: Person, kind: str
) -> None:
    back = await street.way_back(visitor, {"sub": "41"}, "evil")
    person = visitor if kind not in ("other browser", "no browser") else await street.world.person()
    state = parameters(back)["state"]
    code = "SIGN_IN_STATE_INVALID"
    if kind == "used":
        assert (await visitor.http.get(back)).status_code == 303
        visitor.http.cookies.clear()
    elif kind == "other browser":
        await street.start(person, "evil")
    elif kind == "missing":
        back = back.replace(f"state={state}", "")
    elif kind == "made up":
        back = back.replace(state, "x" * len(state))
    elif kind == "twice":
        back, code = f"{back}&state={state}", "BAD_REQUEST"
    elif kind == "other provider":
        back = back.replace("/evil/", "/home/")
    redeemed = street.evil.times("/token"), sum(path == "/token" for path, _ in street.home.seen)
    await refused(street, person, back, 400, code)
    assert (street.evil.times("/token"), sum(path == "/token" for path, _ in street.home.seen)) == redeemed


async def test_attack_41_whoever_presents_a_state_wrongly_has_used_it_up(
    street: Street, visitor: Person
) -> None:
    back = await street.way_back(visitor, {"sub": "41"}, "evil")
    await refused(street, await street.world.person(), back, 400, "SIGN_IN_STATE_INVALID")
    await refused(street, visitor, back, 400, "SIGN_IN_STATE_INVALID")


async def test_attack_42_a_code_without_its_verifier_is_worth_nothing(
    street: Street, visitor: Person
) -> None:
    """Somebody else's code put into one's own sign-in: the verifier of this browser does not fit it."""
    victim = await street.way_back(await street.world.person(), street.stranger())
    mine = await street.way_back(visitor, street.stranger())
    back = mine.replace(parameters(mine)["code"], parameters(victim)["code"])
    await refused(street, visitor, back, 400, "SIGN_IN_NOT_CONFIRMED")


async def test_attack_43_a_code_of_one_provider_at_the_address_of_another(
    street: Street, visitor: Person
) -> None:
    """The mix-up: a provider sends the browser on to the honest one, and hopes to be given its code."""
    address = await street.start(visitor, "evil")
    asked = parameters(address)
    code = street.evil.code_for({"sub": "43"})
    for path in ("evil", "home"):
        fresh = parameters(await street.start(visitor, "home"))["state"]
        query = urlencode(
            {"code": code, "state": asked["state"] if path == "evil" else fresh, "iss": street.evil.url}
        )
        before = street.evil.times("/token")
        answer = await visitor.get(f"/auth/oauth/{path}/callback?{query}")
        assert answer.status_code == 400, answer.text
        assert path == "evil" or street.evil.times("/token") == before
    assert await who(visitor) is None


@pytest.mark.parametrize("iss", [None, "https://evil.example", "", "{url}/"])
async def test_attack_43_a_promised_issuer_is_asked_for(
    street: Street, visitor: Person, iss: str | None
) -> None:
    """`home` promises to say who it is."""
    back = await street.way_back(visitor, street.stranger())
    base, query = back.split("?")[0], parameters(back)
    del query["iss"]
    if iss is not None:
        query["iss"] = iss.replace("{url}", street.home.issuer)
    await refused(street, visitor, f"{base}?{urlencode(query)}", 400, "SIGN_IN_STATE_INVALID")


async def test_attack_43_a_wrong_issuer_is_noticed_even_where_none_was_promised(
    street: Street, visitor: Person
) -> None:
    street.evil.returned = {"iss": street.home.issuer}
    before = street.evil.times("/token")
    back = await street.way_back(visitor, {"sub": "43"}, "evil")
    await refused(street, visitor, back, 400, "SIGN_IN_STATE_INVALID")
    assert street.evil.times("/token") == before


# Attack 44: what a provider says about itself

BROKEN = ("mismatch", "redirect", "large", "slow", "page", "relative", "away")


def broken_providers() -> Starlette:
    async def discovery(request: Request) -> Response:
        kind, base = request.path_params["kind"], str(request.base_url).rstrip("/")
        issuer = f"{base}/{kind}"
        document: dict[str, Any] = {
            name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        }
        if kind == "redirect":
            return RedirectResponse("http://169.254.169.254/latest/meta-data/", status_code=302)
        if kind == "large":
            return StreamingResponse(_endless(b" " * 65536, 800), media_type="application/json")
        if kind == "slow":
            return StreamingResponse(_endless(b" ", 10_000, pause=0.1), media_type="application/json")
        if kind == "page":
            return Response("<h1>Sign in to the hotspot</h1>", media_type="text/html")
        if kind == "away":
            return Response(status_code=503)
        if kind == "relative":
            document["token_endpoint"] = "//evil.example/token"
        return JSONResponse({"issuer": issuer + ("x" if kind == "mismatch" else ""), **document})

    return Starlette(routes=[Route("/{kind}/.well-known/openid-configuration", discovery)])


async def _endless(part: bytes, times: int, *, pause: float = 0.0) -> AsyncIterator[bytes]:
    for _ in range(times):
        yield part
        await asyncio.sleep(pause)


def _entry(id: str, issuer: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": id.title(),
        "issuer": issuer,
        "clientId": "client",
        "clientSecret": CLIENT_SECRET,
        **more,
    }


async def test_attack_44_a_provider_that_lies_or_hangs_is_an_error_within_ten_seconds(street: Street) -> None:
    async def attempt(kind: str) -> tuple[str, int, str]:
        person = await street.world.person()
        answer = await person.get(f"/auth/oauth/broken-{kind}/start")
        return kind, answer.status_code, answer.json()["code"]

    began = time.monotonic()
    answers = await asyncio.gather(*map(attempt, BROKEN))
    # Long before the slowest of them is done, that is.
    assert time.monotonic() - began < 30
    assert {kind: (status, code) for kind, status, code in answers} == {
        "mismatch": (502, "PROVIDER_MISCONFIGURED"),
        "redirect": (502, "PROVIDER_ANSWER_REFUSED"),
        "large": (502, "PROVIDER_ANSWER_REFUSED"),
        "slow": (503, "PROVIDER_UNREACHABLE"),
        "page": (502, "PROVIDER_ANSWER_REFUSED"),
        "relative": (502, "PROVIDER_MISCONFIGURED"),
        "away": (503, "PROVIDER_UNREACHABLE"),
    }


async def test_attack_44_nothing_on_this_machine_is_asked_for_keys(street: Street, visitor: Person) -> None:
    back = await street.way_back(visitor, {"sub": "44"}, "inside")
    await refused(street, visitor, back, 502, "PROVIDER_MISCONFIGURED")
    assert street.inside.times("/token") == 1
    assert street.bystander.requests == []


# Attack 45: the ID token


def _unsigned(claims: dict[str, Any]) -> str:
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("x" * 32), algorithms=["HS256"])
    return f"eyJhbGciOiJub25lIn0.{token.split('.')[1]}."


def _by_secret(claims: dict[str, Any]) -> str:
    return jwt.encode(
        {"alg": "HS256", "kid": "pretend-1"}, claims, OctKey.import_key(CLIENT_SECRET), algorithms=["HS256"]
    )


def _by_other_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "pretend-1"}, claims, OTHER_KEY, algorithms=["RS256"])


def _by_unknown_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "nobody"}, claims, OTHER_KEY, algorithms=["RS256"])


@pytest.mark.parametrize("sign", [_unsigned, _by_secret, _by_other_key, _by_unknown_key])
async def test_attack_45_only_the_issuers_key_can_sign(street: Street, visitor: Person, sign: Any) -> None:
    street.evil.sign = sign
    back = await street.way_back(visitor, {"sub": "45"}, "evil")
    await refused(street, visitor, back, 502, "PROVIDER_ANSWER_REFUSED")


WRONG_CLAIMS: tuple[dict[str, Any], ...] = (
    {"iss": "https://other.example"},
    {"aud": "somebody-else"},
    {"aud": ["client", "other"], "azp": None},
    {"aud": ["client", "other"], "azp": "other"},
    {"azp": "other"},
    {"aud": None},
    {"nonce": "another"},
    {"nonce": None},
    {"exp": 1},
    {"exp": None},
    {"exp": "9999999999"},
    {"exp": True},
    {"iat": None},
    {"iat": 2**36},
    {"nbf": 2**36},
    {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    {"sub": None},
    {"sub": ""},
    {"sub": 45},
    {"sub": "x" * 256},
)


async def test_attack_45_a_token_for_another_purpose_opens_nothing(street: Street, visitor: Person) -> None:
    await street.start(visitor, "evil")

    async def attempt(claims: dict[str, Any]) -> tuple[int, str]:
        answer = await visitor.http.get(await street.way_back(visitor, {"sub": "45", **claims}, "evil"))
        assert "set-cookie" not in answer.headers, claims
        return answer.status_code, answer.json()["code"]

    answers = await asyncio.gather(*map(attempt, WRONG_CLAIMS))
    wrong = [c for c, a in zip(WRONG_CLAIMS, answers, strict=True) if a != (502, "PROVIDER_ANSWER_REFUSED")]
    assert wrong == []
    assert (await street.sign_in(await street.world.person(), {"sub": "45"}, "evil")).headers[
        "location"
    ] == "/"


async def test_attack_45_an_address_is_verified_by_true_and_nothing_else(street: Street) -> None:
    async def attempt(verified: Any) -> str | None:
        number, person = next(_numbers), await street.world.person()
        about = {"sub": f"v{number}", "email": f"v{number}@example.net", "email_verified": verified}
        assert (await street.sign_in(person, about, "evil")).headers["location"] == "/"
        me = await who(person)
        assert me
        return me["email"] and "taken over"

    answers = await asyncio.gather(*map(attempt, ("true", False, 1, None, True)))
    assert answers == [None, None, None, None, "taken over"]


async def test_attack_45_userinfo_about_somebody_else_is_refused(street: Street, visitor: Person) -> None:
    street.evil.userinfo = {"sub": "somebody else", "email": OWNER_EMAIL, "email_verified": True}
    back = await street.way_back(visitor, {"sub": "45"}, "evil")
    await refused(street, visitor, back, 502, "PROVIDER_ANSWER_REFUSED")


# Attacks 46, 47 and 49: whose account it is


async def test_attack_46_the_owners_address_at_a_provider_opens_nothing(street: Street) -> None:
    before = (await street.olive.get("/users/me")).json()
    for email in (OWNER_EMAIL, OWNER_EMAIL.upper(), f" {OWNER_EMAIL}"):
        for verified in (True, False):
            mallory, visitor = (
                street.stranger(email=email, email_verified=verified),
                await street.world.person(),
            )
            back = await street.way_back(visitor, mallory)
            await refused(street, visitor, back, 409, "LINK_REQUIRED")
    assert code_of(await street.sign_in(visitor, mallory)) == "LINK_REQUIRED"
    assert (await street.olive.get("/users/me")).json() == before
    assert (await street.olive.get("/auth/identities")).json()["items"] == []


async def test_attack_46_an_account_that_was_registered_in_advance_is_not_merged(street: Street) -> None:
    """Mallory has an account without a verified address; the victim comes later with that very address."""
    mallory, victim = await street.world.person(), await street.world.person()
    number = next(_numbers)
    email = f"victim{number}@example.net"
    await street.sign_in(mallory, street.stranger(email=email, email_verified=False))
    await street.sign_in(victim, street.stranger(email=email))
    one, other = await who(mallory), await who(victim)
    assert one and other and one["id"] != other["id"]
    assert (one["email"], other["email"]) == (None, email)


async def test_attack_47_a_person_is_the_subject_and_not_the_address(street: Street, visitor: Person) -> None:
    ada = street.stranger()
    old = ada.email
    await street.sign_in(visitor, ada)
    before = await who(visitor)
    ada.email = f"new.{old}"
    await street.sign_in(visitor, ada)
    after = await who(visitor)
    assert before and after and (after["id"], after["email"]) == (before["id"], f"new.{old}")
    recycled = await street.world.person()
    await street.sign_in(recycled, street.stranger(email=old))
    other = await who(recycled)
    assert other and other["id"] != after["id"] and other["email"] == old
    ada.email = old
    await street.sign_in(visitor, ada)
    again = await who(visitor)
    assert again and (again["id"], again["email"]) == (before["id"], f"new.{old}"), (
        "the clash takes nothing over"
    )


async def test_attack_47_the_same_subject_at_another_issuer_is_somebody_else(
    street: Street, visitor: Person
) -> None:
    """immich discussion 15964: a provider was exchanged for another, and people found themselves as somebody else."""
    ada = street.stranger()
    await street.sign_in(visitor, ada)
    other = await street.world.person()
    await street.sign_in(other, {"sub": ada.sub, "name": "Not Ada"}, "evil")
    one, two = await who(visitor), await who(other)
    assert one and two and one["id"] != two["id"]


async def test_attack_49_parallel_first_sign_ins_of_one_person_make_one_user(street: Street) -> None:
    ada = street.stranger(name="Ada the only")
    browsers = [await street.world.person() for _ in range(6)]
    ways = [await street.way_back(browser, ada) for browser in browsers]
    answers = await asyncio.gather(
        *(browser.http.get(back, headers=PAGE) for browser, back in zip(browsers, ways, strict=True))
    )
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/")}
    found = [await who(browser) for browser in browsers]
    assert len({me["id"] for me in found if me}) == 1
    assert (await users(street)).count("Ada the only") == 1


# Linking


async def test_somebody_links_a_second_way_in_and_uses_it(street: Street, visitor: Person) -> None:
    await street.sign_in(visitor, street.stranger())
    me = await who(visitor)
    await visitor.arrive()
    hub = {"id": next(_numbers) + 1000, "emails": []}
    await _link(street, visitor, "github", hub)
    items = (await visitor.get("/auth/identities")).json()["items"]
    assert [(item["provider"], item["usable"]) for item in items] == [("home", True), ("github", True)]
    told = await eventually(lambda: _told(visitor, "security.identity_linked"))
    assert "GitHub" in told["title"]
    elsewhere = await street.world.person()
    await street.sign_in(elsewhere, hub, "github")
    assert me and (await who(elsewhere) or {}).get("id") == me["id"]


async def _told(person: Person, kind: str) -> dict[str, Any] | None:
    items = (await person.get("/notifications")).json()["items"]
    return next((item for item in items if item["type"] == kind), None)


async def _link(street: Street, person: Person, provider: str, about: dict[str, Any]) -> httpx.Response:
    answer = (await person.post(f"/auth/identities/{provider}", {"returnTo": "/account"})).raise_for_status()
    back = await street.pretend(provider).agree(answer.json()["authUrl"], about)
    return await person.http.get(back, headers=PAGE)


async def test_link_required_is_resolved_by_linking(street: Street) -> None:
    """The way that `LINK_REQUIRED` names leads to the end."""
    owner = await street.world.person()
    await owner.sign_in()
    hub = {"id": 46, "emails": [{"email": OWNER_EMAIL, "verified": True, "primary": True}]}
    stranger = await street.world.person()
    assert code_of(await street.sign_in(stranger, hub, "github")) == "LINK_REQUIRED"
    linked = await _link(street, owner, "github", hub)
    assert linked.headers["location"] == "/account?signIn=LINKED&provider=github"
    assert (await street.sign_in(stranger, hub, "github")).headers["location"] == "/"
    me = await who(stranger)
    assert me and (me["email"], me["role"], me["name"]) == (OWNER_EMAIL, "owner", "Olive")
    assert (await owner.delete("/auth/identities/github")).status_code == 204
    # The session that came by it has ended.
    await eventually(lambda: _is_out(stranger))
    assert await who(owner)


async def _is_out(person: Person) -> bool:
    return await who(person) is None


async def test_an_account_of_somebody_else_cannot_be_linked(street: Street, visitor: Person) -> None:
    taken = {"sub": f"taken{next(_numbers)}", "name": "Taken"}
    other = await street.world.person()
    await street.sign_in(other, taken, "evil")
    await street.sign_in(visitor, street.stranger())
    await visitor.arrive()
    assert code_of(await _link(street, visitor, "evil", taken)) == "IDENTITY_IN_USE"
    assert [i["provider"] for i in (await visitor.get("/auth/identities")).json()["items"]] == ["home"]


async def test_linking_ends_with_whoever_began_it(street: Street, visitor: Person) -> None:
    """Another browser, another person in the same browser, or nobody any more: each time nothing is linked."""
    ada = street.stranger()
    await street.sign_in(visitor, ada)
    for change in ("other browser", "signed out", "somebody else"):
        await visitor.arrive()
        started = (await visitor.post("/auth/identities/evil")).raise_for_status().json()
        about = {"sub": f"late{next(_numbers)}"}
        back = await street.evil.agree(started["authUrl"], about)
        person = visitor
        if change == "other browser":
            person = await street.world.person()
        elif change == "signed out":
            (await visitor.post("/auth/logout")).raise_for_status()
        else:
            other = await street.world.person()
            await street.sign_in(other, street.stranger())
            person = await street.world.person()
            person.http.cookies.update({n: v for n, v in other.http.cookies.items() if n.startswith("mn_at")})
            person.http.cookies.update(
                {n: v for n, v in visitor.http.cookies.items() if n.startswith("mn_pre")}
            )
        answer = code_of(await person.http.get(back, headers=PAGE))
        expected = "SIGN_IN_STATE_INVALID" if change == "other browser" else "LINKING_INTERRUPTED"
        assert answer == expected, change
        await street.sign_in(visitor, ada)
        assert len((await visitor.get("/auth/identities")).json()["items"]) == 1


async def test_a_browser_that_lost_its_short_lived_cookie_on_the_way_can_finish_linking(
    street: Street, visitor: Person
) -> None:
    await street.sign_in(visitor, street.stranger())
    await visitor.arrive()
    started = (await visitor.post("/auth/identities/evil")).raise_for_status().json()
    back = await street.evil.agree(started["authUrl"], {"sub": f"late{next(_numbers)}"})
    at = next(name for name in visitor.http.cookies if name.startswith("mn_at"))
    visitor.http.cookies.delete(at)
    assert code_of(await visitor.http.get(back, headers=PAGE)) == "LINKED"


async def test_the_last_way_to_sign_in_cannot_be_unlinked_even_by_two_at_once(
    street: Street, visitor: Person
) -> None:
    await street.sign_in(visitor, street.stranger())
    await visitor.arrive()
    answer = await visitor.delete("/auth/identities/home")
    assert (answer.status_code, answer.json()["code"]) == (409, "LAST_WAY_TO_SIGN_IN")
    await _link(street, visitor, "evil", {"sub": f"second{next(_numbers)}"})
    answers = await asyncio.gather(*(visitor.delete(f"/auth/identities/{name}") for name in ("home", "evil")))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert len((await visitor.get("/auth/identities")).json()["items"]) == 1


async def test_plex_is_linked_to_a_password_through_the_same_door(street: Street) -> None:
    owner = await street.world.person()
    await owner.sign_in()
    account = street.world.plex.add_friend(username="olive-at-plex", email="olive@plex.example")
    started = (await owner.post("/auth/identities/plex")).raise_for_status().json()
    street.world.plex.claim_pin(started["code"], account)
    answer = await owner.post("/auth/plex/verify", {"loginId": started["loginId"]})
    assert (answer.status_code, answer.json()) == (200, {"linked": True})
    assert (await owner.post("/auth/plex/verify", {"loginId": started["loginId"]})).json() == {"linked": True}
    by_plex = await street.world.person()
    await by_plex.sign_in_with_plex(street.world.plex, account)
    assert (by_plex.user["email"], by_plex.user["plexLinked"]) == (OWNER_EMAIL, True)
    frida = await street.world.friend("Fenja")
    (await frida.post("/auth/identities/plex")).raise_for_status()
    started = (await frida.post("/auth/identities/plex")).raise_for_status().json()
    street.world.plex.claim_pin(started["code"], account)
    taken = await frida.post("/auth/plex/verify", {"loginId": started["loginId"]})
    assert (taken.status_code, taken.json()["code"]) == (409, "IDENTITY_IN_USE")
    assert (await owner.delete("/auth/identities/plex")).status_code == 204


async def test_linking_needs_the_persons_own_page(street: Street, visitor: Person) -> None:
    await street.sign_in(visitor, street.stranger())
    for method in ("POST", "DELETE"):
        answer = await visitor.http.request(method, "/api/v1/auth/identities/home")
        assert answer.status_code == 403
    assert (await (await street.world.person()).get("/auth/identities")).status_code == 401


# The rest


async def test_attack_38_the_way_back_is_ours_whatever_the_browser_says(
    street: Street, visitor: Person
) -> None:
    """Report 45 of people who use request managers (B#2201): the way back was made from what a proxy said."""
    evil = {"redirect_uri": "https://evil.example", "forwardUrl": "https://evil.example"}
    address = await street.start(visitor, "home", **evil)
    own = f"{street.world.product.url}/api/v1/auth/oauth/home/callback"
    assert parameters(address)["redirect_uri"] == own
    answer = await visitor.get("/auth/oauth/home/start", headers={"X-Forwarded-Host": "evil.example"})
    assert parameters(answer.headers["location"])["redirect_uri"] == own


@pytest.mark.parametrize("path", ["start", "callback?state=x&code=y"])
@pytest.mark.parametrize("provider", ["gitlab", "plex", "oidc"])
async def test_a_provider_that_is_off_has_no_live_route(
    street: Street, visitor: Person, provider: str, path: str
) -> None:
    """CVE-2026-27707: a way in that was never set up was open all the same."""
    answer = await visitor.get(f"/auth/oauth/{provider}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "PROVIDER_UNKNOWN")


async def test_no_provider_token_is_kept_or_logged(street: Street, visitor: Person) -> None:
    await street.sign_in(visitor, street.stranger())
    await street.sign_in(await street.world.person(), {"sub": "token"}, "evil")
    log = street.world.product.log.read_text(errors="replace")
    found = urls_of_running(street.world.product.data_dir)
    assert found
    dsn = make_url(found.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        tables = await connection.fetch(
            "select table_schema s, table_name t from information_schema.tables"
            " where table_schema not in ('pg_catalog', 'information_schema')"
        )
        rows = [str(await connection.fetch(f'select * from "{r["s"]}"."{r["t"]}"')) for r in tables]
    finally:
        await connection.close()
    tokens = [*street.home.access_tokens, *street.evil.access_tokens]
    assert tokens
    everything = log + "".join(rows)
    assert not [token for token in tokens if token in everything]
