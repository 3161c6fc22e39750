"""Access tokens: what is accepted, and the attacks that are not. Numbers are those of the attack list."""

import asyncio
import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from medianest_common.clock import ManualClock
from medianest_common.contracts.identity import Role
from medianest_common.errors import Unavailable
from medianest_common.security.jwt import (
    AccessTokenIssuer,
    AccessTokenVerifier,
    InvalidToken,
    TokenExpired,
    new_signing_key,
    public_keys,
)

ISSUER = "https://nest.example.org"
USER = UUID("0190a1b2-0000-7000-8000-000000000001")
SESSION = UUID("0190a1b2-0000-7000-8000-000000000002")
KEY = new_signing_key()
HEADER = {"alg": "Ed25519", "typ": "at+jwt", "kid": KEY.kid}


class Household:
    """A verifier with one key, and the means to make tokens good and bad."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.fetches = 0
        self.published: Mapping[str, Any] = public_keys([KEY])
        self.issuer = AccessTokenIssuer(KEY, issuer=ISSUER, clock=self.clock)
        self.verifier = AccessTokenVerifier(issuer=ISSUER, clock=self.clock, refresh=self.fetch)
        self.verifier.set_keys(self.published)

    async def fetch(self) -> Mapping[str, Any]:
        self.fetches += 1
        await asyncio.sleep(0)
        return self.published

    def token(self) -> str:
        return self.issuer.issue(
            user_id=USER,
            session_id=SESSION,
            role=Role.USER,
            name="Ada",
            permissions_version=0,
            auth_time=self.clock.now() - timedelta(minutes=3),
            methods=["pwd", "otp"],
        )

    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = json.loads(decode(self.token().split(".")[1]))
        return claims

    async def refuses(self, token: str, *, fetches: int = 0) -> None:
        with pytest.raises(InvalidToken) as caught:
            await self.verifier.verify(token)
        assert caught.value.status == 401
        assert self.fetches <= fetches


@pytest.fixture
def household() -> Household:
    return Household()


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def signed(payload: Any, header: Any = HEADER, *, key: OKPKey = KEY) -> str:
    """Signed by our real key over exactly these bytes, whatever they are."""
    private = key.private_key
    assert isinstance(private, Ed25519PrivateKey)
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    message = f"{encode(head)}.{encode(body)}"
    return f"{message}.{encode(private.sign(message.encode()))}"


async def test_a_token_says_who_is_asking(household: Household) -> None:
    claims = await household.verifier.verify(household.token())
    assert (claims.user_id, claims.session_id, claims.role, claims.name) == (USER, SESSION, Role.USER, "Ada")
    assert claims.methods == ("pwd", "otp")
    assert claims.permissions_version == 0
    assert claims.expires_at - claims.issued_at == timedelta(minutes=10)
    assert claims.auth_time == household.clock.now() - timedelta(minutes=3)


async def test_our_own_signing_of_raw_claims_is_accepted(household: Household) -> None:
    assert (await household.verifier.verify(signed(household.claims()))).user_id == USER


async def test_it_expires_after_its_life_and_five_seconds_also_when_remembered(household: Household) -> None:
    token = household.token()
    await household.verifier.verify(token)
    household.clock.advance(604)
    await household.verifier.verify(token)
    household.clock.advance(1)
    with pytest.raises(TokenExpired):
        await household.verifier.verify(token)
    household.verifier.set_keys(household.published)
    with pytest.raises(TokenExpired):
        await household.verifier.verify(token)


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", "", None, 1])
async def test_no_algorithm_is_not_an_algorithm_attack_1(household: Household, alg: Any) -> None:
    _, body, signature = household.token().split(".")
    head = encode(json.dumps({**HEADER, "alg": alg}).encode())
    await household.refuses(f"{head}.{body}.{signature}")
    await household.refuses(f"{head}.{body}.")
    await household.refuses(f"{household.token().rpartition('.')[0]}.")
    # Whatever it says of its signature, that one is good.
    await household.refuses(signed(household.claims(), {**HEADER, "alg": alg}))


async def test_the_public_key_is_not_a_shared_secret_attack_2(household: Household) -> None:
    header = {**HEADER, "alg": "HS256"}
    public = KEY.as_dict(private=False)
    for secret in (
        KEY.as_pem(private=False),
        KEY.as_der(private=False),
        json.dumps(public).encode(),
        decode(str(public["x"])),
    ):
        message = f"{encode(json.dumps(header).encode())}.{encode(json.dumps(household.claims()).encode())}"
        mac = hmac.digest(secret, message.encode(), "sha256")
        await household.refuses(f"{message}.{encode(mac)}")


async def test_other_algorithms_and_keys_are_refused_attack_3(household: Household) -> None:
    payload = json.dumps(household.claims())
    rsa, ec = RSAKey.generate_key(2048), ECKey.generate_key("P-256")
    await household.refuses(jws.serialize_compact({**HEADER, "alg": "RS256"}, payload, rsa, ["RS256"]))
    await household.refuses(jws.serialize_compact({**HEADER, "alg": "ES256"}, payload, ec, ["ES256"]))
    await household.refuses(signed(household.claims(), {**HEADER, "alg": "EdDSA"}))
    await household.refuses(signed(household.claims(), key=new_signing_key()))


@pytest.mark.parametrize(
    "kid", ["../../key", "' OR 1=1--", "x" * 10_000, 7, None, "", [], {}, "a\u0000b", "кey"]
)
async def test_a_strange_key_id_is_refused_without_a_look_up_attack_4(household: Household, kid: Any) -> None:
    await household.refuses(signed(household.claims(), {**HEADER, "kid": kid}))
    assert household.fetches == 0


async def test_a_key_id_is_required_attack_4(household: Household) -> None:
    await household.refuses(signed(household.claims(), {"alg": "Ed25519", "typ": "at+jwt"}))


async def test_a_thousand_unknown_keys_cost_one_fetch_in_ten_seconds_attack_4(household: Household) -> None:
    tokens = [signed(household.claims(), {**HEADER, "kid": secrets.token_hex(8)}) for _ in range(1000)]
    answers = await asyncio.gather(
        *(household.verifier.verify(token) for token in tokens), return_exceptions=True
    )
    assert {type(answer) for answer in answers} == {InvalidToken}
    assert household.fetches == 1
    household.clock.advance(10)
    await household.refuses(tokens[0], fetches=2)
    assert household.fetches == 2


@pytest.mark.parametrize(
    "member, value",
    [
        ("jwk", KEY.as_dict(private=False)),
        ("jku", "http://127.0.0.1:9/jwks"),
        ("x5u", "http://127.0.0.1:9/cert"),
        ("x5c", ["MIIB"]),
        ("crit", ["x"]),
        ("b64", False),
        ("zip", "DEF"),
        ("x", 1),
    ],
)
async def test_keys_and_orders_in_the_header_are_refused_attack_5(
    household: Household, member: str, value: Any
) -> None:
    await household.refuses(signed(household.claims(), {**HEADER, member: value}))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "other"},
        {"aud": ["other", "another"]},
        {"aud": None},
        {"aud": 1},
        {"iss": "https://evil.example"},
        {"iss": ISSUER + "/"},
        {"iss": None},
        {"iss": [ISSUER]},
    ],
)
async def test_a_token_for_or_from_someone_else_is_refused_attack_7(
    household: Household, change: dict[str, Any]
) -> None:
    await household.refuses(signed(household.claims() | change))


@pytest.mark.parametrize("typ", ["JWT", "mn-ctx+jwt", "AT+JWT", "application/at+jwt", "", None])
async def test_another_kind_of_token_is_refused_attack_7(household: Household, typ: str | None) -> None:
    await household.refuses(signed(household.claims(), {**HEADER, "typ": typ}))


@pytest.mark.parametrize(
    "claim", ["iss", "aud", "sub", "exp", "iat", "sid", "jti", "auth_time", "amr", "role", "pv", "name"]
)
async def test_every_claim_is_required_attack_7(household: Household, claim: str) -> None:
    claims = household.claims()
    del claims[claim]
    await household.refuses(signed(claims))


@pytest.mark.parametrize(
    "token", ["mnr_" + "a" * 43, "mnp_12345678_" + "a" * 51, "a.b", "", "....", "a" * 100]
)
async def test_other_secrets_are_not_access_tokens_attack_8(household: Household, token: str) -> None:
    await household.refuses(token)


async def test_any_flipped_bit_of_the_signature_is_noticed_attack_9(household: Household) -> None:
    message, _, signature = household.token().rpartition(".")
    raw = decode(signature)
    for bit in range(0, len(raw) * 8, 7):
        broken = bytearray(raw)
        broken[bit // 8] ^= 1 << bit % 8
        await household.refuses(f"{message}.{encode(bytes(broken))}")


@pytest.mark.parametrize("tail", ["==", "=", "\n", " ", "\x00", ".", "A", "\ud800", "é"])
async def test_only_one_spelling_of_a_token_is_accepted_attack_9(household: Household, tail: str) -> None:
    await household.refuses(household.token() + tail)
    await household.refuses(tail + household.token())


async def test_a_loose_last_character_is_refused_attack_9(household: Household) -> None:
    token = household.token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    value = alphabet.index(token[-1])
    same_bytes = [
        alphabet[value & ~0b1111 | low] for low in range(16) if alphabet[value & ~0b1111 | low] != token[-1]
    ]
    assert decode((token[:-1] + same_bytes[0]).split(".")[2]) == decode(token.split(".")[2])
    for last in same_bytes:
        await household.refuses(token[:-1] + last)


@pytest.mark.parametrize(
    "change",
    [
        {"sub": 1},
        {"sub": "ada"},
        {"sub": str(USER).upper()},
        {"sub": ""},
        {"sid": None},
        {"sid": 5},
        {"role": "root"},
        {"role": 1},
        {"role": ["owner"]},
        {"pv": "0"},
        {"pv": True},
        {"pv": 1.5},
        {"amr": "pwd"},
        {"amr": [1]},
        {"amr": {}},
        {"exp": True},
        {"exp": 1e300},
        {"exp": 10**30},
        {"exp": "9999999999"},
        {"iat": 9999999999},
        {"auth_time": "now"},
        {"auth_time": 10**18},
        {"jti": 5},
        {"name": None},
    ],
)
async def test_claims_of_the_wrong_kind_are_refused_attack_10(
    household: Household, change: dict[str, Any]
) -> None:
    await household.refuses(signed(household.claims() | change))


@pytest.mark.parametrize("text", [b"NaN", b"Infinity", b"-Infinity"])
async def test_a_token_that_never_ends_is_refused_attack_10(household: Household, text: bytes) -> None:
    payload = json.dumps(household.claims() | {"exp": "END"}).encode().replace(b'"END"', text)
    await household.refuses(signed(payload))


async def test_a_claim_or_header_member_given_twice_is_refused_attack_10(household: Household) -> None:
    payload = json.dumps(household.claims()).encode()
    await household.refuses(signed(b'{"role":"owner",' + payload[1:]))
    header = json.dumps(HEADER).encode()
    await household.refuses(signed(payload, b'{"alg":"none",' + header[1:]))


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b"\xff", b"{", b"[" * 1500, b'"x"'])
async def test_a_payload_that_is_no_object_is_refused(household: Household, payload: bytes) -> None:
    await household.refuses(signed(payload))
    await household.refuses(signed(household.claims(), payload))


async def test_a_retired_key_ends_its_tokens_and_a_new_one_is_found_attack_11(household: Household) -> None:
    old = household.token()
    await household.verifier.verify(old)
    following = new_signing_key()
    household.published = public_keys([following, KEY])
    household.issuer = AccessTokenIssuer(following, issuer=ISSUER, clock=household.clock)
    await household.verifier.verify(household.token())
    await household.verifier.verify(old)
    household.verifier.set_keys(public_keys([following]))
    await household.refuses(old, fetches=1)


@pytest.mark.parametrize("size", [4097, 130_000, 5_000_000])
async def test_a_huge_token_is_refused_unread_attack_12(household: Household, size: int) -> None:
    await household.refuses("a" * size)
    await household.refuses(encode(json.dumps({**HEADER, "pad": "x" * size}).encode()) + ".e30.c2ln")
    # Nothing else is wrong with this one.
    await household.refuses(signed({**household.claims(), "name": "x" * size}))


async def test_a_token_of_another_installation_is_refused_attack_15(household: Household) -> None:
    elsewhere = AccessTokenIssuer(new_signing_key(), issuer="https://other.example", clock=household.clock)
    household.issuer = elsewhere
    await household.refuses(household.token(), fetches=1)


async def test_while_no_key_is_known_nobody_is_signed_out(household: Household) -> None:
    async def fails() -> Mapping[str, Any]:
        raise Unavailable()

    verifier = AccessTokenVerifier(issuer=ISSUER, clock=household.clock, refresh=fails)
    with pytest.raises(Unavailable):
        await verifier.verify(household.token())


async def test_the_first_keys_are_there_as_soon_as_somebody_has_them(household: Household) -> None:
    household.published = {"keys": []}
    verifier = AccessTokenVerifier(issuer=ISSUER, clock=household.clock, refresh=household.fetch)
    for _ in range(100):
        with pytest.raises(Unavailable):
            await verifier.verify(household.token())
    assert household.fetches == 1

    household.published = public_keys([KEY])
    household.clock.advance(0.5)
    assert (await verifier.verify(household.token())).user_id == USER


async def test_a_failed_fetch_keeps_the_keys_that_are_known(household: Household) -> None:
    async def fails() -> Mapping[str, Any]:
        raise OSError("auth is down")

    verifier = AccessTokenVerifier(issuer=ISSUER, clock=household.clock, refresh=fails)
    verifier.set_keys(household.published)
    with pytest.raises(InvalidToken):
        await verifier.verify(signed(household.claims(), {**HEADER, "kid": "unknown"}))
    await verifier.verify(household.token())


async def test_published_keys_hold_nothing_private() -> None:
    (entry,) = public_keys([KEY])["keys"]
    assert "d" not in entry
    assert entry["kid"] == KEY.thumbprint()
