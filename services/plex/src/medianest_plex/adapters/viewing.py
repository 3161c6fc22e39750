"""What the server says of what is and was played, and of what it is busy with. Only the owner's token may ask."""

from medianest_plex.adapters.answers import Chunk, read_chunk
from medianest_plex.adapters.coercion import Document, entries, to_int, to_text
from medianest_plex.adapters.playing import Seen, read_sessions
from medianest_plex.adapters.pms import Pms

_SESSIONS_SECONDS = 8.0


async def now_playing(pms: Pms, *, token: str) -> list[Seen]:
    playing = await pms.ask("GET", "/status/sessions", read_chunk, token=token, timeout=_SESSIONS_SECONDS)
    return read_sessions(playing.documents)


async def history(pms: Pms, *, start: int, size: int, since: int, token: str) -> Chunk:
    """What has been watched by anybody since then (seconds since 1970), the oldest first."""
    return await pms.ask(
        "GET",
        "/status/sessions/history/all",
        read_chunk,
        token=token,
        params={
            "sort": "viewedAt",
            "viewedAt>": since,
            "X-Plex-Container-Start": start,
            "X-Plex-Container-Size": size,
        },
    )


async def account_names(pms: Pms, *, token: str) -> dict[int, str]:
    container = await pms.container("GET", "/accounts", token=token)
    found = ((to_int(a.get("id")), to_text(a.get("name"))) for a in entries(container.get("Account")))
    return {number: name for number, name in found if number is not None and name}


async def activities(pms: Pms, *, token: str) -> list[Document]:
    container = await pms.container("GET", "/activities", token=token)
    return entries(container.get("Activity"))
