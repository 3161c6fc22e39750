"""What an Overseerr has from before is taken over: all of it, once, and without telling anybody of old news."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType, RequestSource, RequestStatus
from medianest_common.contracts.media.importing import (
    Finding,
    FindingKind,
    GetImports,
    GoOnImporting,
    ImportRun,
    ImportState,
    ListFindings,
    Outcome,
    StartImport,
)
from medianest_common.contracts.personal import NOBODY
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_overseerr.state import RequestedSeason, RequestRow, User
from medianest_common.testing.fake_overseerr.views import Views
from medianest_media.adapters.overseerr_archive import OverseerrArchive, RequestPage
from medianest_media.service import SERVICE
from medianest_media.use_cases import judge_imported
from services.media.tests.conftest import FILM, SHOW, Home, Person, home_on

OLD = timedelta(days=1_800)


def filed_before(
    home: Home,
    by: User,
    tmdb_id: int = FILM,
    *,
    kind: Any = "movie",
    status: Any = 2,
    here: Any = 3,
    seasons: tuple[int, ...] = (),
    is_4k: bool = False,
    modified_by: User | None = None,
    age: timedelta = OLD,
) -> RequestRow:
    """A request that Overseerr has had for years."""
    state = home.overseerr.state
    made = state.now() - age
    title = state.media_of(kind, tmdb_id)
    title.becomes(here, is_4k=is_4k, at=made)
    row = RequestRow(
        id=state.next_id("request"),
        media=title,
        status=status,
        is_4k=is_4k,
        requested_by=by,
        modified_by=modified_by,
        created_at=made,
        updated_at=made + timedelta(days=1),
        seasons=[
            RequestedSeason(
                id=state.next_id("season"), number=n, status=status, created_at=made, updated_at=made
            )
            for n in seasons
        ],
    )
    state.requests[row.id] = row
    return row


def user_of(home: Home, person: Person) -> User:
    return next(u for u in home.overseerr.state.users.values() if u.plex_id == person.plex_id)


async def ended(home: Home, run: ImportRun, *, within: float = 60.0) -> ImportRun:
    async def over() -> ImportRun | None:
        last = await home.owner.call(GetImports())
        now = last.dry_run if run.dry_run else last.real
        assert now is not None and now.id == run.id
        return now if now.state is not ImportState.RUNNING else None

    found: ImportRun = await eventually(over, within=within)
    return found


async def imported(home: Home, *, dry_run: bool = False) -> ImportRun:
    done = await ended(home, await home.owner.call(StartImport(dry_run=dry_run)))
    assert done.state is ImportState.DONE, done.problem
    return done


async def findings(home: Home, run: ImportRun, about: FindingKind = FindingKind.REQUEST) -> list[Finding]:
    return (await home.owner.call(ListFindings(import_id=run.id, about=about, limit=100))).items


async def theirs(home: Home, row: RequestRow) -> media.MediaRequest:
    [(number,)] = await home.rows("select id from requests where backend_id = :id", id=row.id)
    return await home.owner.call(media.GetRequest(id=number))


def told_of_requests(home: Home) -> list[dict[str, Any]]:
    """Whoever began an import is told of its end, and nobody of what it brought."""
    return [event for event in home.events if "importId" not in event]


async def snapshot(home: Home) -> list[Any]:
    return [
        await home.rows(f"select * from {table} order by 1, 2, 3")
        for table in ("requests", "request_history", "claims", "request_counts", "people")
    ]


async def test_a_dry_run_says_what_would_happen_and_changes_nothing(home: Home) -> None:
    frida = await home.friend()
    filed_before(home, user_of(home, frida))
    stranger = home.overseerr.add_user(plex_id=777, email="frida@example.org", username="Ursula")
    filed_before(home, stranger, SHOW, kind="tv", seasons=(1, 2), status=1, here=2)
    local = home.overseerr.add_user(plex_id=None, email="l@example.org", username="Lokal")
    filed_before(home, local, FILM, is_4k=True, status=3, here=1)
    before = await snapshot(home)

    run = await imported(home, dry_run=True)

    assert await snapshot(home) == before and not told_of_requests(home)
    assert (run.counts.requests[Outcome.NEW], run.read, run.total) == (3, 3, 3)
    people = {each.name: each.outcome for each in await findings(home, run, FindingKind.PERSON)}
    assert people["Frida"] is Outcome.MATCHED
    # The same address means nothing; the Plex account decides.
    assert people["Ursula"] is Outcome.TO_INVITE and people["Lokal"] is Outcome.NO_PLEX
    shown = {(each.requested_by, each.status) for each in await findings(home, run)}
    assert shown == {("Frida", "processing"), ("Ursula", "pending"), ("Lokal", "declined")}
    assert not [call for call in home.overseerr.calls if call.method != "GET"]


async def test_a_real_run_keeps_who_when_and_what_came_of_it(home: Home) -> None:
    frida = await home.friend()
    admin = home.overseerr.owner
    film = filed_before(home, user_of(home, frida), status=3, here=1, modified_by=admin)
    show = filed_before(home, user_of(home, frida), SHOW, kind="tv", seasons=(1, 3), status=2, here=3)
    in_4k = filed_before(home, user_of(home, frida), is_4k=True, status=4, here=1)

    await imported(home)

    declined = await theirs(home, film)
    assert (declined.status, declined.source) == (RequestStatus.DECLINED, RequestSource.IMPORT)
    assert declined.requested_by is not None
    assert declined.requested_by.id == frida.id
    assert declined.created_at == film.created_at and declined.updated_at == film.updated_at
    assert declined.history is not None
    lines = [(line.status.value, line.actor, line.at) for line in declined.history]
    assert lines == [("pending", "Frida", film.created_at), ("declined", "owner", film.updated_at)]
    seen = await theirs(home, show)
    assert (seen.seasons, seen.status, seen.media_type) == ([1, 3], RequestStatus.PROCESSING, MediaType.TV)
    failed = await theirs(home, in_4k)
    assert failed.is_4k and failed.status is RequestStatus.FAILED
    # A UUIDv7 of its own time puts it where it belongs.
    assert declined.id.version == 7 and declined.id < (await frida.request(550)).id


async def test_a_second_run_changes_nothing_and_nothing_is_filed_again(home: Home) -> None:
    frida = await home.friend()
    ours = await frida.request(550)
    await home.twin(ours)
    await home.settled()
    for number in range(5):
        filed_before(home, user_of(home, frida), 1_000 + number, age=OLD + timedelta(hours=number))
    await imported(home)
    before, filed, told = await snapshot(home), len(home.filed()), len(told_of_requests(home))

    again = await imported(home)

    assert again.counts.requests == {
        Outcome.NEW: 0, Outcome.KNOWN: 6, Outcome.CONFLICT: 0, Outcome.UNREADABLE: 0
    }  # fmt: skip
    assert [row[:2] for row in (await snapshot(home))[0]] == [row[:2] for row in before[0]]
    assert (await snapshot(home))[2:] == before[2:]
    assert len(home.filed()) == filed and len(told_of_requests(home)) == told


async def test_nobody_is_told_of_arrivals_that_are_years_old(home: Home) -> None:
    """Neither by the import, nor when titles become known, nor by the next look at Overseerr."""
    frida = await home.friend()
    rows = [
        filed_before(home, user_of(home, frida), status=2, here=5),
        filed_before(home, user_of(home, frida), SHOW, kind="tv", seasons=(1,), status=2, here=3),
    ]
    await home.change(
        "insert into library_items (machine_identifier, rating_key, media_type, season, parent_key, tmdb_id,"
        " episode_count, gone, seen_at) values ('m', '1', 'tv', null, null, :show, 7, false, now()),"
        " ('m', '2', 'tv', 1, '1', null, 7, false, now())",
        show=SHOW,
    )
    await imported(home)

    async def named() -> bool:
        return not await home.rows("select 1 from requests where not title_known")

    await eventually(named)
    await home.poll()
    seen = [await theirs(home, row) for row in rows]
    assert [each.title for each in seen] == ["The Matrix", "Breaking Bad"]
    assert [each.status for each in seen] == [RequestStatus.AVAILABLE, RequestStatus.AVAILABLE]
    assert told_of_requests(home) == []
    assert await home.rows("select 1 from request_waits") == [], "nobody has waited five years for it"


async def test_what_was_imported_counts_for_no_quota(server_urls: ServerUrls, tmp_path: Path) -> None:
    async with home_on(server_urls, tmp_path, movie_quota_limit=1) as home:
        frida = await home.friend()
        filed_before(home, user_of(home, frida), 1_001, age=timedelta(hours=2))
        await imported(home)
        quota = await frida.call(media.GetQuota())
        assert (quota.movie.used, quota.movie.remaining) == (0, 1)
        await frida.request(FILM)


async def test_values_of_a_newer_version_survive_as_the_nearest_safe_ones_and_are_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    frida = await home.friend()
    new_status = filed_before(home, user_of(home, frida), status=1, here=1)
    new_media = filed_before(home, user_of(home, frida), 1_001, status=2, here=3)
    plain = Views.request

    def newer(views: Views, row: RequestRow, **how: Any) -> dict[str, Any]:
        view = plain(views, row, **how)
        if row is new_status:
            view["status"] = 9
        if row is new_media:
            view["media"]["status"] = 42
        return view

    monkeypatch.setattr(Views, "request", newer)
    run = await imported(home)
    assert {(each.value, each.requests) for each in run.unknown_values} == {
        ("request status 9", 1),
        ("media status 42", 1),
    }
    states = await home.rows("select status, status_reason, in_line from requests order by tmdb_id")
    assert states == [
        ("pending", "Overseerr says request status 9, which is not known here.", True),
        ("processing", None, True),
    ]
    assert home.filed() == []


async def test_a_row_that_cannot_be_read_when_it_is_met_again_holds_nothing_up(
    seerr: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages overlap, and a list that is not complete is read once more."""
    frida = await seerr.friend()
    broken = filed_before(seerr, user_of(seerr, frida))
    filed_before(seerr, user_of(seerr, frida), 1_001)
    plain_view, plain_read, pages = Views.request, OverseerrArchive.requests, list[RequestPage]()

    def later_broken(views: Views, row: RequestRow, **how: Any) -> dict[str, Any]:
        view = plain_view(views, row, **how)
        return view | {"createdAt": None} if row is broken and pages else view

    async def with_one_missing(archive: OverseerrArchive, *, skip: int) -> RequestPage:
        page = await plain_read(archive, skip=skip)
        pages.append(page)
        return page.model_copy(update={"total": (page.total or 0) + 1})

    monkeypatch.setattr(Views, "request", later_broken)
    monkeypatch.setattr(OverseerrArchive, "requests", with_one_missing)
    run = await imported(seerr)
    assert (run.counts.requests[Outcome.NEW], run.counts.requests[Outcome.UNREADABLE]) == (1, 1)


async def test_what_somebody_here_waits_for_already_is_a_conflict_with_its_reason(seerr: Home) -> None:
    """Also when Overseerr itself has two requests for one film, which its own check lets through."""
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    await seerr.twin(await gustav.request_show(seasons=[1]))
    filed_before(seerr, user_of(seerr, frida), SHOW, kind="tv", seasons=(1, 2), status=1, here=2)
    first = filed_before(seerr, user_of(seerr, frida), status=1, here=2)
    filed_before(seerr, user_of(seerr, gustav), status=1, here=2)
    dry = await imported(seerr, dry_run=True)
    real = await imported(seerr)
    assert dry.counts.requests[Outcome.CONFLICT] == real.counts.requests[Outcome.CONFLICT] == 1
    found = {each.their_id: each for each in await findings(seerr, real)}
    assert [each.outcome for each in found.values()].count(Outcome.NEW) == 2
    assert found[first.id].outcome is Outcome.NEW
    part = next(each for each in found.values() if each.tmdb_id == SHOW and each.outcome is Outcome.NEW)
    assert part.seasons == [2] and "Without season 1" in (part.reason or "")
    taken = next(each for each in found.values() if each.outcome is Outcome.CONFLICT)
    assert "asked for here already" in (taken.reason or "")


async def test_what_a_stranger_asked_for_is_theirs_when_they_sign_in_with_the_same_plex_account(
    home: Home,
) -> None:
    ursula = home.overseerr.add_user(plex_id=777, email="u@example.org", username="Ursula")
    row = filed_before(home, ursula, status=1, here=2)
    done = filed_before(home, ursula, 1_001, status=2, here=5, modified_by=ursula)
    await imported(home)
    assert (await theirs(home, row)).requested_by.name == "Ursula"
    other = Person(home, "Other", Role.USER, plex_id=778)
    await home.tell_of(other)
    assert (await other.call(media.ListRequests())).items == []

    mine = Person(home, "Uschi", Role.USER, plex_id=777)
    await home.tell_of(mine)

    listed = (await mine.call(media.ListRequests())).items
    assert {each.tmdb_id for each in listed} == {row.media.tmdb_id, 1_001}
    counts = await mine.call(media.CountRequests())
    assert (counts.pending, counts.available, counts.total) == (1, 1, 2)
    assert {line.actor for line in (await theirs(home, done)).history or ()} == {"Uschi"}
    again = await imported(home)
    assert again.counts.people[Outcome.MATCHED] >= 1 and again.counts.requests[Outcome.KNOWN] == 2


async def test_somebody_who_has_left_is_not_brought_back(home: Home) -> None:
    frida = await home.friend()
    user = user_of(home, frida)
    filed_before(home, user)
    await home.sandbox.emit(UserDeleted(user_id=frida.id))

    async def gone() -> bool:
        return (
            await home.rows("select 1 from people where id = :id and erased_at is not null", id=frida.id)
            != []
        )

    await eventually(gone)
    run = await imported(home)
    assert run.counts.people[Outcome.LEFT] == 1
    assert await home.rows("select user_id from requests") == [(NOBODY,)]
    assert await home.rows("select 1 from people where name = 'Frida' or plex_id = :p", p=frida.plex_id) == []
    assert await home.rows("select 1 from request_history where actor_name = 'Frida'") == []
    left = await home.owner.call(
        ListFindings(import_id=run.id, about=FindingKind.PERSON, outcome=Outcome.LEFT)
    )
    assert [each.name for each in left.items] == [f"Overseerr user {user.id}"]
    assert "Frida" not in str(await home.rows("select f::text from import_findings f"))


async def test_who_leaves_while_their_requests_are_taken_over_is_not_written_down(
    seerr: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge_imported, "BATCH", 1)
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    filed_before(seerr, user_of(seerr, gustav))
    filed_before(seerr, user_of(seerr, frida), 1_001)

    async def waiting(number: int) -> bool:
        await tx.session.execute(text("select 1"))  # or PostgreSQL ends it after a while
        [(found,)] = await seerr.rows(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and wait_event_type = 'Lock' and wait_event in ('transactionid', 'tuple')"
        )
        return bool(found == number)

    async with seerr.db.transaction() as tx:
        await tx.session.execute(text("select 1 from people where id = :id for update"), {"id": frida.id})
        await seerr.sandbox.emit(UserDeleted(user_id=frida.id))
        await eventually(lambda: waiting(1))
        run = await seerr.owner.call(StartImport(dry_run=False))
        await eventually(lambda: waiting(2))
    assert (await ended(seerr, run)).state is ImportState.DONE
    kept = await seerr.rows("select tmdb_id, user_id from requests order by 1")
    assert kept == [(FILM, gustav.id), (1_001, NOBODY)]
    assert await seerr.rows("select 1 from request_history where actor_name = 'Frida'") == []


async def test_what_an_import_found_about_somebody_goes_with_them(seerr: Home) -> None:
    frida = await seerr.friend()
    filed_before(seerr, user_of(seerr, frida))
    await imported(seerr, dry_run=True)
    assert await seerr.rows("select 1 from import_findings where plex_id = :p", p=frida.plex_id)
    await seerr.sandbox.emit(UserDeleted(user_id=frida.id))

    async def gone() -> bool:
        return not await seerr.rows("select 1 from import_findings where plex_id = :p", p=frida.plex_id)

    await eventually(gone)


async def test_a_list_that_moves_while_it_is_read_loses_nothing(home: Home) -> None:
    """Newest first: what is added moves rows on, what is deleted moves them back."""
    frida = await home.friend()
    rows = [
        filed_before(home, user_of(home, frida), 2_000 + number, age=OLD - timedelta(hours=number))
        for number in range(230)
    ]
    home.overseerr.site.delay = 0.05
    run = await home.owner.call(StartImport(dry_run=False))

    async def one_page_read() -> bool:
        return any("skip=9" in f"skip={call.query.get('skip')}" for call in home.overseerr.calls)

    await eventually(one_page_read)
    for gone in rows[-6:]:
        home.overseerr.state.requests.pop(gone.id, None)
    filed_before(home, user_of(home, frida), 9_999, age=timedelta())
    done = await ended(home, run)
    assert done.state is ImportState.DONE
    kept = {row[0] for row in await home.rows("select tmdb_id from requests")}
    assert kept >= {row.media.tmdb_id for row in rows[:-6]}


async def test_pages_are_of_a_size_that_no_server_chokes_on(home: Home) -> None:
    await imported(home)
    lists = [call for call in home.overseerr.calls if call.path in ("/api/v1/request", "/api/v1/user")]
    asked = [call.query for call in lists if call.query.get("sort") == "added" or call.path.endswith("user")]
    assert asked and all(query.get("take") == "100" for query in asked)
    assert not [call for call in home.overseerr.calls if call.status == 400]


async def test_an_outage_puts_an_import_off_and_it_goes_on_where_it_was(seerr: Home) -> None:
    frida = await seerr.friend()
    filed_before(seerr, user_of(seerr, frida))
    seerr.overseerr.fail_with(503, times=2, path_prefix="/api/v1/request")
    assert (await imported(seerr)).counts.requests[Outcome.NEW] == 1


async def test_a_hanging_overseerr_is_given_three_seconds_and_the_report_says_so(seerr: Home) -> None:
    seerr.overseerr.fail_with("hang", path_prefix="/api/v1/request")
    run = await seerr.owner.call(StartImport(dry_run=True))

    async def said() -> str | None:
        last = (await seerr.owner.call(GetImports())).dry_run
        return last.problem if last else None

    problem: str = await eventually(said)
    assert problem.endswith("It is tried again by itself.")
    seerr.overseerr.heal()
    assert (await ended(seerr, run)).state is ImportState.DONE


async def test_one_import_runs_at_a_time_and_a_turn_that_comes_twice_is_done_once(seerr: Home) -> None:
    """Two replicas, and a bus that delivers again."""
    await seerr.sandbox.start(
        SERVICE, overseerr_url=seerr.overseerr.url, overseerr_api_key=seerr.overseerr.api_key
    )
    frida = await seerr.friend()
    for number in range(150):
        filed_before(seerr, user_of(seerr, frida), 2_000 + number)
    outcomes = await asyncio.gather(
        *(seerr.owner.call(StartImport(dry_run=False)) for _ in range(4)), return_exceptions=True
    )
    [run] = [each for each in outcomes if isinstance(each, ImportRun)]
    refused = [each for each in outcomes if isinstance(each, RemoteError)]
    assert [each.code for each in refused] == ["IMPORT_RUNNING"] * 3
    for turn in range(4):
        await seerr.sandbox.bus.enqueue_now(GoOnImporting(import_id=run.id, turn=turn))
    done = await ended(seerr, run)
    assert done.counts.requests[Outcome.NEW] == 150
    [(number,)] = await seerr.rows("select count(*) from requests")
    assert number == 150
    [(counted,)] = await seerr.rows("select sum(n) from request_counts")
    assert counted == 150


async def test_an_import_goes_on_where_it_was_when_the_service_starts_again(
    seerr: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge_imported, "BATCH", 20)
    frida = await seerr.friend()
    for number in range(230):
        filed_before(seerr, user_of(seerr, frida), 2_000 + number)
    run = await seerr.owner.call(StartImport(dry_run=False))
    for reached in (
        "select 1 from import_findings where kind = 'request'",
        "select 1 from requests having count(*) > 40",
    ):

        async def there(reached: str = reached) -> bool:
            return bool(await seerr.rows(reached))

        await eventually(there)
        await seerr.sandbox.stop("media")
        await seerr.sandbox.start(
            SERVICE, overseerr_url=seerr.overseerr.url, overseerr_api_key=seerr.overseerr.api_key
        )
    done = await ended(seerr, run, within=90)
    assert (done.state, done.counts.requests[Outcome.NEW]) == (ImportState.DONE, 230)
    assert await seerr.rows("select count(*), count(distinct tmdb_id) from requests") == [(230, 230)]


async def test_hostile_titles_and_names_are_shown_as_they_are(seerr: Home) -> None:
    nasty = "<b>$&{{x}}\u202e\x07'; drop table requests;--"
    user = seerr.overseerr.add_user(plex_id=778, email=None, username=nasty)
    filed_before(seerr, user)
    run = await imported(seerr)
    [row] = [each for each in await findings(seerr, run, FindingKind.PERSON) if "<b>" in each.name]
    assert row.name == nasty.replace("\x07", "")
    assert json.loads(row.model_dump_json())["name"] == row.name


async def test_only_administrators_import_and_only_from_an_overseerr_that_is_there(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, configured=False) as home:
        with pytest.raises(RemoteError, match="MEDIANEST_OVERSEERR_URL"):
            await home.owner.call(StartImport(dry_run=True))
        frida = await home.friend()
        for question in (StartImport(dry_run=True), GetImports(), ListFindings(import_id=UUID(int=1))):
            with pytest.raises(RemoteError) as refused:
                await frida.call(question)
            assert refused.value.code == "FORBIDDEN"


async def lost_run(home: Home, *, age: timedelta) -> ImportRun:
    """An import at its first turn, of which the bus knows nothing."""
    values = {"id": UUID(int=7), "then": home.clock.now() - age}
    await home.change(
        "insert into imports (id, dry_run, state, step, turn, skip, passes, failures, unreadable, started_at,"
        " updated_at) values (:id, false, 'running', 'people', 0, 0, 0, 0, 0, :then, :then)",
        **values,
    )
    found = (await home.owner.call(GetImports())).real
    assert found is not None
    return found


async def test_an_import_whose_next_turn_was_lost_goes_on_by_itself(seerr: Home) -> None:
    frida = await seerr.friend()
    filed_before(seerr, user_of(seerr, frida))
    done = await ended(seerr, await lost_run(seerr, age=timedelta(minutes=4)))
    assert (done.state, done.counts.requests[Outcome.NEW]) == (ImportState.DONE, 1)


async def test_an_import_that_cannot_go_on_ends_with_what_to_do_and_can_be_started_again(seerr: Home) -> None:
    frida = await seerr.friend()
    filed_before(seerr, user_of(seerr, frida))
    failed = await ended(seerr, await lost_run(seerr, age=timedelta(minutes=16)))
    assert (failed.state, failed.problem) == (
        ImportState.FAILED,
        "It was interrupted. Start it again; what was taken over stays and is not taken over twice.",
    )
    assert (await imported(seerr)).counts.requests[Outcome.NEW] == 1


@pytest.mark.long
async def test_ten_thousand_requests_are_read_in_few_turns_and_a_repeat_changes_nothing(seerr: Home) -> None:
    friends = [
        seerr.overseerr.add_user(plex_id=500_000 + n, email=f"friend{n}@example.org", username=f"Friend {n}")
        for n in range(20)
    ]
    for number in range(10_000):
        filed_before(
            seerr, friends[number % 20], 100_000 + number, status=1 + number % 4, here=3 + number % 3
        )
    run = await seerr.owner.call(StartImport(dry_run=False))
    first = await ended(seerr, run, within=300)
    assert first.counts.requests[Outcome.NEW] == 10_000, first
    counted = "select user_id, media_type, status, n from request_counts order by 1, 2, 3"
    stable = (
        "select id, user_id, status, status_since, version, seasons, backend_id from requests order by id"
    )
    tables = (counted, stable, "select * from claims order by 1, 2, 3, 4", "select * from people order by id")
    before = [await seerr.rows(sql) for sql in tables]
    run = await seerr.owner.call(StartImport(dry_run=False))
    again = await ended(seerr, run, within=300)
    assert (again.state, again.counts.requests[Outcome.KNOWN]) == (ImportState.DONE, 10_000)
    assert [await seerr.rows(sql) for sql in tables] == before
    [(turns,)] = await seerr.rows("select turn from imports where id = :id", id=run.id)
    assert turns <= 60, "each turn is a job, and each job a round through the database and the bus"
