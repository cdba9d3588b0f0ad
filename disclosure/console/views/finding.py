"""Which account is meant: asked, chosen by one person, confirmed by another."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, can
from disclosure.actions.finding import choosing, resolving
from disclosure.actions.house.connecting import service_of
from disclosure.console.forms.base import ActionForm, ReasonForm
from disclosure.console.forms.holdings import (
    ChooseAccountForm,
    account_words,
)
from disclosure.console.masking import shown_identifier
from disclosure.console.views.base import ActionView, owner_of
from disclosure.console.views.holdings import TargetPage
from disclosure.holdings.errors import (
    PersonNeeded,
)
from disclosure.models import (
    AccountChoice,
)
from disclosure.templatetags.desk_console import said


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
        choose = redirect("console:choose_account", pk=subject.pk)
        try:
            found = resolving.resolve_target(subject, actor=self.actor)
        except PersonNeeded as by_hand:
            messages.info(self.request, str(by_hand.message))
            return choose
        if not found:
            messages.warning(
                self.request, str(_("The service knows no such account at that time."))
            )
            return redirect("console:ask_for_more", pk=subject.pk)
        if len(found) == 1:
            messages.success(self.request, str(_("The account is found.")))
            return None
        return choose


class ChoosePage(TargetPage):
    """One of several accounts, or one found by hand."""

    verb = Verb.RESOLVE_TARGET
    form_class = ChooseAccountForm
    template_name = "console/choose_account.html"
    title = _("Choose the account")
    lead = _(
        "Names pass from one account to another: say why it is this one. Somebody else "
        "confirms it before anything is looked up."
    )
    submit_label = _("Put it before a second person")
    done = _("Chosen. Somebody else confirms or rejects it now.")

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Offer to ask the sender instead, where that is possible."""
        may_ask = can(self.actor, Verb.ASK_REQUESTER, owner_of(subject))
        return super().page(subject, form) | {"may_ask": may_ask}

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Put the choice before somebody else."""
        assert isinstance(form, ChooseAccountForm)  # noqa: S101 -- tells the type checker only
        choosing.choose_account(
            subject,
            form.chosen(service_of(subject).code),
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
            actor=self.actor,
        )
        return None


class AskForMorePage(TargetPage):
    """Ask the sender, without telling how many accounts there are."""

    verb = Verb.ASK_REQUESTER
    template_name = "console/ask_for_more.html"
    title = _("Ask the sender for more")
    lead = _(
        "The sender reads the same whether there is no account or several, and nothing "
        "about any of them."
    )
    submit_label = _("Ask the sender")
    done = _("The sender was asked.")

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Show exactly what the sender will read."""
        item = choosing.more_wanted(subject)
        return super().page(subject, form) | {
            "said": [
                (said(item.what_zh, item.what_en)),
                (said(item.cure_zh, item.cure_en)),
            ]
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Ask."""
        choosing.ask_for_more(
            subject, version=form.cleaned_data["version"], actor=self.actor
        )
        return None


class ChoiceAction(ActionView):
    """The second person's word on a choice of account."""

    verb = Verb.CONFIRM_ACCOUNT
    model = AccountChoice
    template_name = "console/confirm_account.html"

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the account chosen, the others named, and the reason given."""
        target = subject.target
        others = [
            account_words(each)
            for each in resolving.found_accounts(target)
            if each.ref != subject.account_ref
        ]
        return super().page(subject, form) | {
            "choice": subject,
            "target": target,
            "target_name": shown_identifier(target),
            "others": others,
            "reason": choosing.reason_of(subject),
            "is_own": subject.chosen_by_id == self.actor.pk,
        }


class ConfirmAccountPage(ChoiceAction):
    """Yes: this is the account."""

    title = _("Confirm the account")
    lead = _("Once you confirm it, what is held of this account may be looked up.")
    submit_label = _("Confirm: it is this account")
    done = _("Confirmed. The account is found.")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Confirm."""
        choosing.confirm_account(
            subject, version=form.cleaned_data["version"], actor=self.actor
        )
        return None


class RejectAccountPage(ChoiceAction):
    """No: it is another one, or nobody can tell."""

    form_class = ReasonForm
    title = _("Reject the account")
    lead = _("Nothing is resolved then. Who chose it may take it back here as well.")
    submit_label = _("Reject")
    done = _("Rejected. The account is still to be found.")
    button_class = "btn-refuse"

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Turn it down."""
        choosing.reject_account(subject, **form.cleaned_data, actor=self.actor)
        return None
