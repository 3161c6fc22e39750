"""Attacks 85, 86 and 93: nothing that a stranger sends is too odd for whoever reads it.

Bytes at random, sensible ones with some of them changed, and sensible JSON with a value in it that nobody expects.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, Target

_SHORT, _LONG = 150, 20_000
_ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, [], {}, [[]], [None], [{}], {"": None}),
        *(0, -1, 1.5, -0.0, 2**31, 2**63, 2**64, 10**400, 1e308, float("nan"), float("inf")),
        *(
            "",
            " ",
            "0",
            "-1",
            "1e400",
            "٣",
            "a\x00b",
            "\ud800",
            "\u202e",
            "x" * 5000,
            "../../x",
            "\r\n",
            "9" * 5000,
        ),
        *(
            "http://[",
            "https://user:pass@host",
            "2026-13-45T99:99:99Z",
            "0001-01-01",
            "9999-12-31T23:59:59+14:00",
        ),
    ]
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, member in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from _places(member, (*path, key))


def _with(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    if isinstance(value, dict):
        return {k: _with(v, path[1:], odd) if k == path[0] else v for k, v in value.items()}
    return [_with(v, path[1:], odd) if k == path[0] else v for k, v in enumerate(value)]


@st.composite
def _odd_json(draw: st.DrawFn, seeds: list[Any]) -> bytes:
    value = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(_places(value))))
        value = _with(value, path, draw(_ODD))
    return json.dumps(value).encode()


@st.composite
def _changed(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        upto = draw(st.integers(at, min(len(data), at + 8)))
        data = data[:at] + draw(st.binary(max_size=8)) + data[upto:]
    return data


def _fed_to(target: Target) -> st.SearchStrategy[bytes]:
    fed = st.binary(max_size=2000) | st.text(max_size=500).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
    fed |= st.sampled_from([b"[" * 100_000, b'{"a":' * 50_000, b"\x00" * 1000, b"%" * 3000, b"a" * 100_000])
    if target.seeds:
        fed |= _changed(list(target.seeds))
    documents = [
        json.loads(seed) for seed in target.seeds if seed[:1] in (b"{", b"[") and seed[-1:] in (b"}", b"]")
    ]
    return fed | _odd_json(documents) if documents else fed


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize(
    "most", [_SHORT, pytest.param(_LONG, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]
)
def test_nothing_is_too_odd_to_be_read(name: str, most: int) -> None:
    target = TARGETS[name]

    # In the short form the same at every run, so that what it finds is of the change that is tested.
    @settings(max_examples=most, derandomize=most == _SHORT, suppress_health_check=list(HealthCheck))
    @given(_fed_to(target))
    def fed(data: bytes) -> None:
        target.feed(data)

    for seed in target.seeds:
        target.feed(seed)
    fed()
