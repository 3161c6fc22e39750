"""The certificate that browsers are shown at our own address."""

import asyncio
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

_SECONDS = 3.0


class Refused(Exception):
    """It is not one that can be trusted; says why."""


async def expires_at(base_url: str) -> datetime:
    """Raises `Refused`, and `OSError` or `TimeoutError` where nobody answers: from inside a network its own name
    often leads nowhere."""
    parts = urlsplit(base_url)
    context = await asyncio.to_thread(ssl.create_default_context)
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(
                parts.hostname, parts.port or 443, ssl=context, server_hostname=parts.hostname
            )
    except ssl.SSLCertVerificationError as error:
        raise Refused(error.verify_message) from None
    try:
        certificate = writer.get_extra_info("peercert")
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    finally:
        writer.close()
