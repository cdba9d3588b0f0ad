"""What the desk relies on: published numbers of authorities, and the calendar."""

from operator import attrgetter
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, AccessDenied, Verb, can, holds
from disclosure.actions.base import InvalidInput, record_denial
from disclosure.actions.deadlines.holidays import import_holidays
from disclosure.actions.deadlines.reckoning import calendar_from_table
from disclosure.actions.house.authorities import change_authority
from disclosure.console.directory_changes import tell_whether_it_counts
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.directory import AuthorityForm, CalendarForm
from disclosure.console.views.base import ActionView, StaffView
from disclosure.domain.errors import DisclosureError
from disclosure.models import IssuingAuthority

YEARS_BACK: Final = 1
YEARS_AHEAD: Final = 1


class AuthorityPage(ActionView):
    """A court or authority, and the number its documents are verified by."""

    verb = Verb.MANAGE_DIRECTORY
    model = IssuingAuthority
    form_class = AuthorityForm
    title = _("Court or authority")
    lead = _(
        "The number to call back comes from a source of our own, never from a "
        "document somebody sent. Another number or address counts once a second "
        "person confirms it."
    )
    submit_label = _("Record")

    def find(self, pk: Any) -> Any:
        """Return the authority; it belongs to no request."""
        if not holds(self.actor, self.verb) and not holds(self.actor, Verb.VIEW):
            raise Http404
        return get_object_or_404(IssuingAuthority, pk=pk)

    def protected(self, subject: Any) -> Any:
        """Return nothing: the permission is about no object in particular."""
        return None

    def make_form(self, subject: Any, **kwargs: Any) -> ActionForm:
        """Carry the version of the authority itself."""
        return self.form_class(
            subject=subject, actor=self.actor, versioned=subject, **kwargs
        )

    def show_stale(
        self, subject: Any, form: ActionForm, stale: DisclosureError
    ) -> HttpResponse:
        """Show what was typed against the authority as it is now."""
        fresh = self.find(subject.pk)
        form.replace_version(fresh.version)
        context = self.page(fresh, form) | {"conflict": stale.message}
        return render(self.request, self.template_name, context, status=409)

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Leave the request out: there is none."""
        return self.plain_page(subject, form) | {"title": subject.name}

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record or propose it."""
        assert isinstance(form, AuthorityForm)  # noqa: S101 -- tells the type checker only
        outcome = change_authority(
            subject,
            form.terms(),
            version=form.cleaned_data["version"],
            actor=self.actor,
        )
        tell_whether_it_counts(self.request, outcome)
        return None

    def back_url(self, subject: Any) -> str:
        """Return to the authority."""
        return reverse("console:authority", args=[subject.pk])


class HolidaysView(StaffView):
    """The calendar legal dates are counted by."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the years around now, and which of them are published."""
        return self.show(CalendarForm(label_suffix=""))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take a notice in; open deadlines are counted anew with it."""
        if not can(self.actor, Verb.IMPORT_HOLIDAYS):
            denied = AccessDenied(Verb.IMPORT_HOLIDAYS)
            record_denial(denied, self.actor)
            raise denied
        form = CalendarForm(request.POST, request.FILES, label_suffix="")
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            report = import_holidays(form.cleaned_data["file"], actor=self.actor)
        except InvalidInput as invalid:
            form.add_error("file", str(invalid.message))
            return self.show(form, status=422)
        words = _(
            "%(added)d days added, %(changed)d corrected, %(moved)d deadlines moved."
        )
        counted = {
            "added": report.added,
            "changed": report.changed,
            "moved": report.moved,
        }
        messages.success(request, str(words) % counted)
        return redirect("console:holidays")

    def show(self, form: CalendarForm, status: int = 200) -> HttpResponse:
        """Draw the page."""
        calendar = calendar_from_table()
        year = timezone.now().astimezone(LEGAL_ZONE).year
        years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
        context = {
            "nav": "holidays",
            "form": form,
            "may_import": can(self.actor, Verb.IMPORT_HOLIDAYS),
            "years": [
                {
                    "year": each,
                    "days": sorted(
                        (day for day in calendar.days.values() if day.on.year == each),
                        key=attrgetter("on"),
                    ),
                    "known": each in calendar.known_years,
                }
                for each in years
            ],
        }
        return render(self.request, "console/holidays.html", context, status=status)
