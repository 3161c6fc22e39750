"""Status pages that were read elsewhere are kept here, for an administrator to look at and to publish."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from medianest_common.clock import uuid7
from medianest_common.contracts.health.decided import PageDecision
from medianest_common.contracts.health.importing import Imported, ImportedKind
from medianest_common.contracts.health.pages import MOST_ON_A_PAGE, MOST_PAGES, Slug
from medianest_common.db import Transaction
from medianest_health.adapters.uptime_kuma.household import KumaHousehold, KumaPage
from medianest_health.adapters.uptime_kuma.translating import Left
from medianest_health.adapters.uptime_kuma.wording import one_line, text_of
from medianest_health.auditing import page_decided
from medianest_health.models import StatusPage
from medianest_health.repository.pages import Pages
from medianest_health.use_cases.keep_imported import Kept

_SLUG: TypeAdapter[str] = TypeAdapter(Slug)
_LONGEST_DESCRIPTION = 1000
_TYPE = "status page"
_UNPUBLISHED = "Nobody but administrators sees it before it is published here."


async def keep_imported_pages(
    tx: Transaction, kept: Kept, household: KumaHousehold, *, now: datetime, dry_run: bool
) -> None:
    """Whatever is called so here already is left alone: what stands on a page is for administrators to say."""
    pages = Pages(tx.session)
    await pages.alone()
    known = {page.slug: page.id for page in await pages.list()}
    for told in household.pages:
        title, slug = one_line(told.title, otherwise=told.slug), told.slug.lower()
        monitors = _monitors(kept, household, told)
        if slug in known:
            kept.unchanged.append(Imported(what=ImportedKind.PAGE, id=known[slug], name=title))
        elif why := _impossible(slug, monitors, pages=len(known)):
            kept.left.append(Left(title, _TYPE, why))
        else:
            page = StatusPage(
                id=uuid7(),
                slug=slug,
                title=title,
                description=text_of(told.description, longest=_LONGEST_DESCRIPTION),
                published=False,
                version=1,
                created_at=now,
                updated_at=now,
            )
            known[slug] = page.id
            page_id = None if dry_run else page.id
            kept.created.append(
                Imported(what=ImportedKind.PAGE, id=page_id, name=title, remarks=[_UNPUBLISHED])
            )
            if not dry_run:
                await pages.add(page)
                await pages.show(page.id, [{"monitor_id": each, "shown_as": None} for each in monitors])
                page_decided(tx, PageDecision.CREATE, page.id)


def _monitors(kept: Kept, household: KumaHousehold, page: KumaPage) -> Sequence[UUID]:
    """Those of them that are here, in the order of the page."""
    refs = [f"{household.ref}:{number}" for number in page.monitors]
    return [kept.monitors[ref] for ref in refs if ref in kept.monitors][:MOST_ON_A_PAGE]


def _impossible(slug: str, monitors: Sequence[UUID], *, pages: int) -> str | None:
    try:
        _SLUG.validate_python(slug)
    except ValidationError:
        return "Its name is not possible here."
    if not monitors:
        return "None of its monitors is here."
    return "There are too many pages already." if pages >= MOST_PAGES else None
