"""What can go wrong at a provider, as the person at the browser is told; the reason goes to the log."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from medianest_auth.errors import (
    ProviderAnswerRefused,
    ProviderMisconfigured,
    ProviderUnreachable,
    SignInNotConfirmed,
)
from medianest_common.errors import BadUpstream, MediaNestError
from medianest_common.http import AddressRefused, Response, UpstreamRefused

log = structlog.get_logger()


def misconfigured(provider: str, reason: str) -> ProviderMisconfigured:
    log.error("provider_misconfigured", provider=provider, reason=reason)
    return ProviderMisconfigured("Tell whoever runs this portal; its log says what is wrong.")


def refused(provider: str, reason: str) -> ProviderAnswerRefused:
    log.warning("provider_answer_refused", provider=provider, reason=reason)
    return ProviderAnswerRefused("Start again. If it stays like this, tell whoever runs this portal.")


@contextmanager
def reaching(provider: str, what: str) -> Iterator[None]:
    """Turns what an outgoing call ends in into what the person is told."""
    try:
        yield
    except (ProviderMisconfigured, ProviderAnswerRefused, SignInNotConfirmed):
        raise
    except AddressRefused as error:
        raise misconfigured(provider, f"{what}: {error.detail}") from None
    except UpstreamRefused as error:
        raise misconfigured(provider, f"{what}: answered {error.upstream_status}") from None
    except BadUpstream as error:
        raise refused(provider, f"{what}: {error.detail}") from None
    except MediaNestError as error:
        log.warning("provider_unreachable", provider=provider, what=what, reason=error.detail)
        raise ProviderUnreachable(
            "The provider does not answer as it should. Try again in a moment, or sign in another way.",
            retry_after=error.retry_after or 5,
        ) from None


def of_token_endpoint(provider: str, response: Response) -> MediaNestError:
    """RFC 6749, 5.2: was it the code, or is it us?"""
    try:
        document = response.json()
    except MediaNestError:
        document = None
    error = document.get("error") if isinstance(document, dict) else None
    return of_token_error(provider, error, status=response.status)


def of_token_error(provider: str, error: object, *, status: int) -> MediaNestError:
    # `bad_verification_code` is GitHub's word for it.
    if error in ("invalid_grant", "bad_verification_code"):
        return SignInNotConfirmed("Start again.")
    known = error if isinstance(error, str) and error.isascii() and len(error) < 40 else "no reason"
    return misconfigured(
        provider, f"the token endpoint answered {status}, {known}; check client id and secret"
    )
