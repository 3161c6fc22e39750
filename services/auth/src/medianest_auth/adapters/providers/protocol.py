"""What the portal asks of a provider, whatever it speaks."""

from datetime import datetime
from typing import NamedTuple, Protocol

from medianest_auth.accounts import ExternalAccount
from medianest_common.contracts.auth import SignInMethod


class Leaving(NamedTuple):
    """What a browser is sent away with. `fresh`: the provider shall ask who it is even if it knows."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    fresh: bool


class Returned(NamedTuple):
    """What a browser brought back, and what we kept for it. `iss` is as unproven as the rest."""

    redirect_uri: str
    code: str
    iss: str | None
    verifier: str
    nonce: str


class Proven(NamedTuple):
    """`claimed_email` is the address there, verified or not. `auth_time` is when the person last proved to be them
    there, where the provider says so."""

    account: ExternalAccount
    claimed_email: str | None
    auth_time: datetime | None = None


class SignInProvider(Protocol):
    """Both calls end in an answer or in one of the errors of `troubles`."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> SignInMethod: ...

    @property
    def issuer(self) -> str: ...

    @property
    def open(self) -> bool:
        """Whether somebody whom we do not know gets an account."""
        ...

    async def address(self, leaving: Leaving) -> str:
        """Where to send the browser."""
        ...

    async def identify(self, returned: Returned) -> Proven: ...

    async def aclose(self) -> None: ...
