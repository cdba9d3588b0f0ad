"""The team: who has which role, and who has left."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import AccessDenied, Verb, can
from disclosure.actions.house import team
from disclosure.console.directory_changes import (
    tell_whether_it_counts,
    waiting_changes,
)
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.services import AddStaffForm, StaffRoleForm
from disclosure.console.views.base import ActionView
from disclosure.console.views.services import DirectoryView
from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import DirectoryKind
from disclosure.models import DisclosureRequest, User


class TeamView(DirectoryView):
    """Everybody of the team, with what they have in hand."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show who works here, and who did."""
        self.reads()
        open_ones = Q(assigned_requests__status__in=DisclosureRequest.OPEN)
        people = (
            User.objects.exclude(staff_role="")
            .annotate(
                requests=Count("assigned_requests", filter=open_ones, distinct=True)
            )
            .order_by("-is_active", "staff_role", "name", "pk")
        )
        context = {
            "nav": "team",
            "people": people,
            "may_manage": can(self.actor, Verb.MANAGE_STAFF),
            "waiting": waiting_changes(self.actor, DirectoryKind.STAFF),
        }
        return render(request, "console/team.html", context)


class MemberPage(ActionView):
    """An action about a member of the team; the form carries the account's version."""

    verb = Verb.MANAGE_STAFF
    model = User

    def find(self, pk: Any) -> Any:
        """Return the member; senders are none."""
        if not can(self.actor, self.verb):
            raise AccessDenied(self.verb)
        return get_object_or_404(User.objects.exclude(staff_role=""), pk=pk)

    def protected(self, subject: Any) -> Any:
        """Return nothing: the permission is about no object in particular."""
        return None

    def make_form(self, subject: Any, **kwargs: Any) -> ActionForm:
        """Carry the version of the account itself."""
        return self.form_class(
            subject=subject, actor=self.actor, versioned=subject, **kwargs
        )

    def show_stale(
        self, subject: Any, form: ActionForm, stale: DisclosureError
    ) -> HttpResponse:
        """Show what was chosen against the account as it is now."""
        fresh = self.find(subject.pk)
        form.replace_version(fresh.version)
        context = self.page(fresh, form) | {"conflict": stale.message}
        return render(self.request, self.template_name, context, status=409)

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Name the person; there is no request."""
        title = f"{self.title} · {subject}"
        return self.plain_page(subject, form) | {"nav": "team", "title": title}

    def back_url(self, subject: Any) -> str:
        """Return to the team."""
        return reverse("console:team")


class AddStaffPage(MemberPage):
    """An account for somebody new."""

    form_class = AddStaffForm
    title = _("Add somebody to the team")
    lead = _(
        "Once a second person confirms it, they get a mail that says where to choose a "
        "password. They set up their second factor when they sign in for the first "
        "time."
    )
    submit_label = _("Add")

    def get(self, request: HttpRequest, pk: Any = None) -> HttpResponse:
        """Show the form."""
        return super().get(request, pk)

    def post(self, request: HttpRequest, pk: Any = None) -> HttpResponse:
        """Take it."""
        return super().post(request, pk)

    def find(self, pk: Any) -> Any:
        """Return an account that is not one yet."""
        return User()

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Name nobody yet."""
        return self.plain_page(subject, form) | {"nav": "team"}

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Make the account."""
        data = form.cleaned_data
        data.pop("version")
        change = team.propose_staff(**data, actor=self.actor)
        tell_whether_it_counts(self.request, change)
        return None


class StaffRolePage(MemberPage):
    """Another role for somebody."""

    form_class = StaffRoleForm
    title = _("Change the role")
    lead = _(
        "Another role counts once a second person confirms it. Nobody changes their "
        "own. What somebody may do no longer ends at once when the account is "
        "deactivated."
    )
    submit_label = _("Change")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Change it."""
        outcome = team.change_staff_role(subject, **form.cleaned_data, actor=self.actor)
        tell_whether_it_counts(self.request, outcome)
        return None


class DeactivatePage(MemberPage):
    """Somebody left, or comes back."""

    title = _("Deactivate or reactivate")
    lead = _(
        "Who left can no longer sign in, at once. Open requests and tasks stay in "
        "their name until a team lead gives them to somebody else. Somebody comes back "
        "once a second person confirms it."
    )
    submit_label = _("Change")
    button_class = "btn-refuse"

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Change it."""
        outcome = team.set_staff_active(
            subject,
            is_active=not subject.is_active,
            version=form.cleaned_data["version"],
            actor=self.actor,
        )
        tell_whether_it_counts(self.request, outcome)
        return None
