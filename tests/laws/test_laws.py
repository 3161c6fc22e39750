"""Each house law catches what it is there for, and leaves the rest alone."""

import pytest

from tools.laws import breaches, lock_breaches, python_breaches

SERVICE = "services/media/src/medianest_media/use_cases/thing.py"
COMMON = "libs/common/src/medianest_common"


@pytest.mark.parametrize(
    "path,source,law",
    [
        (SERVICE, "from datetime import UTC, datetime\nx = datetime.now(UTC)\n", "injected clock"),
        (SERVICE, "import datetime\nx = datetime.datetime.now()\n", "injected clock"),
        (SERVICE, "async def f(session):\n    await session.commit()\n", "Database.transaction()"),
        (SERVICE, "from faststream.nats import NatsBroker\n", "FastStream"),
        (SERVICE, "print('x')\n", "printing"),
        (SERVICE, "log.info('said', reason='x', code=code.value)\n", "`code` is hidden"),
        (SERVICE, "self._log.info('said', user_email=who)\n", "`user_email` is hidden"),
        (SERVICE, "def f(user):\n    return f'push.user.{user}'\n", "subjects"),
        (SERVICE, "def f(user):\n    return 'push.user.' + user\n", "subjects"),
        (SERVICE, "x = text('delete from items where id = :id returning *')\n", "names its columns"),
        (SERVICE, "x = text(f'select i.*, r.status from {table} i')\n", "names its columns"),
        (SERVICE, "x = 'with a as (select id from items) SELECT id, a.* from a'\n", "names its columns"),
        (SERVICE, "x = 1  # TODO later\n", "finish it"),
        (
            f"{COMMON}/contracts/media.py",
            "from medianest_common.settings import Settings\n",
            "contracts import",
        ),
        ("services/media/tests/test_x.py", "from unittest.mock import patch\n", "no mocks"),
        (
            "services/media/tests/test_x.py",
            "import pytest\n@pytest.mark.skip\ndef test_x(): ...\n",
            "mended or removed",
        ),
    ],
)
def test_a_breach_is_found(path: str, source: str, law: str) -> None:
    found = python_breaches(path, source)
    assert len(found) == 1
    assert law in found[0].law


@pytest.mark.parametrize(
    "path,source",
    [
        (f"{COMMON}/clock.py", "from datetime import UTC, datetime\nx = datetime.now(UTC)\n"),
        (f"{COMMON}/db/database.py", "async def f(session):\n    await session.commit()\n"),
        (f"{COMMON}/bus/broker.py", "from faststream.nats import NatsBroker\n"),
        (
            f"{COMMON}/contracts/media.py",
            "from uuid import UUID\nfrom medianest_common.contracts.base import Contract\n",
        ),
        ("medianest/cli.py", "print('address')\n"),
        (SERVICE, "log.info('said', error_code=error.code)\nrow.info('said', code=1)\n"),
        (SERVICE, "def f(name):\n    return f'evtl. {name}'\n"),
        (SERVICE, "subject = 'live.youtube.progress'\n"),
        (SERVICE, "x = text(f'select count(*), i.id from (select * from items where {which}) i')\n"),
        (SERVICE, "x = text('insert into items (id) select * from unnest(cast(:ids as uuid[]))')\n"),
        (
            SERVICE,
            "x = text('select a, sum(b * 2) from (with h as (select h.* from g) select * from h) i')\n",
        ),
        (SERVICE, "x = 'choose or select, and see **bold** words'\n"),
        ("services/media/src/medianest_media/migrations/versions/0001_x.py", "x = 'select * from items'\n"),
        ("services/media/tests/test_x.py", "x = 'select * from items'\n"),
    ],
)
def test_what_is_allowed_is_left_alone(path: str, source: str) -> None:
    assert python_breaches(path, source) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://mirror.example/simple",
        "[[tool.uv.index]]",
        '"resolved": "https://registry.npmjs.org/a.tgz"',
    ],
)
def test_a_lock_that_names_an_index_is_found(line: str) -> None:
    assert len(lock_breaches("requirements.lock", f"a==1\n{line}\n")) == 1


def test_the_project_keeps_its_laws() -> None:
    assert breaches() == []
