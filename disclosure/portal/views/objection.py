"""The account holder's page: somebody asks who you are, and what you can do.

No account is needed: the code of the notice proves that it was meant for this reader.
The session keeps nothing but the notice's id, until the browser is closed.
"""

import hmac
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views import View

from disclosure.access import AccountHolder, Verb, can, visible_letters
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.keeping.codes import code_digest
from disclosure.actions.letters.writing import read_letter
from disclosure.actions.objections import record_objection
from disclosure.domain.fields import in_order
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    GateKind,
    IdentityField,
    LetterKind,
    RequesterKind,
)
from disclosure.downloads import as_attachment
from disclosure.models import Objection, UserNotice
from disclosure.portal.attempts import client_key, forget_attempts, take_attempt
from disclosure.portal.forms.objection import CodeForm, ObjectionForm
from disclosure.portal.periods import last_day
from disclosure.templatetags.words import word

_SESSION_KEY = "objection_notices"
#: Letters come in the language the holder reads, or in both: each by its own name.
_LANGUAGES = {"zh": "中文", "en": "English"}


class ObjectionView(View):
    """What the two steps share."""

    notice: UserNotice

    def find(self, pk: UUID) -> None:
        """Find a notice that was sent; 404 for every other."""
        sent = UserNotice.objects.filter(
            sent_at__isnull=False, code_digest__isnull=False
        )
        related = sent.select_related(
            "disclosure_request__requester", "target__service"
        )
        self.notice = get_object_or_404(related, pk=pk)

    def is_known(self) -> bool:
        """Whether this browser gave the code of this notice."""
        return str(self.notice.pk) in self.request.session.get(_SESSION_KEY, [])


class Page(ObjectionView):
    """The code first, then what is asked and what can be done."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the step the reader is at."""
        self.find(pk)
        if not self.is_known():
            return self.ask_code(CodeForm())
        return self.explain(self.make_form())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Take an objection; the code has an address of its own."""
        self.find(pk)
        if not self.is_known():
            raise Http404
        form = self.make_form(request.POST)
        if not self.is_time():
            raise Http404
        if not form.is_valid():
            return self.explain(form, 422)
        try:
            record_objection(
                self.notice.target,
                grounds=form.cleaned_data["grounds"],
                fields=[
                    IdentityField(code)
                    for code in form.cleaned_data["fields_concerned"]
                ],
                notice=self.notice,
                actor=AccountHolder(self.notice.pk),
            )
        except InvalidInput as invalid:
            form.complain(str(invalid.data["field"]), invalid.message)
            return self.explain(form, 422)
        except Impossible as impossible:
            form.add_error(None, str(impossible.message))
            return self.explain(form, 409)
        messages.success(request, str(_("We have your objection and will look at it.")))
        return redirect("portal:objection", pk=pk)

    def ask_code(self, form: CodeForm, status: int = 200) -> HttpResponse:
        """Ask for the code; nothing of the matter stands on this page."""
        context = {"form": form, "notice": self.notice}
        return render(
            self.request, "portal/objection_code.html", context, status=status
        )

    def make_form(self, *args: Any) -> ObjectionForm:
        """Offer the items concerned."""
        return ObjectionForm(*args, concerned=self.concerned())

    def concerned(self) -> tuple[IdentityField, ...]:
        """Return what would be given: what is granted, else what is asked."""
        target = self.notice.target
        decision = target.decisions.filter(is_current=True).first()
        codes = (
            decision.granted_fields.values_list("field", flat=True)
            if decision is not None
            else target.requested_fields.values_list("field", flat=True)
        )
        return in_order(IdentityField(code) for code in codes)

    def is_time(self) -> bool:
        """Whether an objection can still be made."""
        until = self.notice.objection_until
        in_time = until is None or until > timezone.now()
        holder = AccountHolder(self.notice.pk)
        open_still = can(holder, Verb.RECORD_OBJECTION, self.notice.disclosure_request)
        return in_time and open_still

    def explain(self, form: ObjectionForm, status: int = 200) -> HttpResponse:
        """Say what is asked and what it means; the law comes last and small."""
        notice = self.notice
        disclosure_request = notice.disclosure_request
        kind = RequesterKind(disclosure_request.requester.kind)
        decision = notice.target.decisions.filter(is_current=True).first()
        on_review = decision is None or decision.gate == GateKind.DOCUMENT_REVIEW
        context = {
            "form": form,
            "notice": notice,
            "asker": word(kind),
            "is_state": kind in STATE_REQUESTERS,
            "on_review": on_review,
            "account": notice.target.identifier,
            "service": notice.target.service or disclosure_request.service,
            "fields": [word(one) for one in self.concerned()],
            "is_time": self.is_time(),
            "until": last_day(notice.objection_until)
            if notice.objection_until
            else None,
            "objections": [_said(row) for row in self.mine()],
            "letters": self.letters(),
            "reference": disclosure_request.reference,
        }
        return render(self.request, "portal/objection.html", context, status=status)

    def letters(self) -> list[dict[str, Any]]:
        """Return the letters written under this notice."""
        rows = visible_letters(AccountHolder(self.notice.pk))
        return [
            {
                "name": f"{word(LetterKind(row.kind))} ({_LANGUAGES[row.language]})",
                "received_at": row.written_at,
                "size": row.size or None,
                "sha256": row.sha256,
                "post_url": reverse(
                    "portal:objection_letter", args=[self.notice.pk, row.pk]
                ),
            }
            for row in rows.order_by("written_at")
        ]

    def mine(self) -> list[Objection]:
        """Return what was objected under this notice."""
        return list(
            Objection.objects.filter(notice=self.notice).order_by("received_at")
        )


class ReadLetter(ObjectionView):
    """A letter to the account holder, for who gave the code."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: UUID, letter: UUID) -> HttpResponse:
        """Give it; the reading is on record."""
        self.find(pk)
        if not self.is_known():
            raise Http404
        holder = AccountHolder(self.notice.pk)
        row = get_object_or_404(visible_letters(holder), pk=letter)
        reference = self.notice.disclosure_request.reference
        name = f"{reference}-{row.kind}-{row.language}.pdf"
        return as_attachment(read_letter(row, actor=holder), name, "application/pdf")


class Code(Page):
    """Checking the code, a few times a quarter of an hour."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Lead to the page: this address takes codes only."""
        return redirect("portal:objection", pk=pk)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Let the reader in, or say that the code is wrong."""
        self.find(pk)
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self.ask_code(form, 422)
        key = client_key(request, f"objection:{pk}")
        if not take_attempt(key):
            return render(request, "429.html", status=429)
        digest = code_digest(form.cleaned_data["code"])
        if not hmac.compare_digest(digest, bytes(self.notice.code_digest or b"")):
            form.add_error(
                "code", _("This is not the code of this notice. Copy it whole.")
            )
            return self.ask_code(form, 422)
        forget_attempts(key)
        known = request.session.get(_SESSION_KEY, [])
        request.session.cycle_key()
        request.session[_SESSION_KEY] = [*known, str(pk)]
        return redirect("portal:objection", pk=pk)


def _said(row: Objection) -> dict[str, Any]:
    return {
        "received_at": row.received_at,
        "fields": [word(IdentityField(code)) for code in row.fields],
        "decided_at": row.decided_at,
        "sustained": [word(IdentityField(code)) for code in row.sustained_fields],
        "reason": row.decision_reason,
        "is_forwarded": row.is_forwarded,
    }
