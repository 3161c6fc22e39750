"""What an installation has from before is brought along."""

import asyncpg

from medianest.testing import SECRET_KEY, Sandbox
from medianest_common.db.migrate import migrate
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing
from medianest_youtube.service import SERVICE

MANY = 1_500


async def test_titles_from_before_are_found_however_they_are_written(sandbox: Sandbox) -> None:
    url, secret = sandbox.settings["database_url"], role_secret(KeyRing.parse(SECRET_KEY))
    await sandbox.create_database()
    await migrate([SERVICE], admin_url=url, secret=secret, revision="0002")
    connection = await asyncpg.connect(role_url(url, "youtube", secret=secret), timeout=20)
    try:
        await connection.execute(
            "insert into assets (id, video_id, profile_id, title, status, status_since, queued_at, version,"
            " created_at, updated_at) select gen_random_uuid(), lpad(n::text, 11, 'v'),"
            " (select id from profiles where is_default), 'Große Brücke ' || n, 'ready', now(), now(), 1, now(), now()"
            f" from generate_series(1, {MANY}) n",
            timeout=20,
        )

        await migrate([SERVICE], admin_url=url, secret=secret)

        found = await connection.fetchval(
            "select count(*) from assets where title_words = 'grosse brucke ' || ltrim(video_id, 'v')",
            timeout=20,
        )
    finally:
        await connection.close(timeout=5)
    assert found == MANY
