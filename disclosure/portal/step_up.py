"""Proving anew who one is, right before identity data is handed over."""

import time
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from disclosure.models import User
from disclosure.portal.second_factor import has_second_factor


def is_fresh(request: HttpRequest, user: User) -> bool:
    """Whether the strongest proof this account has was given within minutes.

    That is the second factor where there is one, else the password. Signing in
    counts, so nobody is asked twice in a row.
    """
    needed = {"mfa"} if has_second_factor(user) else {"mfa", "password"}
    youngest = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(
        record.get("method") in needed and record.get("at", 0) >= youngest
        for record in get_authentication_records(request, user)
    )


def lead_to_step_up(user: User, back_to: str) -> HttpResponse:
    """Send the reader to prove it, and then back to a page (never to a download)."""
    page = "mfa_reauthenticate" if has_second_factor(user) else "account_reauthenticate"
    return redirect(f"{reverse(page)}?{urlencode({'next': back_to})}")
