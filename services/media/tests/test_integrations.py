"""Overseerr, Radarr, Sonarr and TMDB are set by administrators while everything runs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from medianest.embedded import ServerUrls
from medianest.testing import SECRET_KEY, eventually
from medianest_common.bus import Context, use
from medianest_common.clock import uuid7
from medianest_common.contracts import media
from medianest_common.contracts.integrations import Integration, IntegrationKind, IntegrationSource
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media import integrations as messages
from medianest_common.contracts.media import issues as said
from medianest_common.contracts.media.issues import IssueStatus
from medianest_common.db.sealed import remaining, reseal, sealed_columns
from medianest_common.errors import MediaNestError
from medianest_common.integrations import store
from medianest_common.integrations.rows import cell_of
from medianest_common.security.encryption import KeyRing
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_media.service import SERVICE
from services.media.tests.conftest import FILM, Home, Person, home_on
from services.media.tests.test_issues import in_library, may_report, report, twin

OVERSEERR = IntegrationKind.OVERSEERR
FILMS = range(9001, 9009)


async def listed(home: Home, kind: IntegrationKind = OVERSEERR) -> Integration:
    found = await home.owner.call(messages.ListIntegrations())
    return next(each for each in found.items if each.kind is kind)


async def change(home: Home, kind: IntegrationKind = OVERSEERR, **values: Any) -> Integration:
    given = {"url": "", "secret": None, "enabled": True, "options": {}, "version": 0} | values
    return await home.owner.call(messages.ChangeIntegration(integration=kind, **given))


@asynccontextmanager
async def another(home: Home, *people: Person) -> AsyncIterator[FakeOverseerr]:
    """Which knows these people and the same titles, and whose numbers are others."""
    async with FakeOverseerr.start(flavour="seerr", clock=home.clock) as fake:
        for number in (FILM, *FILMS):
            for each in (fake, home.overseerr):
                each.add_movie(number, f"Film {number}", 1999)
        fake.add_user(plex_id=1, email="nobody@example.org", username="Nobody")
        for person in people:
            fake.add_user(plex_id=person.plex_id, email=f"{person.name}@example.org", username=person.name)
        yield fake


def titles(fake: FakeOverseerr) -> Counter[int]:
    return Counter(row.media.tmdb_id for row in fake.state.requests.values())


async def test_with_nothing_set_everything_is_listed_and_can_be_set(bare: Home) -> None:
    found = await bare.owner.call(messages.ListIntegrations())
    assert [each.kind.value for each in found.items] == [
        *("overseerr", "radarr", "radarr_4k", "sonarr", "sonarr_4k", "tmdb")
    ]
    assert {each.source for each in found.items} == {IntegrationSource.NONE}
    assert not any(each.configured or each.secret_set for each in found.items)
    set_up = await change(bare, url=bare.overseerr.url, secret=bare.overseerr.api_key)
    assert (set_up.source, set_up.configured, set_up.version) == (IntegrationSource.PORTAL, True, 1)
    assert set_up.secret_set and bare.overseerr.api_key not in set_up.model_dump_json()
    frida = await bare.friend()
    twin = await bare.twin(await frida.request())
    assert twin.media.tmdb_id == FILM


async def test_requests_go_to_the_new_server_while_they_are_made_and_none_is_lost_or_doubled(
    seerr: Home,
) -> None:
    frida = await seerr.friend()
    earlier = await frida.request(FILM)
    await seerr.twin(earlier)
    async with another(seerr, frida) as new:

        async def asks(number: int) -> None:
            await asyncio.sleep((number - FILMS.start) * 0.05)
            await frida.request(number)

        asking = [asyncio.create_task(asks(number)) for number in FILMS]
        await asyncio.sleep(0.15)
        changed = await change(seerr, url=new.url, secret=new.api_key)
        assert changed.source is IntegrationSource.PORTAL
        await asyncio.gather(*asking)

        async def there() -> bool:
            rows = await seerr.rows("select tmdb_id, in_line, waiting_reason, backend from requests")
            assert titles(new) == Counter([FILM, *FILMS]), rows
            return True

        await seerr.comes(there)
        await seerr.settled()
        assert titles(new) == Counter([FILM, *FILMS])
        # The numbers of the old server mean nothing any more: none is taken for another or for gone.
        seerr.overseerr = new
        await seerr.poll(rounds=2)
        rows = await seerr.rows("select status, backend, in_line, backend_id from requests")
        assert {(backend, in_line) for _, backend, in_line, _ in rows} == {("overseerr-1", True)}
        assert {row[3] for row in rows} == set(new.state.requests)
        assert (await frida.sees(earlier)).status is not RequestStatus.CANCELLED


async def test_the_new_server_that_has_a_request_already_is_not_asked_again(seerr: Home) -> None:
    frida = await seerr.friend()
    await seerr.twin(await frida.request(FILM))
    async with another(seerr, frida) as new, httpx.AsyncClient(base_url=new.url, timeout=10) as client:
        user = next(each.id for each in new.state.users.values() if each.plex_id == frida.plex_id)
        headers = {"X-Api-Key": new.api_key, "X-API-User": str(user)}
        body = {"mediaType": "movie", "mediaId": FILM, "is4k": False}
        (await client.post("/api/v1/request", json=body, headers=headers)).raise_for_status()
        await change(seerr, url=new.url, secret=new.api_key)

        async def known() -> bool:
            return await seerr.rows("select 1 from requests where backend = 'overseerr-1' and in_line") != []

        await seerr.comes(known)
        assert titles(new) == Counter([FILM])


async def test_issues_that_are_open_are_told_to_the_new_server_once_and_what_is_over_stays_here(
    seerr: Home,
) -> None:
    frida = await seerr.friend()
    in_library(seerr)
    may_report(seerr)
    open_one, over = await report(frida), await report(frida, "Picture is green")
    for each in (open_one, over):
        await twin(seerr, each)
    comment = said.CommentOnIssue(id=open_one.id, message="In the second half as well")
    await frida.call(comment)

    async def passed_on() -> bool:
        return await seerr.rows("select 1 from issue_comments where backend_id is null") == []

    await seerr.comes(passed_on)
    await seerr.owner.call(said.ResolveIssue(id=over.id))
    async with another(seerr, frida) as new:
        new.set_available("movie", FILM)
        await change(seerr, url=new.url, secret=new.api_key)
        seerr.overseerr = new
        may_report(seerr)
        theirs = await twin(seerr, open_one)
        await seerr.comes(passed_on)
        assert [each.message for each in theirs.comments] == [
            "No sound",
            "In the second half as well",
        ]
        assert list(new.state.issues) == [theirs.id]
        kept = await frida.call(said.GetIssue(id=over.id))
        assert (kept.status, kept.message) == (IssueStatus.RESOLVED, "Picture is green")
        [(count,)] = await seerr.rows("select count(*) from issues")
        assert count == 2


async def test_all_replicas_follow(seerr: Home) -> None:
    await seerr.sandbox.start(SERVICE)
    async with another(seerr) as new:
        await change(seerr, url=new.url, secret=new.api_key)

        async def answer_from_the_new_one() -> bool:
            seen = len(seerr.overseerr.calls)
            for number in range(12):
                await seerr.owner.call(media.Search(query=f"film {number} {uuid7()}"))
            return len(seerr.overseerr.calls) == seen

        await eventually(answer_from_the_new_one)


async def test_a_replica_that_did_not_hear_of_a_change_sees_it_all_the_same(
    server_urls: ServerUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FOLLOW_SECONDS", 0.1)
    async with home_on(server_urls, tmp_path) as home:
        await change(home, url=home.overseerr.url)
        await home.owner.call(media.Search(query="matrix"))
        await home.change("update integrations set enabled = false, version = version + 1")

        async def is_off() -> bool:
            try:
                await home.owner.call(media.Search(query=f"matrix {uuid7()}"))
            except MediaNestError as error:
                return error.status == 503
            return False

        await eventually(is_off)


async def test_what_was_set_is_there_after_a_restart_and_comes_before_the_variables(seerr: Home) -> None:
    async with another(seerr) as new:
        await change(seerr, url=new.url, secret=new.api_key)
        await seerr.sandbox.stop("media")
        await seerr.sandbox.start(SERVICE)
        seen = len(seerr.overseerr.calls)
        assert (await listed(seerr)).url == new.url
        await seerr.owner.call(media.Search(query="matrix"))
        assert len(seerr.overseerr.calls) == seen and any("search" in call.path for call in new.calls)
        back = await seerr.owner.call(messages.RemoveIntegration(integration=OVERSEERR))
        assert (back.source, back.url) == (IntegrationSource.SETTINGS, seerr.overseerr.url)
        await seerr.owner.call(media.Search(query="other"))
        assert len(seerr.overseerr.calls) > seen
        # Versions go on, or a change from before would fit again.
        assert back.version == 2


async def test_of_many_who_change_at_once_one_wins(bare: Home) -> None:
    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(
            *(change(bare, url=f"http://10.0.0.{n}:5055", secret=f"key-{n}") for n in range(1, 9)),
            return_exceptions=True,
        )
    assert sum(isinstance(each, Integration) for each in outcomes) == 1
    lost = [each for each in outcomes if isinstance(each, MediaNestError)]
    assert {(each.status, each.code) for each in lost} == {(409, "INTEGRATION_OUTDATED")}
    assert (await listed(bare)).version == 1


async def test_a_key_is_kept_for_the_same_server_and_goes_to_no_other(seerr: Home) -> None:
    same = await change(seerr, url=seerr.overseerr.url + "/")
    assert (same.secret_set, same.url, same.version) == (True, seerr.overseerr.url, 1)
    for elsewhere in ("http://10.9.8.7:5055", seerr.overseerr.url.replace("http://", "https://")):
        with pytest.raises(MediaNestError) as refused:
            await change(seerr, url=elsewhere, version=1)
        assert [each.field for each in refused.value.errors or ()] == ["secret"]
    assert seerr.overseerr.api_key not in str(await seerr.rows("select * from integrations"))
    bodies = str(await seerr.rows("select body from outbox"))
    assert seerr.overseerr.api_key not in bodies + str(seerr.events)


@pytest.mark.parametrize(
    "values, field",
    [
        ({"url": "ftp://nas", "secret": "k"}, "url"),
        ({"url": "http://", "secret": "k"}, "url"),
        ({"url": "http://user:pass@nas:5055", "secret": "k"}, "url"),
        ({"url": "http://169.254.169.254/latest", "secret": "k"}, "url"),
        ({"url": "http://nas:5055?x=1", "secret": "k"}, "url"),
        ({"url": "http://nas:99999", "secret": "k"}, "url"),
        ({"url": "http://nas:5055", "secret": "schlüssel"}, "secret"),
        ({"url": "http://nas:5055", "secret": "k", "options": {"colour": "red"}}, "options"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    bare: Home, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(MediaNestError) as refused:
        await change(bare, **values)
    assert [each.field for each in refused.value.errors or ()] == [field]
    assert (await listed(bare)).version == 0


async def test_options_are_checked_like_the_settings(bare: Home) -> None:
    radarr = IntegrationKind.RADARR
    given = {"url": "http://nas:7878", "secret": "k"}
    with pytest.raises(MediaNestError) as refused:
        await change(bare, radarr, **given, options={"minimumAvailability": "soon"})
    assert [each.field for each in refused.value.errors or ()] == ["options.minimumAvailability"]
    chosen = await change(bare, radarr, **given, options={"rootFolder": "/films", "tags": "nest"})
    assert chosen.options["rootFolder"] == "/films"
    assert chosen.options["minimumAvailability"] == "released"


async def test_what_is_switched_off_is_not_asked_and_keeps_its_key(seerr: Home) -> None:
    off = await change(seerr, url=seerr.overseerr.url, enabled=False)
    assert (off.enabled, off.secret_set, off.configured) == (False, True, True)
    frida = await seerr.friend(known=False)
    with pytest.raises(MediaNestError):
        await frida.call(media.Search(query="matrix"))
    assert not any("search" in call.path for call in seerr.overseerr.calls)
    await change(seerr, url=seerr.overseerr.url, version=1)
    await frida.call(media.Search(query="matrix"))
    assert any("search" in call.path for call in seerr.overseerr.calls)


async def test_a_wrong_address_takes_nothing_down_and_requests_wait_until_it_is_right(seerr: Home) -> None:
    await change(seerr, url="http://127.0.0.1:9", secret="wrong")
    frida = await seerr.friend()
    waits = await frida.request()

    async def said() -> bool:
        return bool((await frida.sees(waits)).status_reason)

    await eventually(said)
    await change(seerr, url=seerr.overseerr.url, secret=seerr.overseerr.api_key, version=1)
    twin = await seerr.twin(waits)
    assert twin.media.tmdb_id == FILM and len(seerr.filed()) == 1


async def test_only_administrators_see_and_set_them(seerr: Home) -> None:
    frida = await seerr.friend()
    for message in (
        messages.ListIntegrations(),
        messages.ChangeIntegration(
            integration=OVERSEERR, url="http://nas", secret="k", enabled=True, options={}, version=0
        ),
        messages.RemoveIntegration(integration=OVERSEERR),
        messages.TryIntegration(integration=OVERSEERR),
        messages.HandOverIntegrations(),
    ):
        with pytest.raises(MediaNestError) as refused:
            await frida.call(message)
        assert refused.value.status == 403
    with pytest.raises(MediaNestError) as refused:
        await seerr.owner.call(messages.HandOverIntegrations())
    assert refused.value.status == 403


async def test_what_is_handed_to_another_service_travels_sealed(seerr: Home) -> None:
    with use(Context(correlation_id="handing-over")):
        raw = await seerr.sandbox.bus.call_raw(messages.HandOverIntegrations(), timeout=10)
    assert seerr.overseerr.url.encode() in raw and seerr.overseerr.api_key.encode() not in raw


async def test_keys_are_sealed_anew_when_the_keys_of_the_installation_change(bare: Home) -> None:
    await change(bare, url="http://10.0.0.1:5055", secret="the-key")
    assert SERVICE.metadata is not None
    column = next(each for each in sealed_columns(SERVICE.metadata) if each.table.name == "integrations")
    rotated = KeyRing.parse(SECRET_KEY).rotated().cipher("integration")
    assert (await reseal(bare.db, column, rotated)).done == 1
    assert await remaining(bare.db, column, rotated) == 0
    [(sealed,)] = await bare.rows("select secret_sealed from integrations")
    assert rotated.open_text(sealed, cell=cell_of(OVERSEERR)) == "the-key"


async def test_a_key_that_cannot_be_read_any_more_is_said_and_takes_nothing_down(bare: Home) -> None:
    await change(bare, url="http://10.0.0.1:5055", secret="the-key")
    await bare.change("update integrations set secret_sealed = 'v1|gone|AAAA|AAAA', version = 2")
    seen = await listed(bare)
    assert seen.problem is not None and "Give it again" in seen.problem and not seen.secret_set
    await change(bare, url="http://10.0.0.1:5055", secret="again", version=2)
    assert (await listed(bare)).problem is None
