"""The page of somebody who acts or makes: who they are, and what in, with what of it the household has."""

from medianest_common.bus import require_caller
from medianest_common.contracts.media.catalogue import Credit, GetPerson, PersonPage
from medianest_media.adapters.catalogue import PersonDetails
from medianest_media.app import MediaApp
from medianest_media.keeping import kept
from medianest_media.titles import photo_url
from medianest_media.use_cases.known_titles import remember
from medianest_media.use_cases.search_page import results

_FRESH_SECONDS = 3_600.0


async def get_person(app: MediaApp, query: GetPerson) -> PersonPage:
    require_caller()
    told = await kept(
        app,
        f"person:{query.tmdb_id}",
        lambda: _load(app, query.tmdb_id),
        model=PersonDetails,
        fresh=_FRESH_SECONDS,
    )
    person = told.value
    titles = await results(app, [credit.title for credit in person.credits])
    return PersonPage(
        tmdb_id=person.person_id,
        name=person.name,
        biography=person.biography,
        department=person.department,
        birthday=person.birthday,
        deathday=person.deathday,
        place_of_birth=person.place_of_birth,
        photo_url=photo_url(person.photo_path),
        credits=[
            Credit(**title.model_dump(by_alias=False), role=credit.role)
            for title, credit in zip(titles, person.credits, strict=True)
        ],
        stale=told.stale,
        stale_since=told.stale_since,
    )


async def _load(app: MediaApp, person_id: int) -> PersonDetails:
    person = await app.catalogue.person(person_id)
    await remember(app, [credit.title for credit in person.credits])
    return person
