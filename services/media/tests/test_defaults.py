"""What administrators choose by default reaches Overseerr, Radarr and Sonarr, and what is gone there is told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.allowing import GetRequestOptions
from medianest_common.contracts.media.defaults import (
    Choice,
    DefaultsChanged,
    GetDefaults,
    MinimumAvailability,
    SetDefaults,
    TypeDefaults,
)
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_overseerr.state import ServiceServer
from services.media.tests.arrs import TVDB, Arrs, arrs_on
from services.media.tests.conftest import FILM, SHOW, Home

NOTHING = Choice()
FILMS = Choice(server="2", quality_profile=9, root_folder="/films", tags=[1, 5])


@pytest.fixture
async def arrs(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[Arrs]:
    async with arrs_on(server_urls, tmp_path) as arrs:
        yield arrs


async def chosen(
    home: Home, kind: MediaType, standard: Choice = NOTHING, four_k: Choice = NOTHING
) -> TypeDefaults:
    return await home.owner.call(SetDefaults(media_type=kind, standard=standard, four_k=four_k))


def with_servers(home: Home) -> ServiceServer:
    main = ServiceServer(id=0, name="Radarr")
    spare = ServiceServer(
        id=2,
        name="Spare",
        is_default=False,
        profiles={9: "Any"},
        folders={1: "/films"},
        tags={1: "family", 5: "kids"},
    )
    in_4k = ServiceServer(id=3, name="Radarr UHD", is_4k=True, profiles={20: "Ultra-HD"})
    home.overseerr.state.radarrs = {server.id: server for server in (main, spare, in_4k)}
    home.overseerr.state.sonarrs = {0: ServiceServer(id=0, name="Sonarr", profiles={4: "HD", 6: "SD"})}
    return spare


async def waits_with(home: Home, asked: media.MediaRequest, words: str) -> None:
    async def said() -> bool:
        seen = await home.owner.sees(asked)
        assert seen.status in (RequestStatus.PENDING, RequestStatus.APPROVED), seen.status
        return words in (seen.status_reason or "")

    await eventually(said)


async def test_what_is_chosen_goes_to_overseerr_with_each_request_of_that_kind_and_quality(
    home: Home,
) -> None:
    with_servers(home)
    frida = await home.friend()
    await chosen(home, MediaType.MOVIE, FILMS, Choice(quality_profile=20))
    await chosen(home, MediaType.TV, Choice(quality_profile=6))

    film = await home.twin(await frida.request(FILM))
    in_4k = await home.twin(await home.owner.request(FILM, is_4k=True))
    show = await home.twin(await frida.request_show(SHOW, seasons=[1]))

    assert film.options == {
        "serverId": 2, "profileId": 9, "rootFolder": "/films", "tags": [1, 5], "languageProfileId": None
    }  # fmt: skip
    assert (in_4k.options["profileId"], in_4k.options["serverId"]) == (20, None)
    assert (show.options["profileId"], show.options["rootFolder"]) == (6, None)


async def test_where_nothing_is_chosen_overseerr_is_asked_for_nothing_more_than_before(seerr: Home) -> None:
    with_servers(seerr)
    await chosen(seerr, MediaType.MOVIE, FILMS)
    await chosen(seerr, MediaType.MOVIE)
    seen = len(seerr.overseerr.calls)
    twin = await seerr.twin(await (await seerr.friend()).request(FILM))
    assert set(twin.options.values()) == {None}
    assert not [call for call in list(seerr.overseerr.calls)[seen:] if "/service/" in call.path]


async def test_what_overseerr_no_longer_offers_is_told_and_the_request_waits_for_another_choice(
    seerr: Home,
) -> None:
    spare = with_servers(seerr)
    await chosen(seerr, MediaType.MOVIE, FILMS)
    spare.profiles = {11: "Better"}
    asked = await (await seerr.friend()).request(FILM)

    await waits_with(seerr, asked, 'Spare has no quality profile 9; it has "Better" (11).')
    assert seerr.filed() == []
    films = (await seerr.owner.call(GetDefaults())).items[0]
    assert films.standard.problems == ['Spare has no quality profile 9; it has "Better" (11).']

    await chosen(seerr, MediaType.MOVIE, Choice(server="2", quality_profile=11))
    seerr.clock.advance(61)
    twin = await seerr.twin(asked)
    assert twin.options["profileId"] == 11


async def test_an_overseerr_that_cannot_say_what_it_offers_is_sent_the_choice_as_it_is(seerr: Home) -> None:
    spare = with_servers(seerr)
    await chosen(seerr, MediaType.MOVIE, FILMS)
    spare.away = True
    twin = await seerr.twin(await (await seerr.friend()).request(FILM))
    assert twin.options["profileId"] == 9
    films = (await seerr.owner.call(GetDefaults())).items[0]
    assert films.standard.offer is None and films.standard.problems == []
    assert films.four_k.offer is not None


@pytest.mark.parametrize(
    "choice, field",
    [
        (Choice(server="3"), "server"),  # fetches 4K
        (Choice(server="x"), "server"),
        (Choice(quality_profile=9), "qualityProfile"),  # of another server
        (Choice(server="2", root_folder="/elsewhere"), "rootFolder"),
        (Choice(server="2", tags=[1, 77]), "tags"),
        (Choice(language_profile=1), "languageProfile"),
        (Choice(minimum_availability=MinimumAvailability.RELEASED), "minimumAvailability"),
        (Choice(season_folders=True), "seasonFolders"),
    ],
)
async def test_what_is_not_offered_cannot_be_chosen(seerr: Home, choice: Choice, field: str) -> None:
    with_servers(seerr)
    with pytest.raises(RemoteError) as refused:
        await chosen(seerr, MediaType.MOVIE, choice)
    assert refused.value.status == 422
    assert [error.field for error in refused.value.errors or ()] == [f"standard.{field}"]
    assert await seerr.rows("select 1 from request_defaults") == []


async def test_administrators_alone_choose_and_see_it_and_it_is_told_for_the_audit_log(seerr: Home) -> None:
    with_servers(seerr)
    frida = await seerr.friend()
    told: list[Any] = []

    async def heard(message: Any) -> None:
        told.append(DefaultsChanged.model_validate_json(message.data))

    await seerr.sandbox.nats.subscribe(DefaultsChanged.subject, cb=heard)
    await seerr.sandbox.nats.flush(timeout=5)
    for message in (GetDefaults(), SetDefaults(media_type=MediaType.MOVIE, standard=FILMS, four_k=NOTHING)):
        with pytest.raises(RemoteError) as refused:
            await frida.call(message)
        assert refused.value.status == 403

    await chosen(seerr, MediaType.MOVIE, FILMS)

    ask = GetRequestOptions(media_type=MediaType.MOVIE, tmdb_id=FILM)
    assert (await seerr.owner.call(ask)).standard.preselected == FILMS
    assert (await seerr.owner.call(ask)).four_k.preselected is None
    assert (await frida.call(ask)).standard.preselected is None
    await eventually(lambda: _any(told))
    assert told == [DefaultsChanged(media_type=MediaType.MOVIE, actor_id=seerr.owner.id)]


async def _any(told: list[Any]) -> bool:
    return bool(told)


async def test_radarr_and_sonarr_add_with_what_is_chosen_although_they_have_more_than_one(arrs: Arrs) -> None:
    home, radarr, sonarr = arrs.home, arrs.radarr, arrs.sonarr
    radarr.profiles, radarr.folders = {4: "HD", 9: "Any"}, {1: "/data", 2: "/films"}
    sonarr.profiles = {4: "HD", 6: "SD"}
    films = (await home.owner.call(GetDefaults())).items[0]
    assert films.standard.offer is not None and films.four_k.offer is not None
    assert films.four_k.offer.servers == []
    [server] = films.standard.offer.servers
    assert [option.id for option in server.quality_profiles] == [4, 9]
    await chosen(
        home,
        MediaType.MOVIE,
        Choice(
            server=server.id,
            quality_profile=9,
            root_folder="/films/",
            tags=[1],
            minimum_availability=MinimumAvailability.IN_CINEMAS,
        ),
    )
    await chosen(home, MediaType.TV, Choice(quality_profile=6, season_folders=False))

    for asked in (await home.owner.request(FILM), await home.owner.request_show(seasons=[1])):
        await arrs.told_to(asked, "direct")

    movie = next(iter(radarr.movies.values()))
    assert (movie.quality_profile_id, movie.root_folder, movie.tags) == (9, "/films", [1])
    assert movie.minimum_availability == "inCinemas"
    fields = next(iter(sonarr.series.values())).fields
    assert (fields["qualityProfileId"], fields["seasonFolder"]) == (6, False)
    assert fields["tvdbId"] == TVDB


async def test_what_radarr_no_longer_offers_is_told_and_the_request_waits(arrs: Arrs) -> None:
    home, radarr = arrs.home, arrs.radarr
    await chosen(home, MediaType.MOVIE, Choice(quality_profile=4))
    radarr.profiles = {9: "Any"}
    asked = await home.owner.request(FILM)
    await waits_with(home, asked, "Radarr has no quality profile 4 any more, which is chosen by default")
    assert "radarr" in await arrs.checks() and radarr.movies == {}

    await chosen(home, MediaType.MOVIE)
    home.clock.advance(61)
    await arrs.told_to(asked, "direct")
    assert next(iter(radarr.movies.values())).quality_profile_id == 9


async def test_a_choice_for_another_server_than_the_one_that_is_set_up_is_not_used_for_this_one(
    arrs: Arrs,
) -> None:
    home = arrs.home
    await chosen(home, MediaType.MOVIE, Choice(quality_profile=4))
    await home.change("update request_defaults set server = 'another'")
    await waits_with(home, await home.owner.request(FILM), "is another server than the one that is chosen")
