"""Opaque tokens are long, named and stored as hashes only."""

from medianest_common.security.tokens import hash_token, new_token, same_token


def test_a_token_carries_its_prefix_and_256_random_bits() -> None:
    tokens = {new_token("mnr_") for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.startswith("mnr_") and len(token) == 47 for token in tokens)


def test_the_hash_is_stable_and_takes_anything() -> None:
    assert hash_token("mnr_x") == hash_token("mnr_x")
    assert len(hash_token("\ud800")) == 32


def test_only_equal_tokens_are_the_same() -> None:
    assert same_token("mnr_é", "mnr_é")
    assert not same_token("mnr_a", "mnr_b")
    assert not same_token("\ud800", "\ud801")
