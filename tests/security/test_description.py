"""Every answer of the HTTP API, to sensible and to senseless questions, is one that its description promises."""

import re
from collections import Counter
from typing import Any

import pytest

from tests.security.belongings import belongings
from tests.security.conftest import House
from tests.security.described import ask, config
from tests.security.test_access import ACCESS, ADMIN, BODIES

_CHAINS = {
    "requests": "/media/(request|requests|issues|rules|quotas)",
    "downloads": "/youtube/(download|downloads|batches|subscriptions|profiles)",
    "notifications": "/notifications(/|$)|/admin/(broadcasts|notifications)",
    "monitors": "/admin/(monitors|incidents)|/services(/|$)",
    "status pages": "/admin/status-pages|/status/|/admin/monitors$",
    "accounts": "/auth/(tokens|invites|devices)|/admin/(users|erasures)",
}
_ADMINISTRATORS = "status pages"
"""Of these nothing leads anywhere for anybody else."""
_NOT_IN_CHAINS = "POST /api/v1/admin/users/{id}/make-owner"
"""After it others are asked."""
_MOST_WALKS = 8


@pytest.fixture(scope="module")
def house(house: House) -> House:
    """With one thing of each kind, so that lists have something in them and something to go on with."""
    house.do(belongings(house, BODIES))
    return house


@pytest.mark.parametrize("who", ["nobody", "frida", "olive"])
@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(2, marks=pytest.mark.timeout(600)),
        pytest.param(150, marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
def test_answers_are_as_described(house: House, who: str, examples: int) -> None:
    """In the short form the boundaries of everything are tried by the owner alone: what is wrong with a question is so
    whoever asks it."""
    short = examples == 2
    phases = {"stateful": {"enabled": False}, "coverage": {"enabled": who == "olive" or not short}}
    found = ask(house, getattr(house, who), config(examples, phases=phases))
    assert not found.wrong, str(found)
    # The tests reached what is behind the door, and not only the door.
    statuses = found.statuses
    assert statuses.total() > (1000 if who == "olive" or not short else 200), statuses
    assert statuses[200] > (5 if who == "nobody" else 20 if who == "frida" and short else 150), statuses


@pytest.mark.parametrize(
    "who, chain, scenarios",
    [
        *(pytest.param(who, "all", 20, marks=pytest.mark.timeout(600)) for who in ("frida", "olive")),
        *(
            pytest.param(who, chain, 200, marks=[pytest.mark.long, pytest.mark.timeout(3600)])
            for who in ("frida", "olive")
            for chain in _CHAINS
            if (who, chain) != ("frida", _ADMINISTRATORS)
        ),
    ],
)
def test_what_one_answer_names_is_there_for_the_next_question(
    house: House, who: str, chain: str, scenarios: int
) -> None:
    """Questions one after the other, each with ids and places out of the answers before it: what was made is there,
    what was deleted is not."""
    off = {"enabled": False}
    walk = {"max-steps": 10, "generation": {"mode": "positive"}}
    phases: dict[str, Any] = {"examples": off, "coverage": off, "fuzzing": off, "stateful": walk}
    pattern = re.compile(f"/api/v1({_CHAINS.get(chain) or '|'.join(_CHAINS.values())})")

    def is_meant(method: str, path: str) -> bool:
        route = f"{method} {path}"
        return (
            bool(pattern.match(path))
            and route != _NOT_IN_CHAINS
            and (who == "olive" or ACCESS[route] != ADMIN)
        )

    # Which way is gone is chance, a short one may lead nowhere, and now and then one ends early.
    walked, followed = 0, Counter[str]()
    for seed in range(_MOST_WALKS):
        way = config(scenarios, phases=phases, seed=seed)
        found = ask(house, getattr(house, who), way, at=is_meant, bodies=BODIES)
        walked, followed = walked + found.scenarios, followed + found.followed
        print(f"{walked} scenarios; what was named was there: {dict(followed)}")
        assert not found.wrong, str(found)
        if walked >= scenarios and (who == "frida" or followed):
            return
    assert followed or who == "frida", "no answer ever named what was there for the next question"
