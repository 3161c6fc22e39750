"""Models that are not needed at the start. Contracts say by themselves that they are built when they are first used."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel


@contextmanager
def built_late() -> Iterator[None]:
    """Whatever model is read in the block is built when it is first used. FastAPI alone has 39 for the description of
    an interface, which in most processes nobody ever asks for."""
    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]
