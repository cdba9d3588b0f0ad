"""What stands between the address and the page, for portal and console alike."""

from collections.abc import Callable
from typing import Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from disclosure.domain.errors import DisclosureError
from disclosure.keys.errors import KeyStoreUnavailable
from disclosure.models import User
from disclosure.portal.second_factor import has_second_factor, must_use_second_factor
from disclosure.templatetags.desk_page import zone_cookie_name

log = structlog.get_logger()

GetResponse = Callable[[HttpRequest], HttpResponse]

#: Where zones are known from: names, so that a cookie never reaches the file system.
ZONES: Final = frozenset(available_timezones())

#: Pages a person without the compulsory second factor can still reach.
SETUP_PAGES: Final = frozenset(
    {
        "mfa_activate_totp",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_reauthenticate",
        "account_reauthenticate",
        "account_logout",
        "account_email_verification_sent",
        "account_confirm_email",
        "set_language",
    }
)

#: HTTP status and page of each refusal that is not the program's fault.
REFUSALS: Final = {
    "access_denied": 403,
    "not_now": 409,
    "conflict": 409,
    "impossible": 409,
    "invalid_input": 400,
    # Destroyed on purpose: what was asked for is gone, and no fault of anybody.
    "key_destroyed": 410,
}


class ReaderMiddleware:
    """Sets the reader's language and time zone for everything below it.

    Zone: what the browser told (a cookie), else the profile's. Language: what was
    chosen with the switch (Django's language cookie, already active), else the
    profile's. It stands below authentication; a suspended account's session ends here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language and zone."""
        user = request.user if isinstance(request.user, User) else None
        if user is not None and user.suspended_at is not None:
            logout(request)
            user = None
        self._set_language(request, user)
        with timezone.override(reader_zone(request, user)):
            return self.get_response(request)

    @staticmethod
    def _set_language(request: HttpRequest, user: User | None) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if user is None or chosen or not user.language:
            return
        translation.activate(user.language)


def reader_zone(request: HttpRequest, user: User | None) -> ZoneInfo:
    """Return the zone hours are shown in; unknown names fall back, never raise."""
    told = unquote(request.COOKIES.get(zone_cookie_name(), ""))
    profile = user.time_zone if user is not None else ""
    for name in (told, profile):
        if name in ZONES:
            return ZoneInfo(name)
    return ZoneInfo("Asia/Shanghai")


class SecondFactorMiddleware:
    """Leads whoever must have a second factor and has none to setting it up.

    Default deny: nothing but `SETUP_PAGES` opens before that, whatever the view.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the check needs the resolved view and is in `process_view`."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponse | None:
        """Redirect to the set-up page, or let the view answer."""
        user = request.user
        if not isinstance(user, User):
            return None
        match = request.resolver_match
        if match is not None and match.view_name in SETUP_PAGES:
            return None
        if not must_use_second_factor(user) or has_second_factor(user):
            return None
        return redirect("mfa_activate_totp")


def _out_of_reach(request: HttpRequest, exception: KeyStoreUnavailable) -> HttpResponse:
    """Answer 503; what exactly is wrong is for the log and for our own people."""
    log.error("key_store_unavailable", kind=type(exception).__name__)
    is_staff = getattr(getattr(request, "user", None), "is_staff", False)
    context = {"message": exception.message if is_staff else ""}
    return render(request, "503.html", context, status=503)


class RefusalMiddleware:
    """Turns an action's refusal that no view caught into its page.

    Faults of ours (a broken seal, a missing key) are not refusals: they stay errors.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; exceptions of views come to `process_exception`."""
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Answer 403, 409, 410 or 400 with the refusal's own words."""
        if isinstance(exception, KeyStoreUnavailable):
            return _out_of_reach(request, exception)
        if not isinstance(exception, DisclosureError):
            return None
        status = REFUSALS.get(type(exception).code)
        if status is None:
            return None
        context = {"message": exception.message}
        return render(request, f"{status}.html", context, status=status)
