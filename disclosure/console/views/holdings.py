"""Accounts found and preserved before the gate, values looked up after it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from disclosure.access import Verb
from disclosure.actions import lookup, preservation
from disclosure.actions.connecting import service_of
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.holdings import (
    ChooseAccountForm,
    EnterHoldingsForm,
    UploadHoldingsForm,
    sign_accounts,
)
from disclosure.console.forms.review import PreserveForm
from disclosure.console.masking import shown_identifier
from disclosure.console.views.base import ActionView
from disclosure.holdings.errors import CellProblem, PersonNeeded, TableRejected
from disclosure.models import TargetAccount


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


class ResolvePage(TargetPage):
    """Which account the identifier means."""

    verb = Verb.RESOLVE_TARGET
    title = _("Find the account")
    lead = _(
        "The service is asked which account is meant, as of when it was seen. Nothing "
        "is read of it."
    )
    submit_label = _("Ask the service")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Ask; with several accounts, have a person choose."""
        try:
            found = preservation.resolve_target(subject, actor=self.actor)
        except PersonNeeded:
            return self.choose(subject, "")
        if not found:
            messages.warning(
                self.request, str(_("The service knows no such account at that time."))
            )
        elif len(found) == 1:
            messages.success(self.request, str(_("The account is found.")))
        else:
            return self.choose(subject, sign_accounts(subject.pk, found))
        return None

    def choose(self, subject: Any, signed: str) -> HttpResponse:
        """Show the page on which a person chooses or names the account."""
        page = ChoosePage()
        page.setup(self.request)
        page.actor = self.actor
        form = page.make_form(page.find(subject.pk), initial={"found": signed})
        context = page.page(subject, form) | {
            "action": reverse("console:choose_account", args=[subject.pk])
        }
        return render(self.request, page.template_name, context)


class ChoosePage(TargetPage):
    """One of several accounts, or one found by hand."""

    verb = Verb.RESOLVE_TARGET
    form_class = ChooseAccountForm
    title = _("Choose the account")
    lead = _("Names pass from one account to another: say why it is this one.")
    submit_label = _("Take this account")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Take it over."""
        assert isinstance(form, ChooseAccountForm)  # noqa: S101 -- tells the type checker only
        account = form.chosen(service_of(subject).code)
        preservation.choose_account(
            subject, account, reason=form.cleaned_data["reason"], actor=self.actor
        )
        return None


class PreservePage(TargetPage):
    """Keep the account's data from being purged."""

    verb = Verb.PRESERVE
    form_class = PreserveForm
    title = _("Preserve the data")
    lead = _(
        "Allowed before any decision: nothing is read, the service only keeps what it "
        "has."
    )
    submit_label = _("Preserve")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Ask the service to keep it."""
        row = preservation.preserve(
            subject, until=form.cleaned_data["until"], actor=self.actor
        )
        if row.confirmed_at:
            messages.success(self.request, str(_("The service confirmed it.")))
        elif row.failed_reason:
            messages.error(self.request, str(_("The service refused to preserve it.")))
        else:
            messages.warning(
                self.request,
                str(_("The service cannot do it by itself: somebody has to.")),
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
        """Ask the service."""
        found = lookup.look_up(subject, actor=self.actor)
        words = ngettext(
            "%(n)d field looked up.", "%(n)d fields looked up.", len(found)
        )
        messages.success(self.request, words % {"n": len(found)})
        return None


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
        lookup.enter_holdings(subject, rows, actor=self.actor)
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
        lookup.upload_holdings(subject, form.cleaned_data["table"], actor=self.actor)
        return None
