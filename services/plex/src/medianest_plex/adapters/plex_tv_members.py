"""plex.tv, asked by the owner: who has access to the server. The token goes out in a header and nowhere else.

Access is what either of two lists says: the people whom the owner shares with, and the shares of this one server. Plex
Home users have a share like everybody else. The lists are XML whatever is asked for.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self
from xml.etree.ElementTree import Element, ParseError, fromstring

from medianest_common.clock import Clock
from medianest_common.contracts.plex import MemberKind, ServerMember
from medianest_common.errors import MediaNestError
from medianest_common.http import AddressPolicy, OutgoingClient, Response, Retry, Timeouts, UpstreamRefused
from medianest_plex.adapters.coercion import to_bool, to_int, to_positive, to_text
from medianest_plex.errors import PlexTokenRefused, PlexTvUnavailable
from medianest_plex.owner_account import OwnerAccount

_TIMEOUTS = Timeouts(connect=3.0, read=4.0, total=4.5)
"""For each of the three steps it takes."""
_SHARES = "/api/servers/{}/shared_servers"


@dataclass(frozen=True, slots=True)
class _Account:
    id: int
    name: str | None
    email: str | None
    avatar_url: str | None
    home: bool
    restricted: bool
    has_access: bool


class PlexTvMembers:
    """Ends in an answer, in `PlexTokenRefused`, or in `PlexTvUnavailable`."""

    def __init__(
        self, base_url: str, *, account: OwnerAccount, headers: Mapping[str, str], clock: Clock
    ) -> None:
        self._client = OutgoingClient(
            "plex.tv",
            base_url,
            policy=AddressPolicy.OPERATOR,
            headers=headers,
            timeouts=_TIMEOUTS,
            retry=Retry(attempts=2),
            concurrency=2,
            clock=clock,
        )
        self._account = account

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def members(self, machine_identifier: str) -> list[ServerMember]:
        """The owner, then everybody else with access, in the order of their numbers. Never a part of them."""
        token = self._account.token
        try:
            return await self._members(machine_identifier, token=token)
        except PlexTokenRefused:
            if not self._account.refuse(token):
                raise
        return await self._members(machine_identifier, token=self._account.token)

    async def _members(self, machine_identifier: str, *, token: str) -> list[ServerMember]:
        async with _understood():
            owner = await self._get("/api/v2/user", _owner, token=token)
            # A list of friends is complete only when it is the list of the server's owner.
            if not await self._get(
                "/api/v2/resources", lambda answer: _owns(answer, machine_identifier), token=token
            ):
                raise PlexTokenRefused(
                    f"MEDIANEST_PLEX_TOKEN belongs to {owner.name}, who does not own this server. "
                    "Set it to the account token of the owner.",
                    upstream="plex.tv",
                )
            async with asyncio.TaskGroup() as both:
                shares = both.create_task(self._get(_SHARES.format(machine_identifier), _shares, token=token))
                people = both.create_task(
                    self._get("/api/users", lambda answer: _people(answer, machine_identifier), token=token)
                )
        found = {person.id: person for person in shares.result() if person.has_access}
        # The list of people says more about them, so it comes second.
        found |= {person.id: person for person in people.result() if person.has_access or person.id in found}
        found.pop(owner.plex_id, None)
        return [owner, *(_member(found[number]) for number in sorted(found))]

    async def _get[T](self, path: str, parse: Callable[[Response], T], *, token: str) -> T:
        return await self._client.request_as("GET", path, parse, headers={"X-Plex-Token": token})


@asynccontextmanager
async def _understood() -> AsyncIterator[None]:
    try:
        yield
    except* PlexTokenRefused as refused:
        raise _first(refused) from None
    except* MediaNestError as failed:
        first = _first(failed)
        if isinstance(first, UpstreamRefused) and first.upstream_status in (401, 403):
            raise PlexTokenRefused(
                "plex.tv does not accept MEDIANEST_PLEX_TOKEN. Set it to the account token of the server's owner; "
                "one that only opens the server is not enough to see who has access to it.",
                upstream="plex.tv",
            ) from None
        raise PlexTvUnavailable(
            "plex.tv does not answer as it should, so it is not known who has access. Try again in a moment.",
            upstream="plex.tv",
            retry_after=first.retry_after or 10,
        ) from first


def _first(group: BaseExceptionGroup[MediaNestError]) -> MediaNestError:
    found = group.exceptions[0]
    return found if isinstance(found, MediaNestError) else _first(found)


def _member(person: _Account) -> ServerMember:
    return ServerMember(
        plex_id=person.id,
        kind=MemberKind.HOME if person.home else MemberKind.FRIEND,
        name=person.name or f"Plex {person.id}",
        email=person.email,
        avatar_url=person.avatar_url,
        restricted=person.restricted,
    )


def _owner(response: Response) -> ServerMember:
    document = response.json()
    if not isinstance(document, Mapping):
        raise TypeError("not an account")
    person = _account(document, has_access=True)
    named = person.name or to_text(document.get("friendlyName"))
    return ServerMember(
        plex_id=person.id,
        kind=MemberKind.OWNER,
        name=named or f"Plex {person.id}",
        email=person.email,
        avatar_url=person.avatar_url,
    )


def _owns(response: Response, machine_identifier: str) -> bool:
    document = response.json()
    if not isinstance(document, list):
        raise TypeError("not a list of resources")
    return any(
        each.get("clientIdentifier") == machine_identifier and each.get("owned") is True
        for each in document
        if isinstance(each, Mapping)
    )


def _people(response: Response, machine_identifier: str) -> list[_Account]:
    """Everybody the owner shares anything with; an invitation that was not accepted is no access."""
    return [
        _account(
            person.attrib,
            has_access=any(
                server.get("machineIdentifier") == machine_identifier and not to_bool(server.get("pending"))
                for server in person.iter("Server")
            ),
        )
        for person in _all(response, "User")
    ]


def _shares(response: Response) -> list[_Account]:
    return [
        _account(share.attrib, key="userID", has_access=bool(to_positive(share.get("acceptedAt"))))
        for share in _all(response, "SharedServer")
    ]


def _account(attributes: Mapping[str, Any], *, has_access: bool, key: str = "id") -> _Account:
    number = to_positive(attributes.get(key))
    if number is None:
        raise ValueError("somebody without a number")
    email = to_text(attributes.get("email"))
    return _Account(
        id=number,
        name=to_text(attributes.get("title")) or to_text(attributes.get("username")),
        email=email if email and "@" in email else None,
        avatar_url=to_text(attributes.get("thumb")),
        home=bool(to_bool(attributes.get("home"))),
        restricted=bool(to_bool(attributes.get("restricted"))),
        has_access=has_access,
    )


def _all(response: Response, tag: str) -> list[Element]:
    """The entries, if they are as many as the list says it has."""
    if b"<!DOCTYPE" in response.body or b"<!ENTITY" in response.body:
        raise ValueError("a list does not define what it is made of")
    try:
        root = fromstring(response.body)  # noqa: S314 - without a document type there is nothing to expand
    except ParseError:
        raise ValueError("no list") from None
    found = root.findall(tag)
    announced = {to_int(root.get(name)) for name in ("size", "totalSize") if root.get(name) is not None}
    if root.tag != "MediaContainer" or announced != {len(found)}:
        raise ValueError("a part of a list")
    return found
