"""Every pattern of the design system on one page, with sample content (demo only)."""

import datetime as dt
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.domain.vocabulary import (
    Disposition,
    DocumentVerdict,
    IdentityField,
    ProductionStatus,
    Regime,
    RequestEnd,
    RequesterKind,
    RequestStatus,
    Result,
)
from disclosure.portal.demo import demo_only
from disclosure.templatetags.words import choices, word

SAMPLE_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=_("Name of the court"), help_text=_("As on the document's seal.")
    )
    kind = forms.ChoiceField(label=_("Who asks"), choices=choices(RequesterKind))
    regime = forms.ChoiceField(
        label=_("Ground of the request"),
        choices=choices(Regime),
        widget=forms.RadioSelect,
    )
    asked = forms.MultipleChoiceField(
        label=_("What is asked"),
        choices=choices(IdentityField)[:6],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    issued_on = forms.DateField(
        label=_("Date of the document"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    document = forms.FileField(
        label=_("The document"), help_text=_("PDF or photograph, at most 50 MB.")
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    truthful = forms.BooleanField(label=_("What I have stated is true and complete"))


def _findings() -> list[dict[str, Any]]:
    return [
        {
            "outcome": "pass",
            "reason": _("Court order present and authenticated by call-back"),
            "citation": _("Civil Procedure Law art. 70"),
        },
        {
            "outcome": "pass",
            "reason": _("Provider role covered: hosting"),
            "citation": _("Copyright provisions 2012 art. 13"),
        },
        {
            "outcome": "unknown",
            "reason": _("Recipient: the order names the applicant, not the court"),
            "citation": _("Provisions 2021 art. 3"),
            "cure": _("Ask the court to whom the answer is to be sent."),
            "verified": False,
        },
        {
            "outcome": "fail",
            "reason": _("The order names another legal entity of the group"),
            "citation": _("Civil Procedure Law art. 70"),
            "cure": _("Return it and name the right entity."),
        },
    ]


def _matrix() -> list[dict[str, Any]]:
    period = _("1 to 7 November 2026")
    return [
        {
            "label": word(IdentityField.REAL_NAME),
            "asked": True,
            "ordered": True,
            "permitted": True,
            "held": "held",
            "held_note": _("real-name verified, February 2025"),
            "disposition": Disposition.RELEASED,
        },
        {
            "label": word(IdentityField.IP_ADDRESS),
            "period": period,
            "asked": True,
            "ordered": False,
            "permitted": True,
            "held": "held",
            "disposition": Disposition.NOT_ORDERED,
            "reason": _("The order refuses item 1."),
        },
        {
            "label": word(IdentityField.PHONE),
            "asked": True,
            "ordered": True,
            "permitted": True,
            "held": "not_held",
            "held_note": _("never collected"),
            "disposition": Disposition.NOT_HELD,
        },
        {
            "label": word(IdentityField.PRIVATE_MESSAGES),
            "asked": True,
            "ordered": None,
            "permitted": False,
            "held": "",
            "disposition": Disposition.BARRED,
            "reason": _("Content of communications on a civil route."),
            "citation": _("Constitution art. 40"),
        },
        {
            "label": word(IdentityField.LOGIN_PLACES),
            "asked": True,
            "ordered": True,
            "permitted": None,
            "held": "lost",
        },
    ]


def _events(now: dt.datetime) -> list[dict[str, Any]]:
    day = dt.timedelta(days=1)
    return [
        {
            "at": now - 5 * day,
            "title": _("Document received by courier"),
            "actor": _("Clerk"),
            "body": _("Receipt sent to the court the same day."),
        },
        {"at": now - 4 * day, "title": _("Document authenticated by call-back")},
        {
            "at": now - day,
            "title": _("Waiting for approval by a second person"),
            "state": "now",
        },
        {"at": (now + 3 * day).date(), "title": _("Answer due"), "state": "ahead"},
    ]


def _cards(now: dt.datetime) -> dict[str, Any]:
    return {
        "facts": [
            {
                "label": _("Requester"),
                "value": _("District Court of Linjiang (sample)"),
                "note": _("verified until March 2027"),
            },
            {
                "label": _("Call-back"),
                "value": _("21 November 2026, judge's clerk Li"),
                "tone": "done",
            },
            {"label": _("Earlier requests"), "value": 3, "url": "#queue"},
            {"label": _("Case number"), "value": ""},
        ],
        "documents": [
            {
                "name": _("Letter of assistance, page 1 to 3.pdf"),
                "kind": _("Court letter of inquiry"),
                "verdict": DocumentVerdict.ACCEPTED,
                "received_at": now,
                "size": 482_113,
                "sha256": SAMPLE_DIGEST,
                "post_url": "#",
            },
            {
                "name": _("Power of attorney.jpg"),
                "kind": _("Power of attorney"),
                "verdict": DocumentVerdict.SUSPECTED_FORGERY,
                "size": 91_004,
            },
        ],
        "tasks": [
            {"title": _("Who you are"), "state": "done", "url": "#"},
            {
                "title": _("Send the power of attorney again"),
                "hint": _("The date on page 2 cannot be read."),
                "state": "todo",
                "url": "#",
            },
            {
                "title": _("Check and submit"),
                "hint": _("First finish the task above."),
                "state": "blocked",
            },
        ],
        "answers": [
            {"label": _("Account"), "value": "sample_user_2009", "change_url": "#"},
            {
                "label": _("What is asked"),
                "lines": [
                    word(IdentityField.REAL_NAME),
                    word(IdentityField.IP_ADDRESS),
                ],
                "change_url": "#",
            },
            {"label": _("Period"), "value": "", "change_url": "#"},
        ],
        "deadlines": [
            {
                "title": _("Answer, as the document states"),
                "due": (now + dt.timedelta(days=3)).date(),
                "why": _("five working days from service"),
                "citation": _("the letter, page 2"),
            },
        ],
    }


def _queue(now: dt.datetime) -> list[dict[str, Any]]:
    rows = []
    for number, days, status in (
        (123, -2, RequestStatus.IN_REVIEW),
        (124, 0, RequestStatus.RECEIVED),
        (125, 2, RequestStatus.AWAITING_REQUESTER),
        (126, 12, RequestStatus.DECIDED),
    ):
        rows.append(
            {
                "reference": f"DR-2026-000{number}",
                "regime": Regime.COPYRIGHT,
                "status": status,
                "due": (now + dt.timedelta(days=days)).date(),
                "mine": days == 0,
            }
        )
    return rows


@demo_only
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every pattern with sample content, the form with its errors."""
    now = timezone.now()
    form = SampleForm({"name": "", "issued_on": "9999-99-99", "regime": "copyright"})
    context = {
        "now": now,
        "form": form,
        "empty_form": SampleForm(),
        "findings": _findings(),
        "matrix": _matrix(),
        "events": _events(now),
        "queue": _queue(now),
        "marks": [word(Regime.COPYRIGHT), _("Court document")],
        "statuses": list(RequestStatus),
        "productions": list(ProductionStatus),
        "results": [*Result, RequestEnd.LAPSED],
        "verdicts": list(DocumentVerdict),
        "dates": [
            now.date() + dt.timedelta(days=days) for days in (-9, -1, 0, 1, 3, 20)
        ],
        "digest": SAMPLE_DIGEST,
        "tabs": [
            {"label": _("My turn"), "url": "#queue", "count": 4, "current": True},
            {"label": _("Due this week"), "url": "#queue", "count": 11},
            {"label": _("All open"), "url": "#queue", "count": 38},
        ],
        "steps": [
            {"label": _("Ground"), "state": "done"},
            {"label": _("Accounts"), "state": "now"},
            {"label": _("Documents"), "state": "ahead"},
        ],
        "page": Paginator(range(100), 20).page(2),
        **_cards(now),
    }
    return render(request, "portal/gallery.html", context)
