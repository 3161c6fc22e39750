"""Finding a file that has just come into a library, and giving its item the texts that it should have."""

from pathlib import PurePosixPath, PureWindowsPath

from medianest_plex.adapters.answers import read_chunk
from medianest_plex.adapters.changing import anything
from medianest_plex.adapters.coercion import Document, entries, to_key
from medianest_plex.adapters.pms import Pms

_KINDS = {"movie": 1, "show": 4}
"""What the files of a library are."""
_PAGE = 100
_MOST_PAGES = 5
_LOOK_SECONDS = 4.0
_CHANGE_SECONDS = 5.0
_OWN_ORDER = 2


async def item_of_file(pms: Pms, section: str, type: str, path: str, *, token: str) -> Document | None:
    """Among the latest additions, since Plex can't be asked for a file by its name."""
    kind = _KINDS.get(type)
    if kind is None:
        return None
    wanted, read = _pure(path), 0
    for _ in range(_MOST_PAGES):
        page = await pms.ask(
            "GET",
            f"/library/sections/{section}/all",
            read_chunk,
            token=token,
            params={
                "type": kind,
                "sort": "addedAt:desc",
                "X-Plex-Container-Start": read,
                "X-Plex-Container-Size": _PAGE,
            },
            timeout=_LOOK_SECONDS,
        )
        for item in page.documents:
            if any(_pure(file) == wanted for file in _files(item)):
                return item
        read += len(page.documents)
        if not page.documents or (page.total is not None and read >= page.total):
            break
    return None


async def describe(
    pms: Pms,
    item: Document,
    section: str,
    *,
    type: str,
    title: str,
    summary: str | None,
    published_on: str | None,
    token: str,
) -> None:
    """What is set here is locked, so that no agent of the server's writes over it."""
    texts = {"title": title, "summary": summary, "originallyAvailableAt": published_on}
    changed = {name: value for name, value in texts.items() if value and item.get(name) != value}
    key = to_key(item.get("ratingKey"))
    if not changed or key is None:
        return
    params: dict[str, str | int] = {"type": _KINDS[type], "id": key}
    for name, value in changed.items():
        params |= {f"{name}.value": value, f"{name}.locked": 1}
    await pms.ask(
        "PUT",
        f"/library/sections/{section}/all",
        anything,
        token=token,
        params=params,
        timeout=_CHANGE_SECONDS,
    )


async def keep_own_order(pms: Pms, collection: str, *, token: str) -> None:
    await pms.ask(
        "PUT",
        f"/library/metadata/{collection}/prefs",
        anything,
        token=token,
        params={"collectionSort": _OWN_ORDER},
        timeout=_CHANGE_SECONDS,
    )


async def move_behind(pms: Pms, collection: str, key: str, *, after: str | None, token: str) -> None:
    """To the front where `after` is None."""
    await pms.ask(
        "PUT",
        f"/library/collections/{collection}/items/{key}/move",
        anything,
        token=token,
        params={} if after is None else {"after": after},
        timeout=_CHANGE_SECONDS,
    )


def _files(item: Document) -> list[str]:
    return [
        file
        for media in entries(item.get("Media"))
        for part in entries(media.get("Part"))
        if isinstance(file := part.get("file"), str)
    ]


def _pure(path: str) -> PurePosixPath | PureWindowsPath:
    return PurePosixPath(path) if path.startswith("/") else PureWindowsPath(path)
