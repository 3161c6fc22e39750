"""What the servers say is kept, and never grows for ever."""

from pathlib import Path

from medianest.embedded.process import bound_log


def test_a_log_that_grew_too_long_begins_anew_under_its_writer_and_the_one_before_is_kept(
    tmp_path: Path,
) -> None:
    path = tmp_path / "nats.log"
    with path.open("ab", buffering=0) as server:
        server.write(b"early\n" * 100)
        bound_log(path, most=500)
        server.write(b"late\n")
    assert path.read_bytes() == b"late\n"
    assert (tmp_path / "nats.old.log").read_bytes() == b"early\n" * 100


def test_a_short_log_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "nats.log"
    path.write_bytes(b"early\n")
    bound_log(path, most=500)
    assert [found.name for found in tmp_path.iterdir()] == ["nats.log"]
    assert path.read_bytes() == b"early\n"
