"""Whether what was chosen by default is still there to choose."""

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.defaults import Choice, Offer, OfferedServer, Option

type ChoiceOf = Callable[[MediaType, bool], Awaitable[Choice]]
"""What administrators have chosen for this kind of title, in 4K or not."""

NOTHING = Choice()


class Problem(NamedTuple):
    field: str
    words: str


async def nothing_chosen(media_type: MediaType, is_4k: bool) -> Choice:
    return NOTHING


def problems_with(choice: Choice, offer: Offer, *, called: str) -> list[Problem]:
    """In the words in which people are told. `called` is the backend."""
    if choice == NOTHING:
        return []
    found = []
    if choice.minimum_availability is not None and not offer.minimum_availability:
        found.append(Problem("minimumAvailability", f"{called} does not take this for what is asked for."))
    if choice.season_folders is not None and not offer.season_folders:
        found.append(Problem("seasonFolders", f"{called} does not take this for what is asked for."))
    server = server_of(choice, offer)
    if server is None:
        names = ", ".join(f'"{each.name}" ({each.id})' for each in offer.servers) or "none"
        what = "no default server" if choice.server is None else f"no server {choice.server}"
        return [*found, Problem("server", f"{called} has {what} for it; it has {names}.")]
    return [*found, *_problems_there(choice, server)]


def server_of(choice: Choice, offer: Offer) -> OfferedServer | None:
    for server in offer.servers:
        if server.is_default if choice.server is None else server.id == choice.server:
            return server
    return None


def _problems_there(choice: Choice, server: OfferedServer) -> Iterable[Problem]:
    numbered = (
        ("qualityProfile", "quality profile", choice.quality_profile, server.quality_profiles),
        ("languageProfile", "language profile", choice.language_profile, server.language_profiles),
    )
    for field, what, wanted, known in numbered:
        if wanted is not None:
            yield from _missing(server, field, what, [wanted], known)
    yield from _missing(server, "tags", "tag", choice.tags or [], server.tags)
    folders = {same_folder(path) for path in server.root_folders}
    if choice.root_folder is not None and same_folder(choice.root_folder) not in folders:
        named = ", ".join(f'"{path}"' for path in server.root_folders) or "none"
        words = f'{server.name} has no root folder "{choice.root_folder}"; it has {named}.'
        yield Problem("rootFolder", words)


def _missing(
    server: OfferedServer, field: str, what: str, wanted: Iterable[int], known: Iterable[Option]
) -> Iterable[Problem]:
    names = {option.id: option.name for option in known}
    for number in wanted:
        if number not in names:
            there = ", ".join(f'"{name}" ({key})' for key, name in names.items()) or "none"
            yield Problem(field, f"{server.name} has no {what} {number}; it has {there}.")


def same_folder(path: str) -> str:
    """Folders may end in a slash or not."""
    return path.rstrip("/\\").casefold()


def told_together(problems: Iterable[Problem]) -> str:
    words = " ".join(problem.words for problem in problems)
    return f"What is chosen by default is not offered any more. {words} An administrator chooses anew."
