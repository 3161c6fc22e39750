"""What people type, and what they find."""

import json

import pytest

from medianest.testing import AT_ONCE
from medianest_common.contracts.plex import ItemType, SearchLibrary
from medianest_common.errors import MediaNestError
from medianest_plex.title_words import meant, near, slips
from services.plex.tests.household import Household, as_in_earnest
from services.plex.tests.shelved import Shelved

WRITTEN_AND_TYPED = [
    ("Amélie", "amelie"),
    ("Amélie", "AMÉLIE"),
    ("Lux Æterna", "lux aeterna"),
    ("Spider-Man: No Way Home", "spiderman"),
    ("Spider-Man: No Way Home", "no way home spider man"),
    ("WALL·E", "walle"),
    ("WALL·E", "wall-e"),
    ("S.W.A.T.", "swat"),
    ("Spiderhead", "spider head"),
    ("Don't Look Up", "dont look up"),
    ("千と千尋の神隠し", "神隠し"),
    ("千と千尋の神隠し", "千"),
    ("Война и мир", "воина"),
    ("Война и мир", "вйона"),
    ("The Lord of the Rings: The Two Towers", "two towers lord rings"),
    ("The Lord of the Rings: The Two Towers", "two towres lrod"),
    ("Fast & Furious", "fast and furious"),
    ("Interstellar", "intersteler"),
    ("Interstellar", "interstelr"),
    ("1917", "1917"),
    ("8½", "8 1 2"),
    ("Severance", "severence"),
    ("Severance", "sevarance"),
    ("Severance", "severnace"),
    ("Severance", "seve rance"),
    ("Severance", "sever"),
    ("Severance", "severancee"),
]
ANY_TEXT = [
    *("a&b=c#d", "../..//x", "%00%2e", "☃ ﷽", "x" * 5000, "a,b", "'; drop table items", '"', "\\", "'"),
    *(
        "!",
        ":*",
        "a:*b",
        "(",
        "a | b",
        "& &",
        "~heat",
        "@weaver",
        "<->",
        "🎬",
        "\ta\n",
        "ﬀ" * 250,
        "heat\x00",
    ),
    *(
        "the " * 125,
        "é" * 500,
        "१२३",
        "\u202eheat",
        "ᄒ" * 500,
        "a" * 61,
        "zz" * 30 + " " + "q" * 400,
        "ß",
        "İ",
    ),
]


async def test_titles_are_found_however_they_are_written(shelved: Shelved) -> None:
    for title in {title for title, _ in WRITTEN_AND_TYPED} - {"Severance"}:
        shelved.plex.library.add_movie(title, 2019)
    await shelved.reread()

    missed = [(title, typed) for title, typed in WRITTEN_AND_TYPED if title not in await shelved.found(typed)]

    assert not missed


async def test_titles_come_best_first_and_films_before_episodes(shelved: Shelved) -> None:
    for title in ("The Matrix", "Matrix", "Matrix Reloaded", "Enter the Matrix", "Home Alone", "Home"):
        shelved.plex.library.add_movie(title, 1999)
    show = shelved.plex.library.add_show("Trix", 1999)
    shelved.plex.library.add_episode(show, 1, 1, title="Matrix")
    music = shelved.plex.library.add_section("Music", type="artist")
    shelved.plex.library.add_artist("Somebody", albums={"Songs": ["Home", "Home Again"]}, section=music.title)
    await shelved.reread()

    found = await shelved.found("matrix")
    songs = await shelved.found("home")
    one = await shelved.ask(SearchLibrary(query="matrix", type=ItemType.EPISODE))
    seasons = await shelved.ask(SearchLibrary(query="season", type=ItemType.SEASON))

    assert found == ["Matrix", "Matrix Reloaded", "Matrix", "The Matrix", "Enter the Matrix"]
    assert songs == ["Home", "Home Alone", "Home", "Home Again"]
    assert [(item.type, item.title) for item in one.items] == [(ItemType.EPISODE, "Matrix")]
    assert seasons.items == []
    assert len((await shelved.ask(SearchLibrary(query="matrix", limit=2))).items) == 2


async def test_what_goes_with_a_title_may_be_named_along(shelved: Shelved) -> None:
    show = shelved.plex.library.add_show("The Office", 2005)
    shelved.plex.library.add_episode(show, 2, 1, title="The Dundies")
    away = shelved.plex.library.add_movie("Spirited Away", 2001)
    shelved.plex.library.item(away).original_title = "Sen to Chihiro no kamikakushi"
    shelved.plex.library.add_movie("Alien Weaver", 2001)
    await shelved.reread()

    assert await shelved.found("office dundies") == ["The Dundies"]
    assert await shelved.found("office") == ["The Office"]
    assert (await shelved.found("alien 1979"))[0] == "Alien"
    assert await shelved.found("chihiro") == ["Spirited Away"]
    assert await shelved.found("kamikakuschi") == ["Spirited Away"]
    assert await shelved.found("weaver") == ["Alien Weaver", "Alien"]
    assert await shelved.found("sigourney weaver") == ["Alien"]


async def test_any_text_can_be_looked_for(shelved: Shelved) -> None:
    for query in ANY_TEXT:
        await shelved.found(query)
    assert await shelved.found("ｈｅａｔ") == await shelved.found("heat🎬") == ["Heat"]
    assert (await shelved.found("h"), await shelved.found("sa"), await shelved.found("ea")) == (
        ["Heat"],
        ["Saw"],
        [],
    )
    assert await shelved.found("nothing like it") == await shelved.found("zzzzzz") == []
    for query in ("", "   ", "\x00\x07"):
        with pytest.raises(MediaNestError) as nothing:
            await shelved.found(query)
        assert nothing.value.status == 422


async def test_only_libraries_that_one_may_see_are_searched(shelved: Shelved) -> None:
    friend = await shelved.signed_in(shelved.plex.add_friend("fritz", libraries=["Movies"]))

    assert await shelved.found("alien", friend) == ["Alien"]
    for hidden in ("saw", "saww", "severance", "episode", "s"):
        assert await shelved.found(hidden, friend) == []
    assert await shelved.found("saw") == ["Saw"]
    assert not [request for request in shelved.plex.requests if request.path.startswith("/hubs")]


async def test_whom_plex_restricts_is_answered_by_plex(shelved: Shelved) -> None:
    child = shelved.plex.add_managed_user("Mia", libraries=["TV Shows"])
    mia = await shelved.signed_in(child)

    assert await shelved.found("sever", mia) == ["Severance"]
    assert await shelved.found("heat", mia) == []

    asked = [request.token for request in shelved.plex.requests if request.path == "/hubs/search"]
    assert asked == [child.server_token] * 2
    shelved.plex.server.fail_with("refuse")
    with pytest.raises(MediaNestError) as refused:
        await shelved.found("sever", mia)
    assert refused.value.status == 503


@pytest.mark.parametrize("fault", ["refuse", "hang"])
async def test_while_plex_is_away_everything_is_found_and_called_stale(
    shelved: Shelved, fault: object
) -> None:
    assert not (await shelved.ask(SearchLibrary(query="heat"))).stale
    shelved.plex.server.fail_with(fault)  # type: ignore[arg-type]
    shelved.later()

    with as_in_earnest():
        answer = await shelved.ask(SearchLibrary(query="haet"), timeout=AT_ONCE)

    assert ([item.title for item in answer.items], answer.stale) == (["Heat"], True)


async def test_plex_is_asked_until_everything_was_read_once(home: Household) -> None:
    assert await home.found("heat") == ["Heat"]
    assert "/hubs/search" in [request.path for request in home.plex.requests]


async def test_a_hit_has_what_a_list_shows(shelved: Shelved) -> None:
    with shelved.sandbox.as_user():
        body = await shelved.sandbox.bus.call_raw(SearchLibrary(query="heat"), timeout=30)

    (hit,) = json.loads(body)["items"]
    assert {"ratingKey", "type", "title", "summary", "image", "addedAt", "genres", "rating"} <= set(hit)
    assert (hit["tmdbId"], hit["imdbId"], hit["libraryKey"], hit["year"]) == (949, "tt0113277", "1", 1995)
    assert hit["addedAt"].endswith("Z")
    assert b"/data/" not in body and b"/library/" not in body


@pytest.mark.parametrize(
    "one, two, count",
    [
        ("heat", "heat", 0),
        ("heat", "haet", 1),
        ("heat", "hat", 1),
        ("heat", "heaat", 1),
        ("heat", "feat", 1),
    ],
)
def test_words_that_are_one_slip_apart_have_something_in_common(one: str, two: str, count: int) -> None:
    assert slips(one, two, 2) == count
    assert set(near(one)) & set(near(two))


def test_the_nearest_words_are_meant() -> None:
    assert meant("severnace", ["severed", "severance", "reverence"]) == ["severance"]
    assert meant("batmna", ["batman", "badman", "catwoman"]) == ["batman"]
    assert meant("xy", ["xa"]) == []
    assert meant("1984", ["1985"]) == []
