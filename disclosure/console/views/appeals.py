"""Answering an appeal: by somebody who did not decide the first time."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb
from disclosure.actions.appeals import decide_appeal
from disclosure.actions.second_look import open_appeal
from disclosure.console.forms.appeals import AppealAnswerForm
from disclosure.console.forms.base import ActionForm
from disclosure.console.views.base import ActionView
from disclosure.domain.vocabulary import RequestStatus


class DecideAppealPage(ActionView):
    """What the sender wrote, and the answer to it."""

    verb = Verb.DECIDE_APPEAL
    form_class = AppealAnswerForm
    template_name = "console/decide_appeal.html"
    title = _("Answer the appeal")
    submit_label = _("Answer the appeal")

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Show the appeal, and what upholding it would do."""
        return super().page(subject, form) | {
            "appeal": open_appeal(subject),
            "is_closed": subject.status == RequestStatus.CLOSED,
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Answer it, and go where the work goes on."""
        row = decide_appeal(subject, **form.cleaned_data, actor=self.actor)
        if row.pk != subject.pk:
            words = _("Upheld. The request goes on as %(reference)s.") % {
                "reference": row.reference
            }
            messages.success(self.request, words)
        elif form.cleaned_data["upheld"]:
            messages.success(self.request, _("Upheld. The review is taken up again."))
        else:
            messages.success(self.request, _("Answered. The decision stands."))
        return redirect("console:request", pk=row.pk)
