"""Duties handed on, and the ends of a request."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb
from disclosure.actions import closing, completion, preservation
from disclosure.actions.keeping import holds
from disclosure.console.forms.base import ActionForm, ReasonForm
from disclosure.console.forms.review import ProofForm, ReferForm, SupersedeForm
from disclosure.console.views.base import ActionView, acting
from disclosure.domain.vocabulary import ReferralKind
from disclosure.models import Referral

WithdrawPage = acting(
    Verb.WITHDRAW,
    closing.withdraw,
    form=ReasonForm,
    title=_("Record a withdrawal"),
    lead=_("The sender takes the request back. Nothing more leaves."),
    submit=_("Record the withdrawal"),
    button="btn-refuse",
)
SupersedePage = acting(
    Verb.SUPERSEDE,
    closing.supersede,
    form=SupersedeForm,
    title=_("Superseded by a later request"),
    lead=_("Approvals are void, deliveries not opened yet are blocked."),
    submit=_("Close as superseded"),
    button="btn-refuse",
)
ReferAwayPage = acting(
    Verb.REFER,
    closing.refer_away,
    title=_("Refer it away and close"),
    lead=_(
        "For a request that another desk of ours answers. A referral must stand "
        "already."
    ),
    submit=_("Close as referred"),
    button="btn-refuse",
)
ClosePage = acting(
    Verb.CLOSE,
    closing.close,
    title=_("Close"),
    lead=_(
        "Every decided account has been answered. Windows and retention go on by "
        "themselves."
    ),
    submit=_("Close the request"),
)

PlaceHoldPage = acting(
    Verb.HOLD,
    holds.place_hold,
    form=ReasonForm,
    title=_("Place a legal hold"),
    lead=_(
        "Nothing of the request may be erased until it is lifted. It discloses nothing."
    ),
    submit=_("Place the hold"),
)
LiftHoldPage = acting(
    Verb.HOLD,
    holds.lift_hold,
    title=_("Lift the legal hold"),
    lead=_("The clocks erase again; what fell due meanwhile goes next."),
    submit=_("Lift the hold"),
    button="btn-refuse",
)


class PurgeUnusedPage(ActionView):
    """The end of values that no answer ever used."""

    verb = Verb.PURGE_UNUSED
    title = _("Purge values no answer used")
    lead = _("The key to the values is destroyed for good.")
    submit_label = _("Destroy the key")
    button_class = "btn-refuse"

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Destroy the key."""
        closing.purge_unused(subject, actor=self.actor)
        return None


class LapsePage(ActionView):
    """The end of a request whose sender let the time to complete pass."""

    verb = Verb.LAPSE
    title = _("Close as lapsed")
    lead = _("The time to complete has passed unanswered. The sender is told.")
    submit_label = _("Close as lapsed")
    button_class = "btn-refuse"

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Close it."""
        completion.lapse(subject, actor=self.actor)
        return None


class ReferPage(ActionView):
    """A duty handed to another desk."""

    verb = Verb.REFER
    form_class = ReferForm
    title = _("Refer")
    lead = _(
        "Take-down and preservation are duties of their own: a refusal leaves only "
        "when they are in somebody's hands."
    )
    submit_label = _("Refer")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Refer it."""
        data = form.cleaned_data
        preservation.refer(
            subject,
            ReferralKind(data["kind"]),
            data["owner"],
            version=data["version"],
            actor=self.actor,
        )
        return None


class CompleteReferralPage(ActionView):
    """The proof that a referred duty was done."""

    verb = Verb.COMPLETE_REFERRAL
    model = Referral
    form_class = ProofForm
    title = _("Record its completion")
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it."""
        preservation.complete_referral(
            subject, proof=form.cleaned_data["proof"], actor=self.actor
        )
        return None
