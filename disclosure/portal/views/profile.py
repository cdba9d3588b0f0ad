"""Who you are: before the first request, and whenever it changes."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, is_verified, require
from disclosure.actions.base import InvalidInput
from disclosure.actions.house.people import edit_profile
from disclosure.actions.house.recipient_keys import key_in_use
from disclosure.domain.vocabulary import RequesterKind
from disclosure.portal.forms.profile import ProfileForm
from disclosure.portal.second_factor import has_second_factor, must_use_second_factor
from disclosure.portal.views.base import PortalView


class Profile(PortalView):
    """The form about oneself, with what verification means."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what is known; the team has no sender's profile."""
        require(self.actor, Verb.EDIT_PROFILE)
        profile = self.profile
        first = {"language": self.actor.language, "name": self.actor.name}
        if profile is not None:
            first = {name: getattr(profile, name) for name in ProfileForm.base_fields}
        return self.page(ProfileForm(initial=first))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it, or say at which field something is wrong."""
        form = ProfileForm(request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        data = form.cleaned_data
        try:
            edit_profile(
                kind=RequesterKind(data["kind"]),
                name=data["name"],
                organisation=data["organisation"],
                postal_address=data["postal_address"],
                language=data["language"],
                actor=self.actor,
            )
        except InvalidInput as invalid:
            form.complain(str(invalid.data["field"]), invalid.message)
            return self.page(form, 422)
        messages.success(request, str(_("Your profile is saved.")))
        if must_use_second_factor(self.actor) and not has_second_factor(self.actor):
            return redirect("mfa_activate_totp")
        return HttpResponseRedirect(self.next_url())

    def next_url(self) -> str:
        """Return where the reader was going, if that is a page of ours."""
        address = self.request.POST.get("next") or self.request.GET.get("next", "")
        if address.startswith("/") and url_has_allowed_host_and_scheme(
            address,
            allowed_hosts={self.request.get_host()},
            require_https=settings.HTTPS,
        ):
            return address
        return reverse("portal:home")

    def page(self, form: ProfileForm, status: int = 200) -> HttpResponse:
        """Draw it."""
        profile = self.profile
        context = {
            "form": form,
            "profile": profile,
            "is_verified": profile is not None and is_verified(profile),
            "key": profile and key_in_use(profile),
            "next": self.request.POST.get("next") or self.request.GET.get("next", ""),
        }
        return self.show("profile", context, status)
