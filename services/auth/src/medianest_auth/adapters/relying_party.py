"""WebAuthn: the questions put to passkeys, and whether their answers are right.

The library and what it needs for certificates take five megabytes: they are read when the first passkey is met.
"""

import ipaddress
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from medianest_auth.errors import PasskeyRefused, PasskeysUnavailable
from medianest_auth.models import Passkey, User
from medianest_common.contracts.auth.second_factor import Assertion, Attestation

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor
    from webauthn.registration.verify_registration_response import VerifiedRegistration

NAME = "MediaNest"
_TIMEOUT_MS = 300_000
_NO_COUNT = 0
"""Whether a counter went backwards is for the caller to see: it is worth a note, and no reason to lock anybody out."""


def can_do_passkeys(base_url: str) -> bool:
    """Browsers offer them to secure origins with a name: https, or this machine itself, and never a bare address."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost" or host.endswith(".localhost")
    return False


def new_question() -> bytes:
    return secrets.token_bytes(32)


class RelyingParty:
    """One name and one origin, both from the configured address and never from what a browser says."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self.available = can_do_passkeys(base_url)
        self._id = parts.hostname or ""
        default = {"https": 443, "http": 80}[parts.scheme]
        port = "" if parts.port in (None, default) else f":{parts.port}"
        self._origin = f"{parts.scheme}://{self._id}{port}"

    def must_be_available(self) -> None:
        if not self.available:
            raise PasskeysUnavailable("Browsers allow passkeys only over HTTPS and under a host name.")

    def creation_options(self, user: User, passkeys: Sequence[Passkey], *, question: bytes) -> dict[str, Any]:
        """A key that can be found without naming the person where the authenticator has room for it."""
        import webauthn
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        options = webauthn.generate_registration_options(
            rp_id=self._id,
            rp_name=NAME,
            user_id=user.id.bytes,
            user_name=user.email or user.name,
            user_display_name=user.name,
            challenge=question,
            timeout=_TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_described(passkeys),
        )
        return webauthn.helpers.options_to_json_dict(options)

    def request_options(self, passkeys: Sequence[Passkey], *, question: bytes) -> dict[str, Any]:
        """Without `passkeys`, for any that the browser knows for this place."""
        import webauthn
        from webauthn.helpers.structs import UserVerificationRequirement

        options = webauthn.generate_authentication_options(
            rp_id=self._id,
            challenge=question,
            timeout=_TIMEOUT_MS,
            allow_credentials=_described(passkeys),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.helpers.options_to_json_dict(options)

    def registered(self, credential: Attestation, *, question: bytes) -> "VerifiedRegistration":
        """Raises `PasskeyRefused`."""
        import webauthn

        try:
            return webauthn.verify_registration_response(
                credential=credential.model_dump(),
                expected_challenge=question,
                expected_rp_id=self._id,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except Exception as error:  # its parsers raise whatever the bytes lead them to
            raise _refused() from error

    def answered(
        self, assertion: Assertion, passkey: Passkey, *, question: bytes
    ) -> "VerifiedAuthentication":
        """Raises `PasskeyRefused`."""
        import webauthn

        try:
            return webauthn.verify_authentication_response(
                credential=assertion.model_dump(exclude_none=True),
                expected_challenge=question,
                expected_rp_id=self._id,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=_NO_COUNT,
                require_user_verification=True,
            )
        except Exception as error:  # its parsers raise whatever the bytes lead them to
            raise _refused() from error


def credential_id_of(assertion: Assertion) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    try:
        return base64url_to_bytes(assertion.raw_id)
    except ValueError:
        return b""


def user_handle_of(assertion: Assertion) -> bytes | None:
    from webauthn.helpers import base64url_to_bytes

    try:
        handle = assertion.response.user_handle
        return base64url_to_bytes(handle) if handle else None
    except ValueError:
        return b""


def known_transports(transports: Sequence[str]) -> list[str]:
    from webauthn.helpers.structs import AuthenticatorTransport

    known = {transport.value for transport in AuthenticatorTransport}
    return [transport for transport in dict.fromkeys(transports) if transport in known]


def _described(passkeys: Sequence[Passkey]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[AuthenticatorTransport(transport) for transport in passkey.transports] or None,
        )
        for passkey in passkeys
    ]


def _refused() -> PasskeyRefused:
    return PasskeyRefused("Use a passkey that belongs to this account, and start again.")
