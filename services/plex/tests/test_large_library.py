"""However many items there are, no search reads all of them."""

import pytest
from sqlalchemy import text

from medianest_common.testing.plans import indexes_read, queries_of, read_from_end_to_end
from medianest_plex.search_index import find
from medianest_plex.title_words import near
from services.plex.tests.indexing import Indexed

_MANY = 20_000
_FILL = """
    insert into items (server_id, rating_key, library_id, type, title, sort_title, search_text, words, digest,
        view_count, genres, extra)
    select l.server_id, 1000000 + n, l.id, t.type, t.title, t.title, t.title,
        to_tsvector('simple', t.title) || array_to_tsvector(array['@von' || t.name]), '', 0, '{}', '{}'
      from generate_series(1, :many) n
      join lateral (
        select case n % 10 when 0 then 'movie' else 'episode' end as type, 'night of ' || name || ' love' as title, name
          from (select 'zu' || translate(n::text, '0123456789', 'abcdefghij') || 'ra' as name) named
      ) t on true
      join libraries l on l.id = (select min(id) from libraries)
"""
_LETTERS = str.maketrans("0123456789", "abcdefghij")
_WORDS = "insert into title_words (word, near) values (:word, :near)"
_TYPED = {
    "a word of one title": "zubcdeara",
    "two words": "love zubcdeara",
    "the beginning of a word": "zubcde",
    "with a slip": "zubdceara",
    "the name of a person": "vonzubcdeara",
    "nothing that is there": "quarantine",
}


@pytest.fixture
async def large(indexed: Indexed) -> Indexed:
    await indexed.beat()
    names = [f"zu{str(number).translate(_LETTERS)}ra" for number in range(0, _MANY, 4)]
    words = [{"word": name, "near": near(name)} for name in names]
    async with indexed.app.db.transaction() as tx:
        await tx.session.execute(text(_FILL), {"many": _MANY})
        await (await tx.session.connection()).execute(text(f"{_WORDS} on conflict do nothing"), words)
    async with indexed.app.db.transaction() as tx:
        for table in ("items", "title_words"):
            await tx.session.execute(text(f"analyze {table}"))
    return indexed


async def test_no_search_reads_all_items(large: Indexed) -> None:
    libraries = [row[0] for row in await large.rows("select id from libraries")]
    for what, typed in _TYPED.items():
        async with large.app.db.read() as connection:
            with queries_of("items") as asked:
                found = await find(connection, typed, libraries=libraries, kind=None, most=20)
        assert bool(found) == (what != "nothing that is there"), what
        assert asked
        assert await read_from_end_to_end(asked, "items") == [], what


async def test_films_and_episodes_are_looked_for_in_indexes_of_their_own(large: Indexed) -> None:
    libraries = [row[0] for row in await large.rows("select id from libraries")]
    async with large.app.db.read() as connection:
        with queries_of("items") as asked:
            assert await find(connection, "zubcdeara", libraries=libraries, kind="movie", most=20)
    indexes = await indexes_read(asked)
    assert "ix_items_words_first" in indexes
    assert not {name for name in indexes if name.endswith("_rest")}
