"""What Radarr and Sonarr have in common: the client, the key, what is chosen by name, and how they refuse."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self, Unpack

from medianest_common.clock import Clock
from medianest_common.contracts.media import Availability
from medianest_common.contracts.media.defaults import Choice, MinimumAvailability, OfferedServer, Option
from medianest_common.errors import BadUpstream, MediaNestError
from medianest_common.http import AddressPolicy, CallOptions, OutgoingClient, Timeouts, UpstreamRefused
from medianest_media.adapters import arr_answers as answers
from medianest_media.adapters.arr_queue import QueueRecord, queue_record
from medianest_media.adapters.backend import AlreadyThere, BackendMisconfigured, BackendRefused
from medianest_media.adapters.choosing import NOTHING, same_folder
from medianest_media.adapters.lenient import as_dict, as_list
from medianest_media.settings_arr import ArrChoices

API = "/api/v3"
LOOK_SECONDS = 3.0
WORK_SECONDS = 12.0
"""To look up and add a title: they ask their own metadata servers first."""
_OLDEST = 3
_PAGE = 200
_MOST_PAGES = 10
_MOST_BYTES = 20 * 1024 * 1024
_CHOICES = ("qualityprofileid", "rootfolderpath", "path", "tags", "languageprofileid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What has to be changed over there, before anything is. `take_up`: what nobody watches out for yet."""

    their_id: int | None
    add: bool
    take_up: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirState:
    """`seasons` of a show, as far as it was asked about. `complete`: all that was asked about is there; `held`: whether
    the server knows the title at all."""

    availability: Availability
    complete: bool
    seasons: Mapping[int, Availability] = field(default_factory=dict)
    files: Mapping[int, int] = field(default_factory=dict)
    """How many there are, by season, 0 for a film."""
    held: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    quality_profile: int
    root_folder: str
    tags: list[int]
    language_profile: int | None
    minimum_availability: MinimumAvailability
    season_folder: bool


async def _nothing() -> Choice:
    return NOTHING


class Arr:
    """`record_key` is how its history names what it holds."""

    app = ""
    record_key = ""

    def __init__(
        self,
        client: OutgoingClient,
        choices: ArrChoices,
        *,
        clock: Clock,
        default: Callable[[], Awaitable[Choice]] = _nothing,
    ) -> None:
        self._client = client
        self._choices = choices
        self._default = default
        self._clock = clock

    @classmethod
    @asynccontextmanager
    async def open(
        cls, choices: ArrChoices, *, clock: Clock, default: Callable[[], Awaitable[Choice]] = _nothing
    ) -> AsyncIterator[Self]:
        """What administrators have chosen by `default` comes before what the settings name."""
        client = OutgoingClient(
            choices.system,
            choices.url,
            policy=AddressPolicy.MONITOR,
            headers={"X-Api-Key": choices.api_key},
            timeouts=Timeouts(connect=2.0, read=WORK_SECONDS, total=WORK_SECONDS),
            clock=clock,
        )
        async with client:
            yield cls(client, choices, clock=clock, default=default)

    @property
    def place(self) -> str:
        return self._choices.place

    @property
    def system(self) -> str:
        return self._choices.system

    async def check(self) -> None:
        """It is there, is what we think, takes our key, and has what it is told to choose."""
        await self._choose(await self._status())

    async def changes_since(self, at: datetime) -> list[tuple[int, datetime]]:
        """The ids over there of what something happened to."""
        return await self._get(
            "/history/since",
            lambda answer: answers.changes(answer, self.record_key),
            params={"date": at.isoformat()},
            max_bytes=_MOST_BYTES,
        )

    async def _queue(self, **shown: str) -> list[QueueRecord]:
        found: list[QueueRecord] = []
        for page in range(1, _MOST_PAGES + 1):
            params: dict[str, str | int] = {"page": page, "pageSize": _PAGE, **shown}
            rows = await self._get("/queue", _records, params=params, max_bytes=_MOST_BYTES)
            found += [record for row in rows if (record := queue_record(row)) is not None]
            if len(rows) < _PAGE:
                break
        return found

    async def _status(self) -> answers.Status:
        try:
            status = await self._client.request_as(
                "GET",
                f"{API}/system/status",
                lambda response: answers.status(response.json()),
                timeout=LOOK_SECONDS,
            )
        except UpstreamRefused as refused:
            if refused.upstream_status == 404:
                raise self.misconfigured(f"has no API of version {_OLDEST}; its URL may be wrong") from None
            raise self.meaning(refused) from refused
        if status.app and status.app != self.app:
            raise BackendMisconfigured(
                f"{status.app} answers at the address of {self.system}. Look at {self._choices.variables}_URL.",
                upstream=self.system,
            )
        if status.major < _OLDEST:
            raise self.misconfigured(f"is too old; version {_OLDEST} or later is needed")
        return status

    async def offered(self) -> OfferedServer:
        status = await self._status()
        return OfferedServer(
            id=self.place,
            name=self.system,
            is_default=True,
            quality_profiles=_options(await self._profiles()),
            root_folders=list((await self._get("/rootfolder", answers.folders)).values()),
            tags=_options(await self._known_tags()),
            language_profiles=_options(await self._languages(status)),
        )

    async def _choose(self, status: answers.Status) -> Chosen:
        default = await self._default()
        if default.server not in (None, self.place):
            raise self.misconfigured("is another server than the one that is chosen by default; choose anew")
        profiles = await self._profiles()
        folders = await self._get("/rootfolder", answers.folders)
        quality = self._still("quality profile", profiles, default.quality_profile)
        if quality is None:
            quality = self._one_of(
                "quality profile", "QUALITY_PROFILE", profiles, self._choices.quality_profile
            )
        return Chosen(
            quality_profile=quality,
            root_folder=self._folder(folders, default.root_folder),
            tags=await self._tags(default),
            language_profile=await self._language(status, default),
            minimum_availability=default.minimum_availability or self._choices.minimum_availability,
            season_folder=(
                self._choices.season_folder if default.season_folders is None else default.season_folders
            ),
        )

    async def _profiles(self) -> dict[int, str]:
        return await self._get("/qualityprofile", lambda answer: answers.options("name", answer))

    async def _known_tags(self) -> dict[int, str]:
        return await self._get("/tag", lambda answer: answers.options("label", answer))

    def _folder(self, known: Mapping[int, str], wanted: str | None) -> str:
        if wanted is None:
            return known[self._one_of("root folder", "ROOT_FOLDER", known, self._choices.root_folder)]
        for path in known.values():
            if same_folder(path) == same_folder(wanted):
                return path
        raise self._no_longer(f'root folder "{wanted}"', known)

    async def _tags(self, default: Choice) -> list[int]:
        chosen = self._choices.tags if default.tags is None else default.tags
        if not chosen:
            return []
        known = await self._known_tags()
        if default.tags is not None:
            for tag in default.tags:
                self._still("tag", known, tag)
            return default.tags
        return [self._one_of("such tag", "TAGS", known, tag) for tag in self._choices.tags]

    async def _language(self, status: answers.Status, default: Choice) -> int | None:
        return None

    async def _languages(self, status: answers.Status) -> dict[int, str]:
        return {}

    def _still(self, what: str, known: Mapping[int, str], wanted: int | None) -> int | None:
        if wanted is not None and wanted not in known:
            raise self._no_longer(f"{what} {wanted}", known)
        return wanted

    def _no_longer(self, what: str, known: Mapping[int, str]) -> BackendMisconfigured:
        """Requests wait with these words until an administrator has chosen something else."""
        return self.misconfigured(
            f"has no {what} any more, which is chosen by default; an administrator chooses anew,"
            f" there is {_named(known)}"
        )

    def _one_of(self, what: str, variable: str, known: Mapping[int, str], wanted: str) -> int:
        name = f"{self._choices.variables}_{variable}"
        if not known:
            raise self.misconfigured(f"has no {what} that can be used; make one there")
        if not wanted:
            if len(known) == 1:
                return next(iter(known))
            raise self.misconfigured(f"has more than one {what}; {name} names one of {_named(known)}")
        for key, label in known.items():
            if wanted == str(key) or same_folder(wanted) == same_folder(label):
                return key
        raise self.misconfigured(f"has no {what} as {name} names it; it has {_named(known)}")

    def misconfigured(self, what: str) -> BackendMisconfigured:
        return BackendMisconfigured(f"{self.system} {what}.", upstream=self.system)

    def meaning(self, refused: UpstreamRefused) -> MediaNestError:
        if refused.upstream_status in (401, 403):
            return self.misconfigured("does not accept our API key")
        if refused.upstream_status != 400:
            return self._unexpected(refused)
        complaints = answers.complaints(_document(refused.body))
        if any(
            rule.endswith("ExistsValidator") and rule[:-15] in ("Movie", "Series")
            for _, rule, _ in complaints
        ):
            return AlreadyThere(f"{self.system} has it already.", upstream=self.system)
        said = " ".join(words.rstrip(".") + "." for _, _, words in complaints if words)
        if any(name.lower() in _CHOICES for name, _, _ in complaints):
            return BackendMisconfigured(f"{self.system} says: {said}", upstream=self.system)
        if said:
            return BackendRefused(f"{self.system} says: {said}", upstream=self.system)
        return self._unexpected(refused)

    def _unexpected(self, refused: UpstreamRefused) -> BadUpstream:
        return BadUpstream(
            f"{self.system} answered {refused.upstream_status}; its URL may be wrong.", upstream=self.system
        )

    async def _get[T](self, path: str, read: Callable[[Any], T], **options: Unpack[CallOptions]) -> T:
        options.setdefault("timeout", LOOK_SECONDS)
        return await self._call("GET", path, read, **options)

    async def _call[T](
        self,
        method: str,
        path: str,
        read: Callable[[Any], T] = lambda _: None,  # type: ignore[assignment, return-value]
        **options: Unpack[CallOptions],
    ) -> T:
        try:
            return await self._client.request_as(
                method, f"{API}{path}", lambda response: read(response.json()), **options
            )
        except UpstreamRefused as refused:
            raise self.meaning(refused) from refused

    async def _remove(self, path: str, *, params: Mapping[str, str]) -> None:
        """Gone already is as good."""
        try:
            await self._client.request(
                "DELETE", f"{API}{path}", params=params, idempotent=True, timeout=WORK_SECONDS
            )
        except UpstreamRefused as refused:
            if refused.upstream_status != 404:
                raise self.meaning(refused) from refused


def _records(answer: Any) -> list[Any]:
    return as_list(as_dict(answer)["records"])


def _named(known: Mapping[int, str]) -> str:
    return ", ".join(f'"{label}" ({key})' for key, label in known.items()) or "none"


def _options(known: Mapping[int, str]) -> list[Option]:
    return [Option(id=key, name=label) for key, label in known.items()]


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
