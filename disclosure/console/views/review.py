"""Actions of the review, from the receipt to the decision."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from disclosure.access import Verb
from disclosure.actions import completion, intake, review
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.review import (
    AskForm,
    AssignForm,
    CauseForm,
    CompleteForm,
    DecideForm,
    FactsForm,
    NoteForm,
    TargetFactsForm,
)
from disclosure.console.views.base import ActionView, acting
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    IdentityField,
    ProcedureStage,
    ProviderRole,
)
from disclosure.models import TargetAccount

AcknowledgePage = acting(
    Verb.ACKNOWLEDGE,
    intake.acknowledge,
    title=_("Confirm receipt"),
    lead=_("The sender gets a receipt with the reference and what happens next."),
    submit=_("Confirm receipt"),
    done=_("The receipt is on its way."),
)
OpenReviewPage = acting(
    Verb.OPEN_REVIEW,
    review.open_review,
    title=_("Open the review"),
    lead=_("You become responsible, unless somebody is already."),
    submit=_("Open the review"),
)
AssignPage = acting(
    Verb.ASSIGN,
    intake.assign,
    form=AssignForm,
    title=_("Assign"),
    lead=_("The person chosen is told by mail."),
    submit=_("Assign"),
)
ReopenPage = acting(
    Verb.REOPEN,
    review.reopen,
    form=CauseForm,
    title=_("Take the review up again"),
    lead=_(
        "For a later document or an appeal that was upheld. Answers not opened yet "
        "are stopped."
    ),
    submit=_("Take it up again"),
)


class FactsPage(ActionView):
    """What was found out about the procedure."""

    verb = Verb.RECORD_FACTS
    form_class = FactsForm
    title = _("Record facts")
    lead = _(
        "What is not known stays not known: the law treats it differently from no."
    )
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record them."""
        data = form.cleaned_data
        review.record_facts(
            subject,
            **data | {"stage": ProcedureStage(data["stage"])},
            actor=self.actor,
        )
        return None


class TargetFactsPage(ActionView):
    """What was found out about one account."""

    verb = Verb.RECORD_FACTS
    model = TargetAccount
    form_class = TargetFactsForm
    title = _("Record facts about an account")
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record them."""
        assert isinstance(form, TargetFactsForm)  # noqa: S101 -- tells the type checker only
        data = form.cleaned_data
        role = data["provider_role"]
        review.record_target_facts(
            subject,
            account_holder_kind=AccountHolderKind(data["account_holder_kind"]),
            provider_role=ProviderRole(role) if role else None,
            is_minor=data["is_minor"],
            already_public=[IdentityField(code) for code in data["already_public"]],
            sighting=form.sighting(),
            version=data["version"],
            actor=self.actor,
        )
        return None


class AskPage(ActionView):
    """What the sender has to complete."""

    verb = Verb.ASK_REQUESTER
    form_class = AskForm
    template_name = "console/ask.html"
    title = _("Ask for completion")
    lead = _(
        "Our own clock stops while we wait. A time limit that a court has set does not."
    )
    submit_label = _("Ask the sender")
    done = _("The sender has been asked.")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Ask."""
        assert isinstance(form, AskForm)  # noqa: S101 -- tells the type checker only
        completion.ask_requester(
            subject,
            form.items(),
            text=form.cleaned_data["text"],
            version=form.cleaned_data["version"],
            actor=self.actor,
        )
        return None


class CompletePage(ActionView):
    """Answers that came by post or at the desk."""

    verb = Verb.COMPLETE
    form_class = CompleteForm
    title = _("Enter the sender's answers")
    lead = _(
        "Add the files first. What is left empty stays open and counts as missing."
    )
    submit_label = _("Go on with the review")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Take them."""
        assert isinstance(form, CompleteForm)  # noqa: S101 -- tells the type checker only
        completion.complete(
            subject,
            form.answers(),
            version=form.cleaned_data["version"],
            actor=self.actor,
        )
        return None


class EvaluatePage(ActionView):
    """Judge the record as it stands and keep the findings."""

    verb = Verb.EVALUATE
    title = _("Judge and keep the findings")
    lead = _(
        "The request page shows at any time what the law says now. This keeps it in "
        "the record, with the time."
    )
    submit_label = _("Judge")
    done = _("The findings are in the record.")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Judge."""
        review.evaluate(subject, actor=self.actor)
        return None


class NotePage(ActionView):
    """An internal note."""

    verb = Verb.NOTE
    form_class = NoteForm
    title = _("Add a note")
    submit_label = _("Add")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Keep it."""
        intake.note(subject, form.cleaned_data["text"], actor=self.actor)
        return None


class DecidePage(ActionView):
    """The ruling on each account, before and when a person signs it."""

    verb = Verb.DECIDE
    form_class = DecideForm
    template_name = "console/decide.html"
    title = _("Decide")
    lead = _(
        "The law rules; you sign that the facts are these. Accounts with something "
        "unknown stay open and hold up no other."
    )
    submit_label = _("Decide")
    button_class = "btn-primary"

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the rulings and what follows from them."""
        assert isinstance(form, DecideForm)  # noqa: S101 -- tells the type checker only
        return super().page(subject, form) | {
            "groups": form.law.groups(),
            "law": form.law,
            "consequences": consequences(form),
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Decide for the accounts chosen."""
        data = form.cleaned_data
        made = review.decide(
            subject,
            labels=data["labels"],
            note=data["note"],
            version=data["version"],
            actor=self.actor,
        )
        words = ngettext("%(n)d account decided.", "%(n)d accounts decided.", len(made))
        if made:
            messages.success(self.request, words % {"n": len(made)})
        else:
            messages.warning(
                self.request,
                str(
                    _(
                        "Nothing could be decided: something is unknown. The findings "
                        "are kept."
                    )
                ),
            )
        return None


def consequences(form: DecideForm) -> list[dict[str, Any]]:
    """Return per account what the letter will say and what it needs."""
    return [
        {
            "label": label,
            "outcome": ruling["outcome"],
            "granted": [grant["field"] for grant in ruling["grants"]],
            "denied": ruling["denials"],
            "recipient": ruling["recipient"],
            "approvals": ruling["approvals"],
            "notice_rule": ruling["notice_rule"],
            "referrals": ruling["referrals"],
        }
        for label, ruling in form.law.rulings.items()
    ]
