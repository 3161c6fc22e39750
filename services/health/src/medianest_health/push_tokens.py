"""What push monitors report with: random, shown once, kept as a hash."""

from typing import NamedTuple

from medianest_common.security.tokens import hash_token, new_token

PREFIX = "mnh_"
PUSH_PATH = "/api/v1/services/push/"


class PushToken(NamedTuple):
    token: str
    hash: str


def new_push_token() -> PushToken:
    token = new_token(PREFIX)
    return PushToken(token, hash_of(token))


def hash_of(token: str) -> str:
    """What stands in the table: looking for it takes as long whatever is shown."""
    return hash_token(token).hex()
