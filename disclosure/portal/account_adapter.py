"""How accounts are made and where people land: the hooks of django-allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import get_language

from disclosure.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # -- allauth ships no types
    """Portal accounts are made by signing up; staff accounts never are."""

    def save_user(
        self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True
    ) -> User:
        """Make a portal account that keeps the reader's language and time zone."""
        user.staff_role = ""
        user.language = get_language() or user.language
        user.time_zone = timezone.get_current_timezone_name()
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def pre_login(
        self, request: HttpRequest, user: User, **kwargs: Any
    ) -> HttpResponse | None:
        """Turn a suspended account away like a closed one."""
        if user.suspended_at is not None:
            inactive: HttpResponse = self.respond_user_inactive(request, user)
            return inactive
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead staff to the queue and everybody else to their requests."""
        user = request.user
        staff = isinstance(user, User) and user.is_staff
        return resolve_url("console:queue" if staff else "portal:home")
