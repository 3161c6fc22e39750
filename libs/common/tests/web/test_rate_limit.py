"""Counting, over all replicas together, and alone while Valkey is away."""

import asyncio

import pytest
from redis import Redis

from libs.common.tests.web.portal import API, MakePortal, Portal
from medianest_common.clock import ManualClock, SystemClock
from medianest_common.web.limiter import RateLimiter, Rule

WIDE = Rule("wide", "100/minute")
EXACT = Rule("exact", "10/minute", by_address=True)


async def test_headers_say_what_is_left(portal: Portal) -> None:
    portal.sign_in("good")
    async with portal.browser("good") as client:
        first = await client.get(f"{API}/narrow")
        second = await client.get(f"{API}/narrow")
    assert first.headers["ratelimit-policy"] == '"narrow";q=40;w=60'
    assert first.headers["ratelimit"].startswith('"narrow";r=39;t=')
    assert second.headers["ratelimit"].startswith('"narrow";r=38;t=')


async def test_too_many_are_429_and_told_when_to_come_back(portal: Portal) -> None:
    portal.sign_in("good")
    async with portal.browser("good") as client:
        answers = [await client.get(f"{API}/narrow") for _ in range(42)]
    assert [answer.status_code for answer in answers] == [200] * 40 + [429] * 2
    refused = answers[-1]
    assert refused.json()["code"] == "TOO_MANY_REQUESTS"
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["ratelimit"].startswith('"narrow";r=0;t=')


async def test_people_are_counted_by_who_they_are_and_not_by_where(portal: Portal) -> None:
    portal.sign_in("ada")
    portal.sign_in("bob")
    async with portal.browser("ada") as ada, portal.browser("bob") as bob:
        # More than the 40 of a minute, as a slow machine may pass from one minute into the next.
        for _ in range(120):
            last = await ada.get(f"{API}/narrow")
            if last.status_code == 429:
                break
        other = await bob.get(f"{API}/narrow")
    assert last.status_code == 429
    assert other.status_code == 200


async def test_health_is_never_counted(portal: Portal) -> None:
    async with portal.client() as client:
        assert "ratelimit" not in (await client.get("/health")).headers


async def test_two_replicas_share_one_limit_whatever_they_have_paid_for_ahead(valkey_url: str) -> None:
    replicas = [RateLimiter(valkey_url, rules=[WIDE], clock=SystemClock(), timeout=5) for _ in range(2)]
    allowed = [0, 0]
    for turn in range(200):
        verdict = await replicas[turn % 2].take("wide", "ada")
        allowed[turn % 2] += verdict.is_allowed
    assert sum(allowed) == 100
    for replica in replicas:
        await replica.aclose()


async def test_who_asks_now_and_then_is_not_refused_for_what_many_gateways_have_bought_ahead(
    valkey_url: str,
) -> None:
    clock = ManualClock()
    gateways = [
        RateLimiter(valkey_url, rules=[WIDE], clock=clock, timeout=5, replicas=lambda: 3) for _ in range(3)
    ]
    for turn in range(30):
        assert (await gateways[turn % 3].take("wide", "ada")).is_allowed
        clock.advance(2)
    for gateway in gateways:
        await gateway.aclose()


async def test_nothing_that_was_paid_for_is_lost_where_many_ask_at_once(valkey_url: str) -> None:
    limiter = RateLimiter(valkey_url, rules=[WIDE], clock=SystemClock(), timeout=5)
    verdicts = await asyncio.gather(*(limiter.take("wide", "ada") for _ in range(150)))
    # What was bought and not used yet is there for those who come next.
    later = [await limiter.take("wide", "ada") for _ in range(100)]
    assert sum(verdict.is_allowed for verdict in [*verdicts, *later]) == 100
    await limiter.aclose()


async def test_an_exact_rule_asks_valkey_each_time(valkey_url: str) -> None:
    replicas = [RateLimiter(valkey_url, rules=[EXACT], clock=SystemClock(), timeout=5) for _ in range(2)]
    verdicts = await asyncio.gather(*(replicas[turn % 2].take("exact", "ada") for turn in range(24)))
    assert sum(verdict.is_allowed for verdict in verdicts) == 10
    for replica in replicas:
        await replica.aclose()


async def test_most_requests_cost_no_round_trip(valkey_url: str) -> None:
    limiter = RateLimiter(valkey_url, rules=[Rule("read", "600/minute")], clock=SystemClock())
    await limiter.take("read", "warm up")
    with Redis.from_url(valkey_url) as valkey:
        before = _scripts_run(valkey)
        for _ in range(100):
            assert (await limiter.take("read", "ada")).is_allowed
        after = _scripts_run(valkey)
    assert after - before <= 10
    await limiter.aclose()


async def test_a_flood_of_refused_requests_costs_valkey_nothing(valkey_url: str) -> None:
    limiter = RateLimiter(valkey_url, rules=[EXACT], clock=SystemClock())
    for _ in range(11):
        await limiter.take("exact", "ada")
    with Redis.from_url(valkey_url) as valkey:
        before = _scripts_run(valkey)
        for _ in range(50):
            assert not (await limiter.take("exact", "ada")).is_allowed
        after = _scripts_run(valkey)
    assert after == before
    assert 50 < limiter.refused_for("exact", "ada") <= 60, "what is remembered is when there is a place again"
    assert 50 < (await limiter.take("exact", "ada")).reset <= 60
    await limiter.aclose()


async def test_without_valkey_each_replica_counts_alone_to_half_the_limit() -> None:
    clock = ManualClock()
    limiter = RateLimiter("redis://127.0.0.1:1/0", rules=[WIDE], clock=clock)
    allowed = [(await limiter.take("wide", "ada")).is_allowed for _ in range(60)]
    assert sum(allowed) == 50
    clock.advance(90)
    assert (await limiter.take("wide", "ada")).is_allowed
    await limiter.aclose()


async def test_without_valkey_the_earlier_window_still_weighs() -> None:
    clock = ManualClock()
    limiter = RateLimiter("redis://127.0.0.1:1/0", rules=[WIDE], clock=clock)
    for _ in range(50):
        await limiter.take("wide", "ada")
    clock.advance(60)
    refused_at_once = not (await limiter.take("wide", "ada")).is_allowed
    clock.advance(30)
    later = [(await limiter.take("wide", "ada")).is_allowed for _ in range(30)]
    assert refused_at_once
    assert sum(later) == 25
    await limiter.aclose()


async def test_a_portal_without_valkey_still_answers(make: MakePortal) -> None:
    portal = make(valkey_url="redis://127.0.0.1:1/0")
    async with portal.client() as client:
        assert (await client.get(f"{API}/big")).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/narrowx", "/api/v1"])
def test_a_rule_fits_whole_segments_only(path: str) -> None:
    assert _rule_for("GET", path, Rule("narrow", "1/minute", paths=("/api/v1/narrow",))) is None


@pytest.mark.parametrize(
    "method, path, name",
    [
        ("POST", "/api/v1/media/request", "request"),
        ("POST", "/api/v1/media/request/7/more", "request"),
        ("GET", "/api/v1/media/request", "media"),
        ("POST", "/api/v1/media", "media"),
        ("POST", "/api/v1", "write"),
        ("PUT", "/", "write"),
        ("GET", "/", "read"),
        ("GET", "", "read"),
    ],
)
def test_the_first_rule_that_fits_decides(method: str, path: str, name: str) -> None:
    found = _rule_for(
        method,
        path,
        Rule("request", "1/minute", frozenset({"POST"}), ("/api/v1/other", "/api/v1/media/request")),
        Rule("media", "1/minute", paths=("/api/v1/media",)),
        Rule("write", "1/minute", frozenset({"POST", "PUT"})),
        Rule("late", "1/minute", paths=("/api/v1/media/request",)),
        Rule("read", "1/minute"),
    )
    assert found is not None and found.name == name


def _rule_for(method: str, path: str, *rules: Rule) -> Rule | None:
    return RateLimiter("redis://127.0.0.1:1/0", rules=rules, clock=ManualClock()).rule_for(method, path)


def _scripts_run(valkey: Redis) -> int:
    calls: int = valkey.info("commandstats")["cmdstat_evalsha"]["calls"]
    return calls
