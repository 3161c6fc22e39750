"""Random bytes that were fetched for many at once are given to one only."""

import os
from concurrent.futures import ThreadPoolExecutor

from medianest_common.randomness import sixteen_random_bytes


def test_no_two_threads_are_given_the_same() -> None:
    with ThreadPoolExecutor(8) as threads:
        given = list(threads.map(lambda _: sixteen_random_bytes(), range(20_000)))
    assert {len(one) for one in given} == {16}
    assert len(set(given)) == len(given)


def test_a_process_that_is_split_off_is_given_others() -> None:
    sixteen_random_bytes()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"".join(sixteen_random_bytes() for _ in range(300)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        theirs = told.read()
    os.waitpid(child, 0)
    ours = {sixteen_random_bytes() for _ in range(300)}
    assert ours.isdisjoint(theirs[start : start + 16] for start in range(0, len(theirs), 16))
