"""The list of requests against its own size: any page, any filter, at 1,000 and at 1,000,000."""

import random
from collections.abc import Sequence

import httpx

from bench.product import Running, product
from bench.requests import list_of, seed
from bench.table import Row

_PAGES = 8


async def measure() -> list[Row]:
    filters = [
        "",
        "&status=pending",
        "&mediaType=tv",
        "&status=available&mediaType=movie",
        "&sort=updated",
        "&sort=oldest",
    ]
    costs = []
    async with product(media_poll_seconds="3600") as running:
        for first, last in ((1, 1_000), (1_001, 1_000_000)):
            await seed(running, first, last)
            queries = [f"?limit=20{text}" for text in filters]
            cursors = await _cursors(running, filters)
            costs.append((await list_of(running, [*queries, *cursors])).cpu_each_ms)
    small, large = costs
    return [
        Row(
            "any page, any filter: 1,000,000 against 1,000 requests",
            f"{large / small:.2f} × ({large:.2f} against {small:.2f} ms CPU)",
            "≤ 1.3 ×",
            "",
            large <= 1.3 * small,
        )
    ]


async def _cursors(running: Running, filters: Sequence[str]) -> list[str]:
    """Addresses of later pages, found by walking."""
    found = []
    headers = {"Authorization": f"Bearer {running.token}"}
    async with httpx.AsyncClient(base_url=f"http://localhost:{running.port}", headers=headers) as client:
        for text in filters:
            cursor: str | None = ""
            for _ in range(_PAGES):
                page = (
                    await client.get(
                        f"/api/v1/media/requests?limit=20{text}" + (f"&cursor={cursor}" if cursor else "")
                    )
                ).json()
                cursor = page["nextCursor"]
                if not cursor:
                    break
                found.append(f"?limit=20{text}&cursor={cursor}")
    random.Random(1).shuffle(found)
    return found
