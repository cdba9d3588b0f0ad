"""Accounts found and preserved before the gate, values looked up after it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from disclosure.access import Verb, visible_requests
from disclosure.actions.finding import explaining, lookup
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.holdings import (
    EnterHoldingsForm,
    ExplainForm,
    UploadHoldingsForm,
)
from disclosure.console.masking import shown_identifier
from disclosure.console.views.base import ActionView
from disclosure.domain.vocabulary import IdentityField, LookUpState
from disclosure.holdings.errors import (
    CellProblem,
    ConnectorError,
    PersonNeeded,
    TableRejected,
)
from disclosure.models import (
    HoldingRecord,
    TargetAccount,
)
from disclosure.templatetags.words import word


class TargetPage(ActionView):
    """An action about one account; errors of its service stay on the page."""

    model = TargetAccount
    template_name = "console/target_action.html"

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add what the decision grants for the account."""
        decision = subject.decisions.filter(is_current=True).first()
        return super().page(subject, form) | {
            "target": subject,
            "target_name": shown_identifier(subject),
            "wanted": lookup.wanted_fields(decision) if decision else (),
        }


class ExplainPage(ActionView):
    """Where data went that was passed on and not kept."""

    verb = Verb.EXPLAIN_HOLDING
    model = HoldingRecord
    form_class = ExplainForm
    title = _("Data passed on and not kept")
    lead = _("Nothing can be prepared before this is accounted for.")
    submit_label = _("Record it")

    def find(self, pk: Any) -> Any:
        """Return the holding; 404 unless its request may be seen."""
        rows = HoldingRecord.objects.filter(
            target__disclosure_request__in=visible_requests(self.actor)
        )
        return get_object_or_404(
            rows.select_related("target__disclosure_request"), pk=pk
        )

    def protected(self, subject: Any) -> Any:
        """Return the request the holding belongs to."""
        return subject.target.disclosure_request

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the account, and what field it is about."""
        target = subject.target
        field = word(IdentityField(subject.field))
        return self.plain_page(subject, form) | {
            "disclosure_request": target.disclosure_request,
            "target": target,
            "target_name": shown_identifier(target),
            "title": f"{self.title} · {field}",
        }

    def back_url(self, subject: Any) -> str:
        """Return to the request."""
        return reverse("console:request", args=[subject.target.disclosure_request_id])

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record the explanation."""
        explaining.explain_holding(
            subject, form.cleaned_data["explanation"], actor=self.actor
        )
        return None


class LookUpPage(TargetPage):
    """Look up the granted fields, and no other."""

    verb = Verb.LOOK_UP
    title = _("Look up what is held")
    lead = _(
        "Only what the decision grants is asked for. The look is recorded before it "
        "happens."
    )
    submit_label = _("Look up")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Ask the service; what it answered is kept when a part fails."""
        try:
            found = self.ask(subject)
        except PersonNeeded as by_hand:
            messages.info(self.request, str(by_hand.message))
            return redirect("console:enter_holdings", pk=subject.pk)
        except ConnectorError as error:
            answered = subject.look_up_parts.filter(
                is_current=True, state=LookUpState.ANSWERED
            )
            if not answered.exists():
                raise
            messages.warning(
                self.request,
                str(_("A part was answered and is kept. The rest was not:")),
            )
            messages.error(self.request, str(error.message))
            return None
        words = ngettext(
            "%(n)d field looked up.", "%(n)d fields looked up.", len(found)
        )
        messages.success(self.request, words % {"n": len(found)})
        return None

    def ask(self, subject: Any) -> list[HoldingRecord]:
        """Ask everything that is granted."""
        return lookup.look_up(subject, actor=self.actor)


class RetryLookUpPage(LookUpPage):
    """Ask again what failed, and nothing else."""

    verb = Verb.RETRY_LOOK_UP
    title = _("Ask again what failed")
    lead = _("What was answered is kept. Only the rest is asked again.")
    submit_label = _("Ask again")

    def ask(self, subject: Any) -> list[HoldingRecord]:
        """Ask what failed."""
        return lookup.retry_look_up(subject, actor=self.actor)


class EnterHoldingsPage(TargetPage):
    """What a person found in a system no program can ask."""

    verb = Verb.LOOK_UP
    form_class = EnterHoldingsForm
    template_name = "console/enter_holdings.html"
    title = _("Enter what is held")
    lead = _(
        "For every granted field a value, or why there is none. Nothing is taken over "
        "half."
    )
    submit_label = _("Take over")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Take the rows over, or show every fault at its row."""
        assert isinstance(form, EnterHoldingsForm)  # noqa: S101 -- tells the type checker only
        rows, self.places = form.table()
        account = form.cleaned_data["account"]
        lookup.enter_holdings(subject, rows, account=account, actor=self.actor)
        return None

    def complain_of_table(self, form: ActionForm, rejected: TableRejected) -> None:
        """Put each fault at its row and column."""
        form.add_error(None, str(rejected.message))
        for problem in rejected.problems:
            self._complain(form, problem)

    def _complain(self, form: ActionForm, problem: CellProblem) -> None:
        if not 0 < problem.line <= len(self.places):
            form.add_error(None, str(problem))
            return
        row = form.rows[self.places[problem.line - 1]]
        row.add_error(
            problem.column if problem.column in row.fields else None,
            str(problem.message),
        )


class UploadHoldingsPage(TargetPage):
    """The same as a table."""

    verb = Verb.LOOK_UP
    form_class = UploadHoldingsForm
    title = _("Upload what is held")
    lead = _(
        "A table of the granted fields. A fault in one line refuses the whole table, "
        "and says where."
    )
    submit_label = _("Take over")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Take the table over."""
        data = form.cleaned_data
        lookup.upload_holdings(
            subject, data["table"], account=data["account"], actor=self.actor
        )
        return None
