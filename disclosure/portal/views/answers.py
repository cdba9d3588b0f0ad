"""The answer, for its lawful recipient alone: acknowledged, opened, downloaded.

Any other account gets a 404 by any address, the sender of the request included. What
is in the answer never stands on a page: it leaves as the sealed file, by POST.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, can, visible_productions
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.delivery import LETTER, PACKAGE, download, open_package
from disclosure.actions.house.recipient_keys import fingerprints
from disclosure.actions.links import new_link
from disclosure.actions.paper.seal_register import sealing_record_of
from disclosure.actions.proof.evidence import evidence_for_recipient
from disclosure.domain.vocabulary import DeliveryChannel, ProductionStatus
from disclosure.downloads import as_attachment
from disclosure.models import Delivery, Production
from disclosure.packages.encryption import SUFFIX
from disclosure.portal.dispositions import disposed_items, has_dispositions
from disclosure.portal.forms.tracking import AcknowledgeForm
from disclosure.portal.periods import last_day
from disclosure.portal.step_up import is_fresh, lead_to_step_up
from disclosure.portal.views.base import PortalView

Method = Callable[..., HttpResponse]


_TYPES: Final = {"zip": "application/zip", "pdf": "application/pdf"}


def fresh_only(method: Method) -> Method:
    """Ask who signed in a while ago to prove again who they are, then come back."""

    @wraps(method)
    def guarded(
        self: "AnswerView", request: HttpRequest, pk: UUID, **kwargs: Any
    ) -> HttpResponse:
        self.production = self.find_production(pk)
        letter = self.production.kind in Production.LETTERS
        if not letter and not is_fresh(request, self.actor):
            return lead_to_step_up(self.actor, self.address())
        return method(self, request, pk, **kwargs)

    return guarded


class AnswerView(PortalView):
    """What opening and downloading share."""

    production: Production

    def find_production(self, pk: UUID) -> Production:
        """Return an answer meant for this account; 404 for every other."""
        if self.actor.is_staff:
            raise Http404
        rows = visible_productions(self.actor).select_related(
            "disclosure_request__requester", "recipient_authority"
        )
        return get_object_or_404(rows, pk=pk)

    def address(self) -> str:
        """Return the page of this answer."""
        return reverse("portal:answer", args=[self.production.pk])

    def delivery(self) -> Delivery | None:
        """Return the delivery that stands; None once it was blocked."""
        rows = self.production.deliveries.filter(blocked_at=None)
        return rows.order_by("-released_at").first()

    def page(self, form: AcknowledgeForm, status: int = 200) -> HttpResponse:
        """Draw the page of the answer as it stands."""
        production = self.production
        delivery = self.delivery()
        mine = production.disclosure_request.requester.user_id == self.actor.pk
        in_time = delivery is not None and delivery.expires_at > timezone.now()
        context = {
            "nav": "requests",
            "production": production,
            "disclosure_request": production.disclosure_request,
            "is_sender": mine,
            "delivery": delivery,
            "until": last_day(delivery.expires_at) if delivery else None,
            "is_letter": production.kind in Production.LETTERS,
            "to_open": production.status == ProductionStatus.RELEASED
            and in_time
            and delivery is not None
            and delivery.channel == DeliveryChannel.PORTAL,
            "opened": production.status == ProductionStatus.OPENED and in_time,
            "has_proof": can(self.actor, Verb.EXPORT_EVIDENCE, production),
            "form": form,
            "is_fresh": is_fresh(self.request, self.actor),
            "numbers": self.numbers(),
            "file_name": self.file_name(),
            "keys": fingerprints(delivery.encrypted_to) if delivery else [],
        }
        context |= self.links(delivery) | self.items()
        return self.show("answer", context, status)

    def links(self, delivery: Delivery | None) -> dict[str, Any]:
        """Return a new one-time link for each part, and what the sealed letter is."""
        sealed = sealing_record_of(self.production)
        letter = sealed.file if sealed is not None else None
        if delivery is None:
            return {}
        return {
            "link": new_link(delivery, PACKAGE, actor=self.actor),
            "letter_link": new_link(delivery, LETTER, actor=self.actor),
            "letter": letter,
            "letter_name": self.file_name(LETTER),
            "on_paper": delivery.channel != DeliveryChannel.PORTAL,
        }

    def items(self) -> dict[str, Any]:
        """Return what became of each item asked, to who proved lately who they are."""
        if not has_dispositions(self.production):
            return {}
        letter = self.production.kind in Production.LETTERS
        if not letter and not is_fresh(self.request, self.actor):
            return {"has_items": True}
        return {"disposed": disposed_items(self.production)}

    def file_name(self, part: str = PACKAGE) -> str:
        """Return what the download is called: nothing personal in it."""
        reference = self.production.disclosure_request.reference
        ending = "-letter.pdf" if part == LETTER else ".zip"
        name = f"{reference}-{self.production.number}{ending}"
        delivery = self.delivery()
        return name + SUFFIX if delivery and delivery.encrypted_to else name

    def numbers(self) -> list[str]:
        """Return the recipient's own document numbers: how a court files it."""
        rows = self.production.disclosure_request.instruments.filter(withdrawn_at=None)
        authority = self.production.recipient_authority_id
        if authority is not None:
            rows = rows.filter(authority=authority)
        return list(rows.order_by("registered_at").values_list("ref", flat=True))


class Answer(AnswerView):
    """The page on which receipt is acknowledged."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show what it is and until when; nothing of what is in it."""
        self.production = self.find_production(pk)
        wants_items = "items" in request.GET and has_dispositions(self.production)
        if wants_items and not is_fresh(request, self.actor):
            return lead_to_step_up(self.actor, self.address())
        return self.page(AcknowledgeForm(initial={"acknowledged_name": ""}))


class Open(AnswerView):
    """Signing for it."""

    http_method_names = ("post",)

    @fresh_only
    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Record the name; from then it can be downloaded."""
        form = AcknowledgeForm(request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        name = form.cleaned_data["acknowledged_name"]
        try:
            open_package(self.production, acknowledged_name=name, actor=self.actor)
        except InvalidInput as invalid:
            form.complain("acknowledged_name", invalid.message)
            return self.page(form, 422)
        except Impossible as impossible:
            form.add_error(None, str(impossible.message))
            return self.page(form, 409)
        messages.success(
            request, str(_("Receipt is confirmed. You can download it now."))
        )
        return redirect("portal:answer", pk=pk)


class Download(AnswerView):
    """The sealed file itself, by a link that works once."""

    http_method_names = ("post",)
    part = PACKAGE

    @fresh_only
    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Give the bytes once the reading is on record."""
        link = request.POST.get("link", "")
        try:
            content = download(
                self.production, part=self.part, link=link, actor=self.actor
            )
        except Impossible as impossible:
            form = AcknowledgeForm()
            messages.error(request, str(impossible.message))
            return self.page(form, 409)
        name = self.file_name(self.part)
        ending = name.rpartition(".")[2]
        return as_attachment(content, name, _TYPES.get(ending, ""))


class DownloadLetter(Download):
    """The letter as it bears the company's seal."""

    part = LETTER


class Evidence(AnswerView):
    """The record of the case with its proofs, and the values with their salts."""

    http_method_names = ("post",)

    @fresh_only
    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Give the bundle once the export is on record."""
        try:
            bundle = evidence_for_recipient(self.production, actor=self.actor)
        except Impossible as impossible:
            messages.error(request, str(impossible.message))
            return self.page(AcknowledgeForm(), 409)
        ending = bundle.name.rpartition(".")[2]
        return as_attachment(bundle.content, bundle.name, _TYPES.get(ending, ""))
