"""Proving anew who one is, right before a secret is shown once."""

import time
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from disclosure.models import User


def is_fresh(request: HttpRequest, person: User) -> bool:
    """Whether their strongest proof was given within minutes: the second factor."""
    needed = {"mfa"} if is_mfa_enabled(person) else {"mfa", "password"}
    youngest = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(
        record.get("method") in needed and record.get("at", 0) >= youngest
        for record in get_authentication_records(request, person)
    )


def lead_to_step_up(person: User, back_to: str) -> HttpResponse:
    """Send them to prove it, and then back to a page that shows nothing by itself."""
    page = "mfa_reauthenticate" if is_mfa_enabled(person) else "account_reauthenticate"
    return redirect(f"{reverse(page)}?{urlencode({'next': back_to})}")
