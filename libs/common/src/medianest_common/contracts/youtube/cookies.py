"""The cookies of an account at YouTube, for videos that are shown to nobody else. They are never given out again."""

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Query, Timestamp
from medianest_common.contracts.youtube import FailureCode


class CookiesReport(Contract):
    """`readable` is False where they were sealed with a key that is not there any more: set them again."""

    present: bool
    readable: bool = True
    set_at: Timestamp | None = None
    domains: list[str] = []
    cookies: int = 0
    expires_at: Timestamp | None = None
    """When the first of them ends by itself."""


class CookiesBody(Body):
    file: str = Field(min_length=1, max_length=256_000, repr=False)
    """The text of a Netscape cookie file."""


class GetCookies(Query[CookiesReport]):
    pass


class SetCookies(Command[CookiesReport]):
    file: str = Field(repr=False)


class DeleteCookies(Command[Nothing]):
    pass


class CookiesTestBody(Body):
    url: str | None = Field(default=None, min_length=1, max_length=2_000)
    """A video that is not shown to everybody, such as one with an age limit."""


class Look(Contract):
    """What came of looking at the video."""

    seen: bool
    code: FailureCode | None = None
    message: str


class CookiesTest(Contract):
    url: str
    without: Look
    with_cookies: Look
    helps: bool
    advice: str


class TryCookies(Command[CookiesTest]):
    url: str | None = None
