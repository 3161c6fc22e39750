"""The rules and the traps of requesting."""

import asyncio

import httpx
import pytest

from medianest_common.testing.fake_overseerr import (
    FakeOverseerr,
    MediaStatus,
    Permission,
    RequestStatus,
    User,
)

MOVIE = {"mediaType": "movie", "mediaId": 603, "is4k": False}
SHOW = {"mediaType": "tv", "mediaId": 1396, "is4k": False}


def as_user(user: User) -> dict[str, str]:
    return {"X-API-User": str(user.id)}


def asking_user(fake: FakeOverseerr, *, tv_quota: tuple[int, int] | None = None) -> User:
    number = len(fake.state.users) + 1
    return fake.add_user(
        plex_id=number, email=f"u{number}@example.com", username=f"u{number}", tv_quota=tv_quota
    )


async def test_a_request_of_a_user_waits_and_one_of_the_owner_does_not(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    user = asking_user(seerr)
    waiting = await client.post("/request", json=MOVIE, headers=as_user(user))
    approved = await client.post("/request", json={**MOVIE, "mediaId": 604})
    assert waiting.json()["status"] == RequestStatus.PENDING
    assert approved.json()["status"] == RequestStatus.APPROVED


async def test_a_user_id_in_the_body_is_approved_with_the_rights_of_the_key(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    user = asking_user(seerr)
    answer = (await client.post("/request", json={**MOVIE, "userId": user.id})).json()
    assert answer["requestedBy"]["id"] == user.id
    assert answer["status"] == RequestStatus.APPROVED


async def test_without_is4k_a_duplicate_is_not_noticed(client: httpx.AsyncClient) -> None:
    body = {"mediaType": "movie", "mediaId": 603}
    answers = [await client.post("/request", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]


async def test_identical_requests_at_the_same_moment_may_pass_the_duplicate_check(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    answers = await asyncio.gather(*(client.post("/request", json=MOVIE) for _ in range(16)))
    made = sum(answer.status_code == 201 for answer in answers)
    assert made > 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(seerr.requests) == made


async def test_a_declined_movie_can_be_requested_again(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    user = asking_user(seerr)
    first = (await client.post("/request", json=MOVIE, headers=as_user(user))).json()
    seerr.decline(first["id"])
    assert (await client.post("/request", json=MOVIE, headers=as_user(user))).status_code == 201


@pytest.mark.parametrize(
    "seasons, status", [([], 202), ([0], 202), ([99], 201), ("all", 201), ([1, 1], 201), (None, 500)]
)
async def test_odd_lists_of_seasons(client: httpx.AsyncClient, seasons: object, status: int) -> None:
    body = SHOW if seasons is None else {**SHOW, "seasons": seasons}
    assert (await client.post("/request", json=body)).status_code == status


async def test_seasons_that_were_requested_before_are_left_out(client: httpx.AsyncClient) -> None:
    await client.post("/request", json={**SHOW, "seasons": [1]})
    overlapping = (await client.post("/request", json={**SHOW, "seasons": [1, 2]})).json()
    assert [season["seasonNumber"] for season in overlapping["seasons"]] == [2]


async def test_the_quota_counts_seasons_and_refuses_the_whole_request(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    user = asking_user(seerr, tv_quota=(3, 7))
    headers = as_user(user)
    refused = await client.post("/request", json={**SHOW, "seasons": "all"}, headers=headers)
    assert (refused.status_code, refused.json()) == (403, {"message": "Series Quota exceeded."})
    await client.post("/request", json={**SHOW, "seasons": [1, 2]}, headers=headers)
    quota = (await client.get(f"/user/{user.id}/quota", headers=headers)).json()
    assert quota["tv"] == {"days": 7, "limit": 3, "used": 2, "remaining": 1, "restricted": False}
    assert quota["movie"] == {"used": 0, "restricted": False}


async def test_requests_at_the_same_moment_pass_the_quota_check(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    user = asking_user(seerr, tv_quota=(1, 7))
    bodies = [{**SHOW, "seasons": [season]} for season in (1, 2, 3)]
    answers = await asyncio.gather(
        *(client.post("/request", json=body, headers=as_user(user)) for body in bodies)
    )
    assert sum(answer.status_code == 201 for answer in answers) > 1


async def test_anybody_deletes_a_pending_request_but_not_a_decided_one(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    owner, stranger = asking_user(seerr), asking_user(seerr)
    made = (await client.post("/request", json=MOVIE, headers=as_user(owner))).json()
    seerr.approve(made["id"])
    refused = await client.delete(f"/request/{made['id']}", headers=as_user(stranger))
    assert refused.status_code == 401
    other = (await client.post("/request", json={**MOVIE, "mediaId": 604}, headers=as_user(owner))).json()
    assert (await client.delete(f"/request/{other['id']}", headers=as_user(stranger))).status_code == 204


async def test_approving_is_for_managers(seerr: FakeOverseerr, client: httpx.AsyncClient) -> None:
    user = asking_user(seerr)
    made = (await client.post("/request", json=MOVIE, headers=as_user(user))).json()
    refused = await client.post(f"/request/{made['id']}/approve", headers=as_user(user))
    assert refused.json()["error"] == "You do not have permission to access this endpoint"
    user.permissions = Permission.REQUEST | Permission.MANAGE_REQUESTS
    assert (await client.post(f"/request/{made['id']}/approve", headers=as_user(user))).status_code == 200


async def test_a_blocked_title_cannot_be_requested(seerr: FakeOverseerr, client: httpx.AsyncClient) -> None:
    seerr.block("movie", 603)
    answer = await client.post("/request", json=MOVIE)
    assert (answer.status_code, answer.json()) == (403, {"message": "This media is blocklisted."})
    assert (await client.get("/movie/603")).json()["mediaInfo"]["status"] == MediaStatus.BLOCKLISTED


async def test_a_user_that_is_no_number_is_never_answered(client: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/auth/me", headers={"X-API-User": "nobody"}, timeout=httpx.Timeout(30, read=0.3))


async def test_a_season_at_a_time_becomes_available(seerr: FakeOverseerr, client: httpx.AsyncClient) -> None:
    made = (await client.post("/request", json={**SHOW, "seasons": "all"})).json()
    seerr.set_available("tv", 1396, seasons=[1, 2])
    partly = (await client.get(f"/request/{made['id']}")).json()
    assert partly["media"]["status"] == MediaStatus.PARTIALLY_AVAILABLE
    assert partly["status"] == RequestStatus.APPROVED
    seerr.set_available("tv", 1396)
    whole = (await client.get(f"/request/{made['id']}")).json()
    assert whole["media"]["status"] == MediaStatus.AVAILABLE
    assert whole["status"] == RequestStatus.COMPLETED


async def test_overseerr_knows_neither_completed_nor_deleted() -> None:
    async with (
        FakeOverseerr.start(flavour="overseerr") as fake,
        httpx.AsyncClient(
            base_url=f"{fake.url}/api/v1", headers={"X-Api-Key": fake.api_key}, timeout=5
        ) as client,
    ):
        await client.post("/request", json=MOVIE)
        fake.set_available("movie", 603)
        assert fake.requests[0].status == RequestStatus.APPROVED
        assert "completed" not in (await client.get("/request/count")).json()
        assert "serviceErrors" not in (await client.get("/request")).json()
        assert (await client.get("/request?sortDirection=asc")).status_code == 400
        fake.set_deleted("movie", 603)
        assert (await client.get("/movie/603")).json()["mediaInfo"]["status"] == MediaStatus.UNKNOWN


async def test_requests_are_paged_filtered_and_sorted(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    seerr.generate(30, requests=30)
    page = (await client.get("/request?take=7&skip=7&filter=all&sort=added")).json()
    assert page["pageInfo"] == {"pages": 5, "pageSize": 7, "results": 30, "page": 2}
    assert [row["id"] for row in page["results"]] == list(range(23, 16, -1))
    shows = (await client.get("/request?take=100&mediaType=tv")).json()["results"]
    assert {row["type"] for row in shows} == {"tv"}
    assert (await client.get("/request?take=0")).json()["pageInfo"]["pageSize"] == 10
    assert len((await client.get("/request?take=-1")).json()["results"]) == 30


async def test_accounts_with_a_mail_address_are_imported_from_plex(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    seerr.add_plex_friend(plex_id=501, email="Friend@example.com", username="friend")
    seerr.add_plex_friend(plex_id=502, email=None, username="child")
    answer = await client.post("/user/import-from-plex", json={"plexIds": ["501", "502", "503"]})
    assert [(user["plexId"], user["email"]) for user in answer.json()] == [(501, "friend@example.com")]
    again = await client.post("/user/import-from-plex", json={"plexIds": ["501"]})
    assert again.json() == []


async def test_when_tmdb_is_away_a_search_finds_nothing_and_a_request_fails(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    seerr.state.tmdb_down = True
    search = await client.get("/search?query=dune")
    assert (search.status_code, search.json()["totalResults"]) == (200, 0)
    assert (await client.post("/request", json=MOVIE)).status_code == 500
    assert (await client.get("/movie/603")).status_code == 500
