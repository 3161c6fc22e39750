"""Every cookie of the portal, in one place: what it is called, who may read it and how long it lives."""

import hashlib
import secrets
from collections.abc import Mapping
from hashlib import sha256

from starlette.responses import Response

from medianest_common.contracts.auth import SignedIn
from medianest_gateway.settings import GatewaySettings

_PRE_LOGIN_SECONDS = 1800
_DEVICE_SECONDS = 180 * 86_400


class Cookies:
    """Over TLS all names carry `__Host-`, which ties them to this host. Over plain HTTP they carry a mark of the
    address instead, because browsers share cookies between ports and two installations on one host would sign each
    other out.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        self._secure = settings.secure
        mark = hashlib.sha256(settings.base_url.encode()).hexdigest()[:6]
        wrap = "__Host-{}" if self._secure else "{}_" + mark
        self.access = wrap.format("mn_at")
        self.refresh = wrap.format("mn_rt")
        self.pre_login = wrap.format("mn_pre")
        self.device = wrap.format("mn_dev")
        self.csrf = wrap.format("mn_csrf")
        # For sites on other hosts: `__Host-` would keep it from them.
        self.forward = "__Secure-mn_fwd" if self._secure else f"mn_fwd_{mark}"
        self._domain = settings.forward_auth_cookie_domain or None

    def sign_in(self, response: Response, signed_in: SignedIn, *, csrf_token: str) -> None:
        self._set(response, self.access, signed_in.access_token, seconds=signed_in.expires_in)
        self._set(
            response,
            self.refresh,
            signed_in.refresh_token,
            seconds=signed_in.refresh_expires_in,
            same_site="strict",
        )
        if signed_in.device_token:
            self._set(response, self.device, signed_in.device_token, seconds=_DEVICE_SECONDS)
        self.set_csrf(response, csrf_token)
        # A new sign-in starts from a browser binding that nobody has seen before.
        self._delete(response, self.pre_login)

    def sign_out(self, response: Response) -> None:
        for name in (self.access, self.refresh, self.csrf):
            self._delete(response, name)
        if self._domain:
            response.delete_cookie(
                self.forward,
                path="/",
                domain=self._domain,
                secure=self._secure,
                httponly=True,
                samesite="lax",
            )

    def forget_device(self, response: Response) -> None:
        self._delete(response, self.device)

    def set_pass(self, response: Response, value: str, *, seconds: int) -> None:
        """Without a common domain there is no other host to show it to."""
        if self._domain:
            response.set_cookie(
                self.forward,
                value,
                max_age=seconds,
                path="/",
                domain=self._domain,
                secure=self._secure,
                httponly=True,
                samesite="lax",
            )

    def set_csrf(self, response: Response, token: str) -> None:
        response.set_cookie(
            self.csrf, token, path="/", secure=self._secure, httponly=False, samesite="strict"
        )

    def pre_login_secret(self, cookies: Mapping[str, str]) -> str:
        """What this browser holds before it signs in; a new one when it holds none that we would make."""
        present = cookies.get(self.pre_login, "")
        return present if 16 <= len(present) <= 64 else secrets.token_urlsafe(24)

    def set_pre_login(self, response: Response, secret: str) -> None:
        self._set(response, self.pre_login, secret, seconds=_PRE_LOGIN_SECONDS)

    def binding(self, cookies: Mapping[str, str]) -> str:
        """SHA-256 of the pre-login secret, empty without one."""
        present = cookies.get(self.pre_login)
        return sha256(present.encode()).hexdigest() if present else ""

    def _set(
        self, response: Response, name: str, value: str, *, seconds: int, same_site: str = "lax"
    ) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict" if same_site == "strict" else "lax",
        )

    def _delete(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self._secure, httponly=True, samesite="lax")
