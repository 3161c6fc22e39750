"""What is chosen for what is asked for: the backend knows it by numbers, and the file by names."""

from collections.abc import Iterable, Mapping

from medianest.errors import Refused
from medianest.settings_file.entries import DefaultEntry
from medianest.settings_file.part import Coming, Part
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.defaults import (
    Choice,
    GetDefaults,
    Offer,
    OfferedServer,
    Option,
    SetDefaults,
)

_SILENT = "What fetches it does not say what it offers: look whether it answers, then import once more."
_NOTHING = Choice()


class Defaults(Part[DefaultEntry]):
    name = "requestDefaults"

    async def read(self) -> list[DefaultEntry]:
        self._choices: dict[tuple[MediaType, bool], Choice] = {}
        self._offers: dict[tuple[MediaType, bool], Offer | None] = {}
        self._lost: list[str] = []
        found = []
        for item in (await self.house.ask(GetDefaults())).items:
            for is_4k, quality in ((False, item.standard), (True, item.four_k)):
                key = item.media_type, is_4k
                self._choices[key], self._offers[key] = quality.choice, quality.offer
                if quality.choice == _NOTHING:
                    continue
                try:
                    found.append(_named(key, quality.choice, quality.offer))
                except LookupError as error:
                    self._lost.append(f"requestDefaults: those of {_called(key)}. {error.args[0]}")
        return found

    @classmethod
    def key(cls, entry: DefaultEntry) -> str:
        return _called((entry.media_type, entry.is_4k))

    def lost(self) -> list[str]:
        return self._lost

    def missing(self, entry: DefaultEntry, coming: Coming) -> list[str]:
        try:
            self._numbered(entry)
        except LookupError as error:
            return [str(error.args[0])]
        return []

    async def write(self, entry: DefaultEntry) -> None:
        try:
            self._choices[entry.media_type, entry.is_4k] = self._numbered(entry)
        except LookupError as error:
            raise Refused(error.args[0]) from None
        standard, four_k = (self._choices[entry.media_type, is_4k] for is_4k in (False, True))
        await self.house.ask(SetDefaults(media_type=entry.media_type, standard=standard, four_k=four_k))

    def _numbered(self, entry: DefaultEntry) -> Choice:
        server = _server(self._offers[entry.media_type, entry.is_4k], "name", entry.server)

        def number(what: str, name: str | None, options: Iterable[Option]) -> int | None:
            if name is None:
                return None
            ids = {each.name: each.id for each in reversed(list(options))}
            return _known(ids, name, what, server)

        return Choice(
            server=None if entry.server is None else server.id,
            quality_profile=number("quality profile", entry.quality_profile, server.quality_profiles),
            root_folder=entry.root_folder,
            tags=None
            if entry.tags is None
            else [found for each in entry.tags if (found := number("tag", each, server.tags)) is not None],
            language_profile=number("language profile", entry.language_profile, server.language_profiles),
            minimum_availability=entry.minimum_availability,
            season_folders=entry.season_folders,
        )


def _named(key: tuple[MediaType, bool], choice: Choice, offer: Offer | None) -> DefaultEntry:
    """Raises `LookupError` in words."""
    server = _server(offer, "id", choice.server)

    def name(what: str, number: int | None, options: Iterable[Option]) -> str | None:
        if number is None:
            return None
        return _known({each.id: each.name for each in options}, number, what, server)

    return DefaultEntry(
        media_type=key[0],
        is_4k=key[1],
        server=None if choice.server is None else server.name,
        quality_profile=name("quality profile", choice.quality_profile, server.quality_profiles),
        root_folder=choice.root_folder,
        tags=None
        if choice.tags is None
        else [found for each in choice.tags if (found := name("tag", each, server.tags)) is not None],
        language_profile=name("language profile", choice.language_profile, server.language_profiles),
        minimum_availability=choice.minimum_availability,
        season_folders=choice.season_folders,
    )


def _server(offer: Offer | None, by: str, wanted: str | None) -> OfferedServer:
    """The one that is wanted, or the default one."""
    if offer is None:
        raise LookupError(_SILENT)
    for each in offer.servers:
        if each.is_default if wanted is None else getattr(each, by) == wanted:
            return each
    names = ", ".join(each.name for each in offer.servers) or "none"
    raise LookupError(
        f"There is no {'default server' if wanted is None else f'server {wanted}'}; there are: {names}."
    )


def _known[K, V](known: Mapping[K, V], wanted: K, what: str, server: OfferedServer) -> V:
    if wanted in known:
        return known[wanted]
    raise LookupError(f"{server.name} has no {what} {wanted}.")


def _called(key: tuple[MediaType, bool]) -> str:
    media_type, is_4k = key
    return f"{media_type.value} in 4K" if is_4k else media_type.value
