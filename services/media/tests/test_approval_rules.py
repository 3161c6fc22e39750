"""Which requests approve themselves: the first rule that fits decides, and what is not known yet is waited for."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.clock import uuid7
from medianest_common.contracts.media import MediaType, RequestStatus, allowing
from medianest_common.contracts.media.allowing import (
    AddRule,
    ApprovalRule,
    ChangeRule,
    Fit,
    ListRules,
    OrderRules,
    RemoveRule,
    RuleAction,
    TryRules,
)
from medianest_common.contracts.media.changing import EditRequest
from medianest_common.errors import MediaNestError
from medianest_media import models
from medianest_media.rules import Case, fitting, verdict
from services.media.tests.conftest import FILM, SHOW, Home, Person
from services.media.tests.test_leaving import erased

ME = UUID(int=7)


def stored(**values: Any) -> models.ApprovalRule:
    plain: dict[str, Any] = dict.fromkeys(
        ("role", "user_id", "media_type", "is_4k", "year_from", "year_to", "min_seasons", "max_seasons")
    )
    return models.ApprovalRule(
        **{"id": uuid7(), "name": "x", "action": "approve", "enabled": True, "genres": [], **plain, **values}
    )


def case(**values: Any) -> Case:
    plain = {"role": "user", "user_id": ME, "media_type": MediaType.TV, "is_4k": False}
    return Case(**{**plain, "genres": ("Drama",), "year": 2008, "seasons": 3, **values})


@pytest.mark.parametrize(
    "rule,fit,because",
    [
        ({}, Fit.YES, None),
        ({"role": "admin"}, Fit.NO, "role"),
        ({"user_id": ME, "media_type": MediaType.TV, "is_4k": False}, Fit.YES, None),
        ({"user_id": UUID(int=8)}, Fit.NO, "person"),
        ({"media_type": MediaType.MOVIE}, Fit.NO, "kind of title"),
        ({"is_4k": True}, Fit.NO, "4K"),
        ({"genres": ["horror", "DRAMA"]}, Fit.YES, None),
        ({"genres": ["Horror"]}, Fit.NO, "genre"),
        ({"year_from": 2008, "year_to": 2008}, Fit.YES, None),
        ({"year_from": 2009}, Fit.NO, "year"),
        ({"year_to": 2007}, Fit.NO, "year"),
        ({"max_seasons": 3, "min_seasons": 3}, Fit.YES, None),
        ({"max_seasons": 2}, Fit.NO, "seasons"),
    ],
)
def test_every_condition_is_held_against_the_request(rule: Any, fit: Fit, because: str | None) -> None:
    assert fitting(stored(**rule), case()) == (fit, because)


@pytest.mark.parametrize(
    "rule,known,fit",
    [
        ({"genres": ["Drama"]}, {"genres": None}, Fit.UNKNOWN),
        ({"genres": ["Drama"], "media_type": MediaType.MOVIE}, {"genres": None}, Fit.NO),
        ({"year_from": 2000}, {"genres": None, "year": None}, Fit.UNKNOWN),
        ({"year_from": 2000}, {"year": None}, Fit.NO),
        ({"max_seasons": 3}, {"seasons": None}, Fit.UNKNOWN),
        ({"max_seasons": 3}, {"media_type": MediaType.MOVIE, "seasons": 0}, Fit.YES),
    ],
)
def test_what_nobody_can_say_is_neither_yes_nor_no(rule: Any, known: Any, fit: Fit) -> None:
    assert fitting(stored(**rule), case(**known))[0] is fit


@given(
    st.lists(st.tuples(st.sampled_from(Fit), st.booleans(), st.sampled_from(["approve", "ask"])), max_size=8)
)
def test_the_first_that_does_not_surely_miss_decides(rules: list[tuple[Fit, bool, str]]) -> None:
    wanted: dict[Fit, dict[str, Any]] = {
        Fit.YES: {},
        Fit.NO: {"role": "owner"},
        Fit.UNKNOWN: {"genres": ["Drama"]},
    }
    made = [stored(action=action, enabled=on, **wanted[fit]) for fit, on, action in rules]
    found = verdict(made, case(genres=None))
    expected = next(
        ((r, f) for r, (f, on, _) in zip(made, rules, strict=True) if on and f is not Fit.NO), None
    )
    assert (found.rule, found.fit) == (expected or (None, Fit.NO))
    assert found.approves == (
        found.fit is Fit.YES and found.rule is not None and found.rule.action == "approve"
    )


async def rule(home: Home, name: str, **values: Any) -> ApprovalRule:
    wanted = ApprovalRule(id=uuid7(), name=name, action=values.pop("action", RuleAction.APPROVE), **values)
    return await home.owner.call(AddRule(rule=wanted))


async def tried(home: Home, person: Person, **values: Any) -> allowing.RulesOutcome:
    return await home.owner.call(
        TryRules(user_id=person.id, **{"media_type": MediaType.MOVIE, "tmdb_id": FILM, **values})
    )


async def test_the_first_rule_that_fits_approves_and_the_history_says_which(home: Home) -> None:
    frida = await home.friend()
    await rule(home, "No 4K", action=RuleAction.ASK, is_4k=True)
    decides = await rule(home, "Old films", media_type=MediaType.MOVIE, year_to=2005)
    await rule(home, "Never reached")
    would = await tried(home, frida)
    assert (would.outcome, would.rule and would.rule.id) == ("approve", decides.id)
    assert [(each.name, each.fits, each.because) for each in would.tried] == [
        ("No 4K", "no", "4K"),
        ("Old films", "yes", None),
    ]
    asked = await frida.request()
    assert asked.history is not None
    assert [(h.status, h.actor, h.reason) for h in asked.history] == [
        ("pending", "Frida", None),
        ("approved", None, "By the rule “Old films”."),
    ]
    twin = await home.twin(asked)
    assert (twin.requested_by.plex_id, len(home.overseerr.requests)) == (frida.plex_id, 1)
    await home.becomes(asked, RequestStatus.PROCESSING)
    show = await frida.request_show(seasons=[1])
    assert show.status is RequestStatus.APPROVED and show.status_reason == "By the rule “Never reached”."
    user = next(user for user in home.overseerr.state.users.values() if user.plex_id == frida.plex_id)
    user.permissions |= 1024
    assert (await frida.request(is_4k=True)).status is RequestStatus.PENDING


async def test_a_rule_on_genre_waits_until_the_title_is_known_and_is_then_looked_at_again(
    seerr: Home,
) -> None:
    frida = await seerr.friend()
    genres = (await frida.title(MediaType.TV, SHOW)).genres
    assert genres
    await rule(seerr, "Not these", action=RuleAction.ASK, genres=["No such genre"])
    await rule(seerr, "These", genres=[genres[0].upper()], max_seasons=3)
    seerr.clock.advance(60)
    seerr.overseerr.fail_with("refuse")
    show = await frida.request_show()
    film = await frida.request(550)
    assert {show.status, film.status} == {RequestStatus.PENDING}, (
        "nobody can say what kind of titles they are"
    )
    assert (await tried(seerr, frida, tmdb_id=550)).outcome == "unknown"
    seerr.overseerr.add_movie(550, "Fight Club", 1999)
    seerr.overseerr.heal()
    seerr.clock.advance(61)
    seen = await seerr.becomes(show, RequestStatus.PROCESSING)
    assert seen.history is not None
    assert "By the rule “These”." in [entry.reason for entry in seen.history]


async def test_a_long_show_is_not_had_bit_by_bit(seerr: Home) -> None:
    frida = await seerr.friend()
    await rule(seerr, "Short ones", media_type=MediaType.TV, max_seasons=2)
    asked = await frida.request_show(seasons=[1])
    assert asked.status is RequestStatus.PENDING, "it has three"
    edited = await frida.call(EditRequest(id=asked.id, seasons=[1, 2]))
    assert edited.status is RequestStatus.PENDING
    seerr.overseerr.add_show(1399, "Short", 2019, seasons={0: 1, 1: 5, 2: 5})
    assert (await frida.request_show(1399)).status is RequestStatus.APPROVED
    seerr.clock.advance(60)
    seerr.overseerr.fail_with("refuse")
    unknown = await frida.request_show(1400, seasons=[1])
    assert unknown.status is RequestStatus.PENDING
    seerr.overseerr.add_show(1400, "Shorter", 2020, seasons={1: 5})
    seerr.overseerr.heal()
    seerr.clock.advance(61)
    await seerr.becomes(unknown, RequestStatus.PROCESSING)


async def test_the_list_is_kept_in_its_order_by_several_at_once(seerr: Home) -> None:
    made = await asyncio.gather(*(rule(seerr, f"Rule {n}") for n in range(6)))
    listed = (await seerr.owner.call(ListRules())).items
    assert {r.id for r in listed} == {r.id for r in made}
    assert len(set(await seerr.rows("select position from approval_rules"))) == 6
    turned = [r.id for r in reversed(listed)]
    assert [r.id for r in (await seerr.owner.call(OrderRules(ids=turned))).items] == turned
    for wrong in (turned[1:], [*turned, uuid7()], [turned[0], *turned]):
        with pytest.raises(MediaNestError) as refused:
            await seerr.owner.call(OrderRules(ids=wrong))
        assert (refused.value.status, refused.value.code) == (409, "RULES_CHANGED")
    changed = ApprovalRule(id=turned[0], name="Off", action=RuleAction.ASK, enabled=False, genres=["Drama"])
    assert await seerr.owner.call(ChangeRule(rule=changed)) == changed
    await seerr.owner.call(RemoveRule(id=turned[1]))
    left = (await seerr.owner.call(ListRules())).items
    assert [r.id for r in left] == [turned[0], *turned[2:]] and left[0] == changed
    for gone in (RemoveRule(id=turned[1]), ChangeRule(rule=changed.model_copy(update={"id": turned[1]}))):
        with pytest.raises(MediaNestError) as missing:
            await seerr.owner.call(gone)
        assert missing.value.status == 404


async def test_only_administrators_keep_rules_and_a_rule_for_somebody_goes_with_them(seerr: Home) -> None:
    frida = await seerr.friend()
    wanted = ApprovalRule(id=uuid7(), name="Me", action=RuleAction.APPROVE)
    for message in (ListRules(), AddRule(rule=wanted), RemoveRule(id=wanted.id), OrderRules(ids=[])):
        with pytest.raises(MediaNestError) as refused:
            await frida.call(message)
        assert refused.value.status == 403
    with pytest.raises(MediaNestError) as nobody:
        await rule(seerr, "Nobody", user_id=uuid7())
    assert nobody.value.status == 422
    await rule(seerr, "Frida", user_id=frida.id)
    assert (await frida.request()).status is RequestStatus.APPROVED
    assert (await erased(seerr, frida))["approval_rules"] == 1
    assert (await seerr.owner.call(ListRules())).items == []
