"""Tokens as an attacker would like them: some with the installation's own key, taken out of its data folder."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from sqlalchemy.engine import make_url

from medianest_common.security.encryption import Cell, KeyRing
from tests.security.conftest import House

ALGORITHM, TYPE = "Ed25519", "at+jwt"


@dataclass(frozen=True)
class Forger:
    """Has the key that signs, and a real token to start from."""

    key: OKPKey
    token: str

    @property
    def header(self) -> dict[str, Any]:
        return dict(read(self.token.split(".")[0]))

    @property
    def claims(self) -> dict[str, Any]:
        return dict(read(self.token.split(".")[1]))

    @property
    def public(self) -> dict[str, Any]:
        return dict(self.key.as_dict(private=False))

    def signed(self, claims: Any = None, header: Any = None, *, key: OKPKey | None = None) -> str:
        """Over exactly these bytes, or the JSON of these values."""
        head, body = (header or self.header), (self.claims if claims is None else claims)
        message = f"{write(head)}.{write(body)}"
        return f"{message}.{encode(sign(key or self.key, message))}"


async def forger(house: House, token: str) -> Forger:
    dsn = make_url(house.urls.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        row = await connection.fetchrow(
            "select id, private_sealed from auth.signing_keys where active_since is not null and retired_at is null"
        )
    finally:
        await connection.close(timeout=10)
    ring = KeyRing.load(house.world.product.data_dir / "secrets" / "keyring")
    cell = Cell("signing_keys", "private_sealed", row["id"])
    private = ring.cipher("signing-keys").open_text(row["private_sealed"], cell=cell)
    return Forger(OKPKey.import_key(json.loads(private)), token)


def sign(key: OKPKey, message: str) -> bytes:
    private = key.private_key
    assert isinstance(private, Ed25519PrivateKey)
    return private.sign(message.encode())


def read(part: str) -> Any:
    return json.loads(decode(part))


def write(value: Any) -> str:
    return encode(value if isinstance(value, bytes) else json.dumps(value).encode())


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
