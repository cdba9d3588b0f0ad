"""Check your answers, submit, and what happens next."""

import uuid
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.access import NotNow
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.instruments import submit_with_instrument
from disclosure.actions.intake import submit
from disclosure.domain.vocabulary import (
    DocumentKind,
    IdentifierType,
    InstrumentKind,
    ProcedureStage,
    Regime,
    RequestStatus,
)
from disclosure.models import DisclosureRequest
from disclosure.portal.drafting import (
    Draft,
    Json,
    Task,
    as_day,
    as_moment,
    fields_of,
    period_of,
)
from disclosure.portal.forms.draft import CheckForm, service_choices
from disclosure.portal.periods import period_words
from disclosure.portal.standing import standing_of
from disclosure.portal.views.base import SenderView
from disclosure.portal.views.draft import TITLES, DraftView
from disclosure.templatetags.desk_dates import long_date, sighting_words
from disclosure.templatetags.words import word

#: Accounts listed one by one on the page; the rest is a number and a link.
SHOWN = 20
ANSWERS = {
    "yes": gettext_lazy("Yes"),
    "no": gettext_lazy("No"),
    "unknown": gettext_lazy("Not known"),
}


class Check(DraftView):
    """Everything on one page, each with a way to change it; then the button."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show it; who is not ready yet goes back to the tasks."""
        self.open_draft(pk)
        if not self.draft.is_complete:
            return redirect(self.url("draft"))
        token = self.form_data.get("token") or str(uuid.uuid4())
        return self.page(CheckForm(initial={"token": token}))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Submit once, however often the button is pressed."""
        try:
            return self.send(pk)
        except (Http404, Impossible, NotNow):
            # The other one of two presses took it in: before this one, or meanwhile.
            if not self.was_sent(pk):
                raise
        return redirect("portal:submitted", pk=pk)

    def send(self, pk: UUID) -> HttpResponse:
        """Hand in the draft, or show what is wrong with it."""
        self.open_draft(pk)
        if not self.draft.is_complete:
            return redirect(self.url("draft"))
        form = CheckForm(self.request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        try:
            self.submit(form.cleaned_data["token"])
        except InvalidInput as invalid:
            form.complain("", invalid.message)
            return self.page(form, 422)
        return redirect("portal:submitted", pk=pk)

    def was_sent(self, pk: UUID) -> bool:
        """Whether this very form took the request in before."""
        sent = DisclosureRequest.objects.filter(pk=pk, requester__user=self.actor)
        row = sent.exclude(status=RequestStatus.DRAFT).first()
        token = str(row.submission_token) if row and row.submission_token else ""
        return bool(token) and self.request.POST.get("token", "") == token

    def submit(self, token: UUID) -> None:
        """Hand it to intake, with its instrument if it has one."""
        regime = Regime(self.disclosure_request.regime)
        intake = self.draft.intake(regime, self.disclosure_request.language)
        instrument = self.draft.instrument_input()
        if instrument is None:
            submit(self.disclosure_request, intake, token=token, actor=self.actor)
            return
        submit_with_instrument(
            self.disclosure_request, intake, instrument, token=token, actor=self.actor
        )

    def page(self, form: CheckForm, status: int = 200) -> HttpResponse:
        """Draw it."""
        sections = [
            {"title": TITLES[task], "rows": rows}
            for task, rows in (
                (Task.GROUND, _ground(self.draft, self.url("draft_ground"))),
                (Task.ACCOUNTS, _accounts(self.draft, self.url("draft_accounts"))),
                (Task.FIELDS, _asks(self.draft, self.url("draft_fields"))),
                (Task.INSTRUMENT, self.instrument_rows()),
                (Task.DOCUMENTS, self.document_rows()),
            )
        ]
        return self.show("check", self.frame(form=form, sections=sections), status)

    def instrument_rows(self) -> list[Json]:
        """Say what is on the document, or that there is none."""
        data = self.draft.instrument
        if not self.draft.has_instrument:
            return [_row(_("Document"), _("None"), self.url("draft_instrument"))]
        kind = word(InstrumentKind(data["kind"]))
        issued = as_day(data["issued_on"])
        lines = [f"{kind} · {data['ref']}", data["authority_name"]]
        lines += [long_date(issued)] if issued else []
        addressee = data.get("addressee")
        change = self.url("draft_instrument_details")
        rows = [_lines(_("Document"), lines, change)]
        rows.append(_row(_("Addressed to"), addressee, change))
        says = {"yes": _("Orders: %s"), "no": _("Refuses: %s")}
        items = [
            says[item["granted"]] % _asked_words(item) for item in self.draft.items
        ]
        return [*rows, _lines(_("What it says"), items, self.url("draft_items"))]

    def document_rows(self) -> list[Json]:
        """List the files by name and kind."""
        rows = self.disclosure_request.documents.filter(removed_at=None)
        kinds = {str(kind): word(kind) for kind in DocumentKind}
        own = _("the document itself")
        names = [f"{row.name} ({kinds.get(row.kind, own)})" for row in rows]
        change = self.url("draft_documents")
        return [_lines(_("Files"), names or [_("None")], change)]


class Submitted(SenderView):
    """The receipt: reference number, what happens next, until when."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show it to its sender."""
        disclosure_request = self.find_request(pk)
        context = {
            "nav": "requests",
            "disclosure_request": disclosure_request,
            "standing": standing_of(disclosure_request, self.actor),
        }
        return render(request, "portal/submitted.html", context)


def _row(label: str, value: object, change_url: str) -> Json:
    return {"label": label, "value": value or "", "change_url": change_url}


def _lines(label: str, lines: list[Any], change_url: str) -> Json:
    return {"label": label, "lines": lines, "change_url": change_url}


def _ground(draft: Draft, change: str) -> list[Json]:
    ground = draft.ground
    names = dict(service_choices())
    rows = [
        _row(_("Service"), names.get(ground.get("service", ""), ""), change),
        _row(_("What happened"), ground["ground"], change),
    ]
    if ground.get("claimant_name"):
        rows.append(_row(_("Whose right"), ground["claimant_name"], change))
    if ground.get("authorised"):
        rows.append(_row(_("Authorised"), ANSWERS[ground["authorised"]], change))
    rows.append(_row(_("Stage"), word(ProcedureStage(ground["stage"])), change))
    for name, label in (
        ("suit_pending", _("Suit against the provider pending")),
        ("provider_pleads", _("Provider says a user published it")),
    ):
        if ground.get(name):
            rows.append(_row(label, ANSWERS[ground[name]], change))
    return rows


def _accounts(draft: Draft, change: str) -> list[Json]:
    lines = []
    for row in draft.accounts[:SHOWN]:
        kind = word(IdentifierType(row["type"]))
        seen = as_moment(row.get("observed_at"))
        until = as_moment(row.get("observed_until"))
        when = sighting_words(seen, until, row.get("port"))
        lines.append(f"{kind}: {row['identifier']}{when}")
    more = len(draft.accounts) - SHOWN
    if more > 0:
        lines.append(_("and %(count)d more") % {"count": more})
    return [_lines(_("Accounts"), lines, change)]


def _asks(draft: Draft, change: str) -> list[Json]:
    rows = [_row(_("For every account"), _asked_words(draft.asks), change)]
    own = [
        f"{row['identifier']}: {_asked_words(draft.own_asks[row['key']])}"
        for row in draft.accounts
        if row["key"] in draft.own_asks
    ]
    if own:
        rows.append(_lines(_("Otherwise for"), own, change))
    return rows


def _asked_words(asked: Json) -> str:
    names = _(", ").join(str(word(one)) for one in fields_of(asked["fields_asked"]))
    period = period_of(asked)
    return names if period.unlimited else f"{names} ({period_words(period)})"
