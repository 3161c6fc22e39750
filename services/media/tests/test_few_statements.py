"""What a request costs is the number of visits to the database that it takes."""

import pytest

from medianest_common.bus import Context, use
from medianest_common.clock import uuid7
from medianest_common.contracts import media
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import MediaRequest, MediaType
from medianest_common.testing.statements import statements_of
from services.media.tests.conftest import FILM, Home, Person


async def _asked_as(person: Person, correlation_id: str) -> MediaRequest:
    caller = Caller(
        user_id=person.id,
        session_id=uuid7(),
        role=person.role,
        name=person.name,
        auth_time=person.home.clock.now(),
    )
    command = media.RequestMedia(media_type=MediaType.MOVIE, tmdb_id=FILM)
    with use(Context(correlation_id=correlation_id, caller=caller)):
        return await person.home.sandbox.bus.call(command, timeout=60)


async def test_a_title_is_looked_up_in_two_statements_and_no_transaction(seerr: Home) -> None:
    """Remembered, with what of it was fulfilled, without waiting for the disk; and what is ours of it."""
    correlation_id = uuid7().hex
    with statements_of(correlation_id) as statements:
        await _asked_as(seerr.owner, correlation_id)
    remembered = next(n for n, each in enumerate(statements) if "insert into titles" in each)
    begun = next(n for n, each in enumerate(statements) if each.startswith("insert into people"))
    looked_up = statements[remembered:begun]
    assert len(looked_up) == 2, looked_up
    assert "synchronous_commit" in looked_up[0] and "from claims" in looked_up[0]


@pytest.mark.parametrize("who", ["owner", "friend"])
async def test_a_film_is_asked_for_in_three_statements(home: Home, who: str) -> None:
    """The person's row; what decides; and everything that is written and told, history and outbox included. Where no
    quota and no rule has been laid down nothing is looked at for them."""
    person = home.owner if who == "owner" else await home.friend()
    await person.title()
    correlation_id = uuid7().hex
    with statements_of(correlation_id) as statements:
        request = await _asked_as(person, correlation_id)
    saved = next(n for n, each in enumerate(statements) if "INSERT INTO requests" in each)
    first = max(n for n, each in enumerate(statements[:saved]) if each.startswith("insert into people"))
    made = statements[first : saved + 1]
    assert len(made) == 3, made
    assert "insert into outbox" in made[-1]
    assert (await person.sees(request)).history
