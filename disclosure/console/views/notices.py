"""Telling the account holder, and deciding on what they object."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb
from disclosure.actions import notice
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.notices import (
    DecideObjectionForm,
    GiveNoticeForm,
    ObjectionForm,
    PlanNoticeForm,
)
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
        given = notice.give_notice(
            subject, data["production"], text=data["text"], actor=self.actor
        )
        status = given.outcome.status
        sent = status is NotifyStatus.SENT
        level = messages.SUCCESS if sent else messages.WARNING
        messages.add_message(self.request, level, _notice_words(status, given.code))
        return None


def _notice_words(status: NotifyStatus, code: str) -> str:
    """Say what became of it; a code somebody must pass on is shown this once."""
    words = {
        NotifyStatus.SENT: _("The service sent the notice."),
        NotifyStatus.UNREACHABLE: _("The account holder cannot be reached."),
        NotifyStatus.BY_HAND: _(
            "The service cannot send it by itself. Pass the notice on with this code, "
            "which is shown only now: %(code)s"
        ),
    }
    return str(words[status]) % {"code": code}


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
        notice.record_objection(
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
    title = _("Decide on the objection")
    submit_label = _("Decide")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Decide."""
        data = form.cleaned_data
        notice.decide_objection(
            subject,
            sustained_fields=[IdentityField(code) for code in data["sustained"]],
            reason=data["reason"],
            actor=self.actor,
        )
        return None
