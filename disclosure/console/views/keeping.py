"""Keeping an account's data from being purged, and deciding not to."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb
from disclosure.actions import preservation
from disclosure.actions.finding import expiring
from disclosure.console.forms.base import ActionForm, ReasonForm
from disclosure.console.forms.holdings import (
    ConfirmPreservationForm,
)
from disclosure.console.forms.review import PreserveForm
from disclosure.console.views.base import acting
from disclosure.console.views.holdings import TargetPage
from disclosure.models import (
    Preservation,
    PreservationProposal,
)


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
                str(
                    _(
                        "The service cannot do it by itself: somebody has the task to "
                        "do it by hand."
                    )
                ),
            )
        return None


def keyword_only(call: Any) -> Any:
    """Return the action called without the version, which it has no use for."""

    def called(subject: Any, *, version: int, actor: Any, **data: Any) -> None:
        call(subject, **data, actor=actor)

    return called


DeclinePage = acting(
    Verb.PRESERVE,
    keyword_only(expiring.decline_preservation),
    title=_("Let the data expire"),
    submit=_("Do not preserve it"),
    model=PreservationProposal,
    form=ReasonForm,
    lead=_("The request is pending: say why its data need not be preserved."),
    done=_("Recorded, with your reason."),
    button="btn-refuse",
)
ConfirmPreservationPage = acting(
    Verb.PRESERVE,
    keyword_only(preservation.confirm_preservation),
    title=_("Preserved by hand"),
    submit=_("Record it"),
    model=Preservation,
    form=ConfirmPreservationForm,
    done=_("Recorded."),
)
RefusePreservationPage = acting(
    Verb.PRESERVE,
    keyword_only(preservation.refuse_preservation),
    title=_("It could not be preserved"),
    submit=_("Record it"),
    model=Preservation,
    form=ReasonForm,
    done=_("Recorded, with your reason."),
    button="btn-refuse",
)
