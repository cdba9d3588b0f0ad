"""Telling the account holder, and deciding on what they object."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb
from disclosure.actions import notice, objections, passing_on, reading
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.notices import (
    DecideObjectionForm,
    GiveNoticeForm,
    ObjectionForm,
    PassOnForm,
    PlanNoticeForm,
)
from disclosure.console.masking import shown_identifier
from disclosure.console.views.base import ActionView
from disclosure.domain.vocabulary import IdentityField, NoticeRule
from disclosure.holdings.contract import NotifyStatus
from disclosure.models import Objection, TargetAccount, UserNotice


class PlanNoticePage(ActionView):
    """Whether an account holder is told."""

    verb = Verb.GIVE_NOTICE
    model = TargetAccount
    form_class = PlanNoticeForm
    title = _("Notice to the account holder")
    lead = _(
        "Every choice has a day on which it is looked at again. Secrecy that a "
        "document orders forbids notice."
    )
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record the choice."""
        data = form.cleaned_data
        notice.plan_notice(
            subject,
            NoticeRule(data["rule"]),
            review_on=data["review_on"],
            reason=data["reason"],
            version=data["version"],
            actor=self.actor,
        )
        return None


class GiveNoticePage(ActionView):
    """The notice, through the service's own channel."""

    verb = Verb.GIVE_NOTICE
    model = UserNotice
    form_class = GiveNoticeForm
    title = _("Give notice")
    lead = _(
        "The service sends it with a code for objecting. We never learn the address."
    )
    submit_label = _("Send")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Send it."""
        data = form.cleaned_data
        outcome = notice.give_notice(
            subject, data["production"], text=data["text"], actor=self.actor
        )
        sent = outcome.status is NotifyStatus.SENT
        level = messages.SUCCESS if sent else messages.WARNING
        messages.add_message(self.request, level, str(_WORDS[outcome.status]))
        if outcome.status is NotifyStatus.BY_HAND:
            return redirect("console:pass_on_notice", pk=subject.pk)
        return None


_WORDS: Final = {
    NotifyStatus.SENT: _("The service sent the notice."),
    NotifyStatus.UNREACHABLE: _("The account holder cannot be reached."),
    NotifyStatus.BY_HAND: _(
        "The service cannot send it by itself. Passing it on is a task now; the notice "
        "counts as given once somebody did."
    ),
}


class PassOnNoticePage(ActionView):
    """A notice that a person passes on: what to do, and how it ended."""

    verb = Verb.GIVE_NOTICE
    model = UserNotice
    form_class = PassOnForm
    template_name = "console/pass_on_notice.html"
    title = _("Pass the notice on")
    lead = _(
        "This service cannot send it by itself. Send text and code with the service's "
        "own tools, then say so here: only then the notice counts as given, the time "
        "to object begins, and the code opens the page."
    )
    submit_label = _("Record")

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add whether the code was shown already."""
        return super().page(subject, form) | {
            "notice": subject,
            "name": shown_identifier(subject.target),
            "is_shown": subject.code_digest is not None,
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record that it was passed on, or that nobody could."""
        data = form.cleaned_data
        end = (
            passing_on.confirm_notice
            if data["passed_on"]
            else passing_on.give_up_notice
        )
        end(subject, note=data["note"], version=data["version"], actor=self.actor)
        return None


class ShowNoticePage(ActionView):
    """Text and code, to whoever passes them on."""

    verb = Verb.GIVE_NOTICE
    model = UserNotice
    title = _("Show text and code")
    lead = _(
        "The code is shown once and kept nowhere. Shown again, it is another one, and "
        "the one before opens nothing any more."
    )
    submit_label = _("Show them now")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Show them; the page is stored nowhere."""
        handed = passing_on.take_up_notice(subject, actor=self.actor)
        context = self.page(subject, form) | {
            "text": handed.text,
            "code": handed.code,
        }
        return render(self.request, "console/notice_shown.html", context)

    def back_url(self, subject: Any) -> str:
        """Return to the task."""
        return reverse("console:pass_on_notice", args=[subject.pk])


class RecordObjectionPage(ActionView):
    """What an account holder objects, otherwise than on their own page."""

    verb = Verb.RECORD_OBJECTION
    model = TargetAccount
    form_class = ObjectionForm
    title = _("Record an objection")
    lead = _(
        "On document review it holds up the data it names. Against a court or "
        "authority it is forwarded and stops nothing."
    )
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it."""
        data = form.cleaned_data
        objections.record_objection(
            subject,
            grounds=data["grounds"],
            fields=[IdentityField(code) for code in data["fields_named"]],
            actor=self.actor,
        )
        return None


class DecideObjectionPage(ActionView):
    """What of an objection is sustained."""

    verb = Verb.DECIDE_OBJECTION
    model = Objection
    form_class = DecideObjectionForm
    template_name = "console/decide_objection.html"
    title = _("Decide on the objection")
    submit_label = _("Decide")

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add what the account holder says; the look is recorded."""
        return super().page(subject, form) | {
            "objection": subject,
            "grounds": reading.read_objection(subject, actor=self.actor),
            "concerned": [IdentityField(code) for code in subject.fields],
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Decide."""
        data = form.cleaned_data
        objections.decide_objection(
            subject,
            sustained_fields=[IdentityField(code) for code in data["sustained"]],
            reason=data["reason"],
            actor=self.actor,
        )
        return None
