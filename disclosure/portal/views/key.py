"""The key to which answers are encrypted: registered by the account itself.

Each change asks for the strongest proof the account has, and is told by mail: a key
decides who can read what will be released.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import Impossible, InvalidInput, StaleVersion
from disclosure.actions.house.recipient_keys import key_in_use, register_key, remove_key
from disclosure.models import Requester, User
from disclosure.portal.forms.key import KeyForm
from disclosure.portal.step_up import is_fresh, lead_to_step_up
from disclosure.portal.views.base import PortalView


class KeyView(PortalView):
    """What showing, registering and removing share."""

    requester: Requester

    def dispatch(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        """Ask first who has no profile yet, and who signed in a while ago."""
        user = request.user
        if not isinstance(user, User):
            return super().dispatch(request, *args, **kwargs)
        if user.is_staff:
            raise Http404
        profile = user.requester_profile
        if profile is None:
            return redirect(f"{reverse('portal:profile')}?next={reverse('portal:key')}")
        if not is_fresh(request, user):
            return lead_to_step_up(user, reverse("portal:key"))
        self.requester = profile
        return super().dispatch(request, *args, **kwargs)

    def page(self, form: KeyForm, status: int = 200) -> HttpResponse:
        """Draw the page with the key in use."""
        context = {
            "form": form,
            "key": key_in_use(self.requester),
            "version": self.requester.version,
            "is_state": self.requester.authority_id is not None,
        }
        return self.show("key", context, status)


class Key(KeyView):
    """The key in use, and the form for another one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        require(self.actor, Verb.REGISTER_KEY, self.requester)
        return self.page(KeyForm(initial={"version": self.requester.version}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Register what was pasted, or say what is wrong with it."""
        form = KeyForm(request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        try:
            register_key(
                self.requester,
                public_key=form.cleaned_data["public_key"],
                version=form.cleaned_data["version"],
                actor=self.actor,
            )
        except InvalidInput as invalid:
            if invalid.code == "secret_key_given":
                # What should never have been sent is not sent back.
                form = KeyForm({"version": self.requester.version, "public_key": " "})
                form.full_clean()
                form.errors.clear()
            form.complain("public_key", invalid.message)
            return self.page(form, 422)
        except StaleVersion as stale:
            form.replace_version(Requester.objects.get(user=self.actor).version)
            form.add_error(None, str(stale.message))
            return self.page(form, 409)
        said = _("Your key is registered. Answers released from now on need it.")
        messages.success(request, str(said))
        return redirect("portal:key")


class RemoveKey(KeyView):
    """Going on without a key."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Retire the key in use."""
        version = request.POST.get("version", "")
        try:
            remove_key(
                self.requester,
                version=int(version) if version.isdecimal() else None,
                actor=self.actor,
            )
        except (Impossible, StaleVersion) as refused:
            messages.error(request, str(refused.message))
            return redirect("portal:key")
        messages.success(request, str(_("No key is registered any more.")))
        return redirect("portal:key")
