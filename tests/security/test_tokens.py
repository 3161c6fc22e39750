"""Access tokens that are wrong in every way a token can be, over HTTP: the first attacks of the threat model."""

import asyncio
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import Cookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import nats
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from medianest.testing import AT_ONCE, eventually
from medianest_common.contracts.auth import GetJwks
from medianest_common.security.jwt import new_signing_key
from tests.security.conftest import House
from tests.security.forging import ALGORITHM, TYPE, Forger, decode, encode, forger, write
from tests.world import Person


@pytest.fixture(scope="module")
def forge(house: House) -> Forger:
    return house.do(forger(house, house.olive.token))


async def ask(house: House, token: str, **headers: str) -> httpx.Response:
    """With nothing but this token."""
    async with httpx.AsyncClient(base_url=house.world.product.url, timeout=20) as client:
        headers = {"Authorization": f"Bearer {token}", **headers}
        return await client.get("/api/v1/auth/session", headers=headers)


def refused(house: House, token: str, code: str = "INVALID_TOKEN") -> None:
    answer = house.do(ask(house, token))
    assert (answer.status_code, answer.json()["code"]) == (401, code), answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")


def accepted(house: House, token: str) -> None:
    answer = house.do(ask(house, token))
    assert answer.status_code == 200, answer.text


def test_what_is_forged_with_our_own_key_and_nothing_else_is_good(house: House, forge: Forger) -> None:
    """Or the tests below would show nothing."""
    accepted(house, forge.token)
    accepted(house, forge.signed())


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "NONE", "", None])
def test_attack_1_no_algorithm_is_not_an_algorithm(house: House, forge: Forger, algorithm: Any) -> None:
    _, claims, signature = forge.token.split(".")
    head = write({**forge.header, "alg": algorithm})
    refused(house, f"{head}.{claims}.{signature}")
    refused(house, f"{head}.{claims}.")
    refused(house, f"{forge.token.rpartition('.')[0]}.")
    assert "Traceback" not in house.world.product.tail()


def test_attack_2_the_public_key_is_not_a_shared_secret(house: House, forge: Forger) -> None:
    published = house.do(house.nobody.http.get("/.well-known/jwks.json")).json()["keys"]
    public = OKPKey.import_key(next(key for key in published if key["kid"] == forge.header["kid"]))
    message = f"{write({**forge.header, 'alg': 'HS256'})}.{write(forge.claims)}"
    for secret in (
        public.as_pem(private=False),
        public.as_der(private=False),
        json.dumps(public.as_dict(private=False)).encode(),
        decode(str(public.as_dict(private=False)["x"])),
    ):
        refused(house, f"{message}.{encode(hmac.digest(secret, message.encode(), 'sha256'))}")


def test_attack_3_other_algorithms_and_keys_are_refused(house: House, forge: Forger) -> None:
    payload = json.dumps(forge.claims)
    for algorithm, key in (("RS256", RSAKey.generate_key(2048)), ("ES256", ECKey.generate_key("P-256"))):
        refused(house, jws.serialize_compact({**forge.header, "alg": algorithm}, payload, key, [algorithm]))
    refused(house, forge.signed(key=new_signing_key()))
    refused(house, forge.signed(header={**forge.header, "alg": "EdDSA"}))


KIDS = [None, 7, "", "../../key", "' OR 1=1--", "x" * 10_000, ["a"], {"kid": "a"}, "unknown"]


@pytest.mark.parametrize("kid", KIDS, ids=lambda kid: str(kid)[:12])
def test_attack_4_a_key_id_that_names_no_key(house: House, forge: Forger, kid: Any) -> None:
    # A header of 10 kB is refused before anybody reads it; so are long tokens in general.
    answer = house.do(ask(house, forge.signed(header={**forge.header, "kid": kid})))
    assert answer.status_code in ((401, 431) if len(str(kid)) > 1000 else (401,))


def test_attack_4_no_key_id_at_all(house: House, forge: Forger) -> None:
    refused(house, forge.signed(header={"alg": ALGORITHM, "typ": TYPE}))


def test_attack_4_hundreds_of_unknown_keys_cost_one_fetch_in_ten_seconds(house: House, forge: Forger) -> None:
    async def flood() -> tuple[int, set[int], float]:
        fetches = 0

        async def heard(_: Any) -> None:
            nonlocal fetches
            fetches += 1

        bus = await nats.connect(house.urls.nats_url, connect_timeout=30)
        limits = httpx.Limits(max_connections=20)
        async with httpx.AsyncClient(base_url=house.world.product.url, timeout=60, limits=limits) as client:
            await bus.subscribe(GetJwks.subject, cb=heard)

            async def is_heard() -> bool:
                (await client.get("/.well-known/jwks.json")).raise_for_status()
                return fetches > 0

            await eventually(is_heard)
            await bus.flush(timeout=30)
            fetches, started = 0, time.monotonic()

            async def some(count: int) -> set[int]:
                found = set()
                for _ in range(count):
                    token = forge.signed(header={**forge.header, "kid": secrets.token_hex(8)})
                    headers = {"Authorization": f"Bearer {token}"}
                    found.add((await client.get("/api/v1/auth/session", headers=headers)).status_code)
                return found

            statuses = set().union(*await asyncio.gather(*(some(15) for _ in range(20))))
            seconds = time.monotonic() - started
            await bus.flush(timeout=30)
        await bus.close()
        return fetches, statuses, seconds

    fetches, statuses, seconds = house.do(flood())
    assert statuses == {401}
    assert fetches <= 1 + seconds // 10


@contextmanager
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address that writes down who comes by."""
    visits: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/keys", visits
    finally:
        server.shutdown()
        thread.join(5)


def test_attack_5_a_header_brings_no_keys_and_no_orders(house: House, forge: Forger) -> None:
    with listener() as (address, visits):
        for extra in (
            {"jwk": forge.public},
            {"jku": address},
            {"x5u": address},
            {"x5c": ["MIIB"]},
            {"crit": ["x"], "x": 1},
            {"crit": ["b64"], "b64": False},
            {"b64": False},
            {"zip": "DEF"},
        ):
            refused(house, forge.signed(header={**forge.header, **extra}))
        own = new_signing_key()
        refused(house, forge.signed(header={**forge.header, "jwk": own.as_dict(private=False)}, key=own))
    assert visits == []


WRONG_CLAIMS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no audience": lambda claims: {k: v for k, v in claims.items() if k != "aud"},
    "another audience": lambda claims: {**claims, "aud": "another"},
    "a list without us": lambda claims: {**claims, "aud": ["one", "other"]},
    "no issuer": lambda claims: {k: v for k, v in claims.items() if k != "iss"},
    "another issuer": lambda claims: {**claims, "iss": "https://elsewhere.example"},
    "a slash behind the issuer": lambda claims: {**claims, "iss": claims["iss"] + "/"},
}


@pytest.mark.parametrize("change", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_attack_7_for_somebody_else_or_from_somebody_else(
    house: House, forge: Forger, change: Callable[[dict[str, Any]], Any]
) -> None:
    refused(house, forge.signed(change(forge.claims)))


@pytest.mark.parametrize("kind", ["JWT", "mn-ctx+jwt", "AT+JWT", "application/at+jwt", None])
def test_attack_7_another_type_of_token(house: House, forge: Forger, kind: Any) -> None:
    refused(house, forge.signed(header={**forge.header, "typ": kind}))


def test_attack_8_no_token_stands_in_for_another(house: House, forge: Forger) -> None:
    refresh, device = (str(_cookie(house.olive, name).value) for name in ("mn_rt", "mn_dev"))
    id_token = forge.signed(
        {**forge.claims, "nonce": "n", "aud": "client"}, {"alg": ALGORITHM, "kid": forge.header["kid"]}
    )
    for other in (refresh, house.olive.csrf, device, id_token):
        answer = house.do(ask(house, other))
        assert answer.status_code == 401, answer.text
    for other in (forge.token, house.olive.csrf, id_token):
        answer = house.do(refresh_with(house, other))
        assert answer.status_code in (401, 422), answer.text


def _cookie(person: Person, name: str) -> Cookie:
    """Names carry a mark of the address behind them."""
    return next(cookie for cookie in person.http.cookies.jar if cookie.name.startswith(name))


async def refresh_with(house: House, token: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=house.world.product.url, timeout=20) as client:
        csrf = (await client.get("/api/v1/csrf")).json()["token"]
        cookie = _cookie(house.olive, "mn_rt")
        client.cookies.set(cookie.name, token, domain=cookie.domain, path=cookie.path)
        return await client.post(
            "/api/v1/auth/refresh", headers={"X-CSRF-Token": csrf}, json={"refreshToken": token}
        )


def test_attack_9_a_signature_has_one_spelling(house: House, forge: Forger) -> None:
    head, claims, signature = forge.token.split(".")
    flipped = bytearray(decode(signature))
    flipped[0] ^= 1
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    loose = signature[:-1] + alphabet[alphabet.index(signature[-1]) + 1]
    assert decode(loose) == decode(signature)
    for other in (encode(bytes(flipped)), f"{signature}==", loose, signature[:-2], signature + "AA"):
        refused(house, f"{head}.{claims}.{other}")
    refused(house, f"{head}=.{claims}.{signature}")
    refused(house, f"{forge.token}.{signature}")


DOUBTFUL: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a claim twice": lambda claims: (json.dumps(claims)[:-1] + ', "role": "owner"}').encode(),
    "a number for a person": lambda claims: {**claims, "sub": 1},
    "nobody": lambda claims: {**claims, "sub": ""},
    "a person in other letters": lambda claims: {**claims, "sub": claims["sub"].upper()},
    "a role that is none": lambda claims: {**claims, "role": "god"},
    "not an object": lambda claims: [claims],
    "no session": lambda claims: {k: v for k, v in claims.items() if k != "sid"},
}


@pytest.mark.parametrize("change", DOUBTFUL.values(), ids=DOUBTFUL)
def test_attack_10_claims_that_could_be_read_in_two_ways(
    house: House, forge: Forger, change: Callable[[dict[str, Any]], Any]
) -> None:
    refused(house, forge.signed(change(forge.claims)))


def test_attack_13_of_two_identities_none_is_guessed(house: House) -> None:
    async def two() -> list[httpx.Response]:
        client = house.frida.http
        mine, theirs = (f"Bearer {person.token}" for person in (house.frida, house.olive))
        return [
            await client.get(
                "/api/v1/auth/session", headers=[("Authorization", mine), ("Authorization", theirs)]
            ),
            await client.get("/api/v1/auth/session", headers={"Authorization": theirs}),
            await client.get("/api/v1/auth/session", headers={"Authorization": "Bearer nonsense"}),
            await client.get("/api/v1/auth/session"),
        ]

    both, bearer, bad, cookie = house.do(two())
    assert both.status_code == 400
    assert bearer.json()["user"]["id"] == house.olive.user["id"]
    assert bad.status_code == 401
    assert cookie.json()["user"]["id"] == house.frida.user["id"]


def test_attack_15_a_token_of_another_installation(house: House, forge: Forger) -> None:
    theirs = new_signing_key()
    foreign = {**forge.header, "kid": theirs.kid}
    refused(house, forge.signed({**forge.claims, "iss": "https://other.example"}, foreign, key=theirs))
    refused(house, forge.signed({**forge.claims, "iss": "https://other.example"}))
    refused(house, forge.signed(header=foreign, key=theirs))
    refused(house, forge.signed(key=theirs))


def test_attack_10_a_token_dies_within_a_second_of_its_person(house: House) -> None:
    suspended, deleted = house.do(house.world.friend("Sven")), house.do(house.world.friend("Dora"))
    admin = house.olive
    for person in (suspended, deleted):
        accepted(house, person.token)

    async def change(person: Person, method: str, json: Any = None) -> None:
        answer = await admin.http.request(
            method,
            f"/api/v1/admin/users/{person.user['id']}",
            json=json,
            headers={"X-CSRF-Token": admin.csrf},
        )
        assert answer.is_success, answer.text

    for person, method, body in ((suspended, "PATCH", {"status": "suspended"}), (deleted, "DELETE", None)):
        house.do(change(person, method, body))
        assert house.do(_dies(house, person.token)) < AT_ONCE


def test_attack_14_a_role_that_was_taken_away_is_stale_within_a_second(house: House) -> None:
    admin = house.do(house.world.friend("Arno"))

    async def give(role: str) -> None:
        answer = await house.olive.http.patch(
            f"/api/v1/admin/users/{admin.user['id']}",
            json={"role": role},
            headers={"X-CSRF-Token": house.olive.csrf},
        )
        assert answer.is_success, answer.text

    house.do(give("admin"))
    house.do(_dies(house, admin.token))
    house.do(_renew(admin))
    token = admin.token
    assert house.do(admin.get("/admin/users")).status_code == 200
    house.do(give("user"))
    assert house.do(_dies(house, token)) < AT_ONCE
    refused(house, token, "TOKEN_STALE")
    house.do(_renew(admin))
    assert house.do(admin.get("/admin/users")).status_code == 403


async def _renew(person: Person) -> None:
    """As a page does whose token is not accepted any more."""
    await person.arrive()
    await person.refresh()


async def _dies(house: House, token: str) -> float:
    """How long it is still accepted."""
    started = time.monotonic()
    while (await ask(house, token)).status_code == 200:
        assert time.monotonic() - started < 30
        await asyncio.sleep(0.02)
    return time.monotonic() - started
