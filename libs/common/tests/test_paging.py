from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.paging import InvalidCursor, decode_cursor, encode_cursor


@given(number=st.integers(-(2**63) + 1, 2**63 - 1), id=st.uuids())
def test_a_key_comes_back_as_it_went(number: int, id: UUID) -> None:
    assert decode_cursor(encode_cursor("newest", number, id), "newest", int, UUID) == (number, id)


@given(text=st.text(max_size=600))
def test_anything_else_is_refused_and_nothing_breaks(text: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(text, "newest", int)


@pytest.mark.parametrize("key", [(), (1, 2), (2**63,), (UUID(int=1),)])
def test_a_key_of_another_shape_is_refused(key: tuple[int | UUID, ...]) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(encode_cursor("newest", *key), "newest", int)


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(encode_cursor("oldest", 1), "newest", int)
