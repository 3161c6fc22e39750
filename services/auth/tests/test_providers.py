"""Signing in elsewhere: what two replicas, time, settings and unusual providers do to it.

The attacks themselves are tried over HTTP in tests/security/test_providers.py.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import oidc_provider_mock
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from medianest_auth.adapters.providers.discovery import read_keys, read_metadata
from medianest_auth.settings import AuthSettings
from medianest_common.contracts import auth
from medianest_common.contracts.auth import providers as contract
from medianest_common.contracts.auth.second_factor import RemovePasskey
from medianest_common.errors import MediaNestError
from medianest_common.settings import SettingsError, load
from medianest_common.testing.http_server import HttpServer
from services.auth.tests.conftest import Household, client, signed_in
from tests.pretend_providers import CLIENT_SECRET, PretendGitHub, PretendOidc, PretendServer, parameters


@dataclass
class Street:
    house: Household
    home: PretendOidc
    server: HttpServer
    github: PretendGitHub
    google: PretendOidc

    async def start(self, provider: str = "home", *, browser: str = "browser-one") -> str:
        command = contract.LeaveForProvider(provider=provider, client=client(browser=browser))
        return (await self.house.call(command)).auth_url

    async def back(
        self, about: dict[str, Any], provider: str = "home", *, browser: str = "browser-one"
    ) -> str:
        servers: dict[str, PretendServer] = {"github": self.github, "google": self.google}
        return await servers.get(provider, self.home).agree(
            await self.start(provider, browser=browser), about
        )

    async def finish(
        self, address: str, provider: str = "home", *, browser: str = "browser-one"
    ) -> auth.SignInResult:
        asked = parameters(address)
        command = contract.ReturnFromProvider(
            provider=provider,
            state=asked.get("state"),
            code=asked.get("code"),
            client=client(browser=browser),
        )
        result = (await self.house.call(command)).result
        assert result
        return result

    async def sign_in(self, about: dict[str, Any], provider: str = "home", **who: str) -> auth.SignedIn:
        return signed_in(await self.finish(await self.back(about, provider, **who), provider, **who))

    async def refused(self, about: dict[str, Any], provider: str = "home") -> str:
        with pytest.raises(MediaNestError) as refused:
            await self.finish(await self.back(about, provider), provider)
        return refused.value.code


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "id": "home",
        "name": "Home",
        "issuer": "https://id.example.org",
        "clientId": "client",
        "clientSecret": CLIENT_SECRET,
    } | changes


@dataclass
class Neighbours:
    home: PretendOidc
    server: HttpServer
    github: PretendGitHub
    google: PretendOidc
    independent: str


@pytest.fixture
async def neighbours() -> AsyncIterator[Neighbours]:
    home, github, google = PretendOidc(), PretendGitHub(), PretendOidc()
    servers = [HttpServer(each.app()) for each in (home, github, google)]
    for each, server in zip((home, github, google), servers, strict=True):
        await server.start()
        each.url = server.url
    with oidc_provider_mock.run_server_in_thread() as independent:
        try:
            issuer = f"http://localhost:{independent.server_port}"
            yield Neighbours(home, servers[0], github, google, issuer)
        finally:
            for server in servers:
                await server.stop()


@pytest.fixture
def auth_settings(neighbours: Neighbours) -> dict[str, Any]:
    entries = [
        entry(issuer=neighbours.home.url, open=True),
        entry(id="independent", issuer=neighbours.independent, open=True),
    ]
    return {
        "oidc_providers": json.dumps(entries),
        "github_client_id": "client",
        "github_client_secret": CLIENT_SECRET,
        "github_open": True,
        "github_url": neighbours.github.url,
        "github_api_url": neighbours.github.url,
        "google_client_id": "client",
        "google_client_secret": CLIENT_SECRET,
        "google_open": True,
        "google_hosted_domain": "example.com",
        "google_url": neighbours.google.url,
    }


@pytest.fixture
def street(house: Household, neighbours: Neighbours) -> Street:
    return Street(house, neighbours.home, neighbours.server, neighbours.github, neighbours.google)


async def test_attack_49_first_sign_ins_of_one_person_at_two_replicas_make_one_user(street: Street) -> None:
    browsers = [f"browser-{n}" for n in range(6)]
    ways = [await street.back({"sub": "ada"}, browser=browser) for browser in browsers]
    async with street.house.second_replica():
        results = await asyncio.gather(
            *(street.finish(way, browser=browser) for way, browser in zip(ways, browsers, strict=True))
        )
    assert len({signed_in(result).user.id for result in results}) == 1
    assert await street.house.rows("select count(*) from users") == [(1,)]


async def test_attack_41_of_two_replicas_one_takes_the_state_and_asks_once(street: Street) -> None:
    back = await street.back({"sub": "ada"})
    async with street.house.second_replica():
        results = await asyncio.gather(*(street.finish(back) for _ in range(8)), return_exceptions=True)
    refused = [each.code for each in results if isinstance(each, MediaNestError)]
    assert refused == ["SIGN_IN_STATE_INVALID"] * 7
    assert street.home.times("/token") == 1


async def test_attack_41_after_ten_minutes_it_is_over(street: Street) -> None:
    early, late = await street.back({"sub": "ada"}), await street.back({"sub": "ada"})
    street.house.clock.advance(500)
    assert signed_in(await street.finish(early))
    street.house.clock.advance(101)
    with pytest.raises(MediaNestError, match="Start again"):
        await street.finish(late)
    assert street.home.times("/token") == 1


async def test_nothing_secret_lies_in_the_table_of_those_who_are_away(street: Street) -> None:
    asked = parameters(await street.start())
    (row,) = await street.house.rows("select flow::text from provider_flows flow")
    assert asked["state"] not in row[0]
    ((verifier,),) = await street.house.rows("select verifier_sealed from provider_flows")
    assert verifier.startswith("v1")


async def test_discovery_is_asked_once_an_hour_whoever_waits_and_kept_while_the_issuer_is_away(
    street: Street,
) -> None:
    await asyncio.gather(*(street.start() for _ in range(10)))
    assert street.home.times("/.well-known/openid-configuration") == 1
    street.house.clock.advance(3601)
    await street.start()
    assert street.home.times("/.well-known/openid-configuration") == 2
    street.house.clock.advance(3601)
    street.server.refuse()
    assert (await street.start()).startswith(street.home.url)


async def test_an_issuer_may_change_its_keys_but_made_up_ones_are_no_flood(street: Street) -> None:
    await street.sign_in({"sub": "ada"})
    assert street.home.times("/jwks") == 1
    fresh = RSAKey.generate_key(2048, {"kid": "next", "use": "sig"})

    async def jwks(request: Request) -> Response:
        return JSONResponse(KeySet([fresh]).as_dict(private=False))

    street.home.answers["/jwks"] = jwks
    street.home.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "next"}, claims, fresh)
    street.house.clock.advance(11)
    assert await street.sign_in({"sub": "ada"})
    assert street.home.times("/jwks") == 2
    street.home.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "made-up"}, claims, fresh)
    assert {await street.refused({"sub": "ada"}) for _ in range(5)} == {"PROVIDER_ANSWER_REFUSED"}
    assert street.home.times("/jwks") == 2


async def test_an_issuer_with_one_key_may_leave_out_its_name(street: Street) -> None:
    nameless = RSAKey.generate_key(2048)

    async def jwks(request: Request) -> Response:
        return JSONResponse({"keys": [{"kty": "unknown"}, "nonsense", nameless.as_dict(private=False)]})

    street.home.answers["/jwks"] = jwks
    street.home.sign = lambda claims: jwt.encode({"alg": "PS256"}, claims, nameless, algorithms=["PS256"])
    assert await street.sign_in({"sub": "ada"})


async def test_a_suspended_person_and_one_with_a_second_factor_are_not_simply_let_in(street: Street) -> None:
    house, ada = street.house, await street.sign_in({"sub": "ada"})
    await house.change(
        "insert into totp (user_id, id, secret_sealed, created_at, confirmed_at, last_step)"
        " values (:id, gen_random_uuid(), 'x', now(), now(), 0)",
        id=ada.user.id,
    )
    result = await street.finish(await street.back({"sub": "ada"}))
    assert result.signed_in is None and result.second_factor
    await house.change("update users set status = 'suspended' where id = :id", id=ada.user.id)
    assert await street.refused({"sub": "ada"}) == "ACCOUNT_SUSPENDED"
    reasons = await house.rows("select reason from audit where action = 'sign_in' and result = 'refused'")
    assert reasons == [("account_suspended",)]


async def test_of_several_linked_accounts_the_first_one_gives_the_name(street: Street) -> None:
    ada = await street.sign_in({"sub": "ada", "name": "Ada"})
    started = await street.house.call_as(
        ada, contract.StartLinking(provider="github", client=client(browser="browser-one"))
    )
    back = parameters(await street.github.agree(started.auth_url, {"name": "ada-codes", "emails": []}))
    command = contract.ReturnFromProvider(
        provider="github", state=back["state"], code=back["code"], client=client(browser="browser-one")
    )
    async with street.house.heard(contract.IdentityLinked) as linked:
        assert (await street.house.call_as(ada, command)).linked
        event = await linked.next()
    assert (event.user_id, event.provider, event.account) == (ada.user.id, "GitHub", "ada-codes")
    assert (await street.sign_in({"name": "ada-codes", "emails": []}, "github")).user.name == "Ada"
    assert (await street.sign_in({"sub": "ada", "name": "Ada L."})).user.name == "Ada L."


async def test_a_passkey_counts_as_a_way_in_and_the_last_of_all_ways_stays(street: Street) -> None:
    house, ada = street.house, await street.sign_in({"sub": "ada"})
    await house.change(
        "insert into passkeys (id, user_id, credential_id, public_key, sign_count, name, transports, backed_up,"
        " created_at) values (gen_random_uuid(), :id, 'x', 'x', 0, 'Key', '[]', false, now())",
        id=ada.user.id,
    )
    ((passkey,),) = await house.rows("select id from passkeys")
    unlink = contract.UnlinkIdentity(provider="home", client=client())
    remove = RemovePasskey(id=passkey, client=client())
    async with house.second_replica():
        both = await asyncio.gather(
            house.call_as(ada, unlink), house.call_as(ada, remove), return_exceptions=True
        )
    assert [each.code for each in both if isinstance(each, MediaNestError)] == ["LAST_WAY_TO_SIGN_IN"]
    with pytest.raises(MediaNestError):
        await house.call_as(ada, unlink)
    left = await house.rows("select (select count(*) from passkeys) + (select count(*) from identities)")
    assert left == [(1,)]


async def test_githubs_primary_verified_address_is_the_one_that_counts(street: Street) -> None:
    def mail(email: str, *, verified: bool, primary: bool) -> dict[str, Any]:
        return {"email": email, "verified": verified, "primary": primary, "visibility": None}

    other = mail("other@example.net", verified=True, primary=False)
    for number, emails, expected in (
        (1, [other, mail("one@example.net", verified=True, primary=True)], "one@example.net"),
        (2, [other, mail("two@example.net", verified=False, primary=True)], None),
        (3, [other], None),
    ):
        person = await street.sign_in(
            {"id": number, "login": f"login{number}", "name": None, "emails": emails}, "github"
        )
        assert (person.user.email, person.user.name) == (expected, f"login{number}")
    renamed = await street.sign_in({"id": 1, "login": "login2", "name": "Renamed", "emails": []}, "github")
    assert renamed.user.email == "one@example.net", "the number says who it is, whatever the login"


async def test_github_nonsense_is_no_account(street: Street) -> None:
    wrong: list[dict[str, Any]] = [{"id": each} for each in ("1", True, -1, None, 2**63)]
    for about in [*wrong, {"emails": ["nonsense"]}, {"emails": None}]:
        assert await street.refused(about, "github") == "PROVIDER_ANSWER_REFUSED"


async def test_google_accounts_of_another_domain_stay_out_even_if_the_address_was_changed(
    street: Street,
) -> None:
    assert parameters(await street.start("google"))["hd"] == "example.com"
    inside = {"sub": "1", "name": "In", "hd": "example.com"}
    assert (await street.sign_in(inside, "google")).user.name == "In"
    for about in ({"sub": "2", "hd": "evil.example"}, {"sub": "3"}, {"sub": "4", "email": "x@example.com"}):
        assert await street.refused(about, "google") == "NOT_INVITED"


async def test_a_wrong_client_secret_is_the_administrators_matter(street: Street) -> None:
    street.github.client_secret = street.home.client_secret = "changed at the provider"
    assert await street.refused({}, "github") == "PROVIDER_MISCONFIGURED"
    assert await street.refused({"sub": "ada"}) == "PROVIDER_MISCONFIGURED"


async def test_a_token_endpoint_that_breaks_is_never_our_500(street: Street) -> None:
    async def broken(request: Request) -> Response:
        return answers.pop()

    answers = [
        Response("<h1>Bad gateway</h1>", status_code=502, media_type="text/html"),
        Response("", status_code=200),
        JSONResponse(["no object"]),
        JSONResponse({}),
        JSONResponse({"access_token": "x", "id_token": "a.b.c"}),
        JSONResponse({"access_token": "x", "id_token": "x" * 20_000}),
        JSONResponse({"error": ["odd"]}, status_code=400),
        Response(status_code=429),
    ]
    street.home.answers["/token"] = broken
    codes = [await street.refused({"sub": "ada"}) for _ in range(len(answers))]
    assert set(codes) == {"PROVIDER_UNREACHABLE", "PROVIDER_ANSWER_REFUSED", "PROVIDER_MISCONFIGURED"}
    assert codes[0] == codes[-1] == "PROVIDER_UNREACHABLE"


async def test_a_provider_that_others_wrote_is_understood(street: Street, neighbours: Neighbours) -> None:
    """The packaged one checks neither PKCE nor a secret; what it shows is that we speak as others do."""
    async with httpx.AsyncClient(timeout=30, verify=False) as browser:
        claims = {"name": "Grace", "email": "grace@example.net", "email_verified": True}
        await browser.put(f"{neighbours.independent}/users/grace", json=claims)
        address = await street.start("independent")
        location = (await browser.post(address, data={"sub": "grace"})).headers["location"]
    person = signed_in(await street.finish(location, "independent"))
    assert (person.user.name, person.user.email) == ("Grace", "grace@example.net")


GOOD: dict[str, Any] = {
    "issuer": "https://id.example.org",
    "authorization_endpoint": "https://id.example.org/authorize",
    "token_endpoint": "https://id.example.org/token?policy=1",
    "jwks_uri": "https://keys.example.org/jwks",
}


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://id.example.org/"},
        {"issuer": "https://ID.example.org"},
        {"issuer": None},
        {"token_endpoint": "http://id.example.org/token"},
        {"jwks_uri": "http://127.0.0.1/jwks"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://user@id.example.org/"},
        {"token_endpoint": "//id.example.org/token"},
        {"userinfo_endpoint": "http://id.example.org/userinfo"},
        {"token_endpoint": "https://id.example.org/to ken"},
        {"token_endpoint": ["https://id.example.org/token"]},
    ],
)
def test_attack_44_a_document_that_points_elsewhere_is_not_used(change: dict[str, Any]) -> None:
    assert read_metadata(GOOD, issuer="https://id.example.org").jwks_uri == GOOD["jwks_uri"]
    with pytest.raises(ValueError, match=r"issuer|no |must be"):
        read_metadata(GOOD | change, issuer="https://id.example.org")


def test_attack_45_a_secret_among_the_published_keys_is_no_key() -> None:
    secret = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "1"}
    with pytest.raises(ValueError, match="no key"):
        read_keys({"keys": [secret, {"kty": "RSA", "n": "x", "e": "AQAB", "use": "enc"}]})


@pytest.mark.parametrize(
    "settings, words",
    [
        (
            {"github_client_id": "x"},
            "MEDIANEST_GITHUB_CLIENT_SECRET: is missing, while MEDIANEST_GITHUB_CLIENT_ID",
        ),
        ({"google_client_secret": "x"}, "MEDIANEST_GOOGLE_CLIENT_SECRET: is set without"),
        ({"oidc_providers": "{nonsense"}, "MEDIANEST_OIDC_PROVIDERS: is not JSON"),
        ({"oidc_providers": "3"}, "MEDIANEST_OIDC_PROVIDERS: must be a list"),
        (
            {"oidc_providers": [entry(id="plex")]},
            "entry 1: id is the name of a way to sign in that is built in",
        ),
        ({"oidc_providers": [entry(), entry(id="B c")]}, "entry 2: id String should match"),
        ({"oidc_providers": [entry(), entry()]}, "id home is used twice"),
        (
            {"oidc_providers": [entry(issuer="http://id.example.org")]},
            "issuer of home must start with https://",
        ),
        ({"oidc_providers": [entry(issuer="id.example.org")]}, "issuer must be like https://"),
        ({"oidc_providers": [entry(scopes="email")]}, "openid among them"),
        ({"oidc_providers": [entry(secret="x")]}, "entry 1: secret Extra inputs"),
        (
            {"base_url": "https://nest.example.org", "oidc_providers": [entry(issuer="http://127.0.0.1:9")]},
            "issuer of home must start with https://",
        ),
        (
            {"base_url": "https://nest.example.org", "github_url": "http://127.0.0.1"},
            "MEDIANEST_GITHUB_URL: must start",
        ),
    ],
)
def test_wrong_settings_are_named_in_words(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        load(AuthSettings, **settings)
    assert words in str(wrong.value)
    assert CLIENT_SECRET not in str(wrong.value)
