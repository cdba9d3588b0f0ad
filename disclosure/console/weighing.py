"""The impact assessment as a next step: who writes or approves what is missing."""

from collections.abc import Iterator
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, can, visible_productions
from disclosure.actions.law.case_assessments import Coverage, coverage
from disclosure.console.links import Offer
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.models import Production, User

#: Before, the contents may still change; from its release on it is too late.
_WEIGHED_AT = (P.AWAITING_APPROVAL, P.SEALED)


def weighing_offers(person: User, production: Production) -> tuple[Offer, ...]:
    """Return what this person may do so that the answer may leave; often nothing."""
    if production.status not in _WEIGHED_AT:
        return ()
    cover = coverage(production)
    if cover.is_complete:
        return ()
    return (
        *_about_rules(person, production, cover),
        *_about_case(person, production, cover),
    )


def answer_asked(request: HttpRequest, person: User) -> str:
    """Return the address of the answer somebody came from to weigh; empty for none."""
    try:
        asked = UUID(request.GET.get("answer", ""))
    except ValueError:
        return ""
    row = visible_productions(person).filter(pk=asked).first()
    return reverse("console:production", args=[row.pk]) if row else ""


def is_weighed(production: Production) -> bool:
    """Whether nothing of the impact assessment is missing."""
    return coverage(production).is_complete


def _about_rules(
    person: User, production: Production, cover: Coverage
) -> Iterator[Offer]:
    back = f"answer={production.pk}"
    for each in cover.missing_rules:
        waits = each.waiting is not None
        if not waits and can(person, Verb.WRITE_ASSESSMENT):
            address = reverse("console:write_assessment", args=[each.rule])
            yield Offer(
                Verb.WRITE_ASSESSMENT,
                f"{address}?rulebook={each.rulebook.pk}&{back}",
                _("Write the impact assessment"),
                name="write_assessment",
            )
        elif (
            each.waiting is not None
            and each.waiting.written_by_id != person.pk
            and can(person, Verb.APPROVE_ASSESSMENT)
        ):
            address = reverse("console:approve_assessment", args=[each.waiting.pk])
            yield Offer(
                Verb.APPROVE_ASSESSMENT,
                f"{address}?{back}",
                _("Approve the impact assessment"),
                name="approve_assessment",
            )


def _about_case(
    person: User, production: Production, cover: Coverage
) -> Iterator[Offer]:
    if not cover.form_missing:
        return
    waiting = cover.waiting_form
    if waiting is None and can(person, Verb.WRITE_CASE_ASSESSMENT, production):
        yield Offer(
            Verb.WRITE_CASE_ASSESSMENT,
            reverse("console:write_case_assessment", args=[production.pk]),
            _("Fill in the case form"),
            name="write_case_assessment",
        )
    elif (
        waiting is not None
        and waiting.written_by_id != person.pk
        and can(person, Verb.APPROVE_CASE_ASSESSMENT, production)
    ):
        yield Offer(
            Verb.APPROVE_CASE_ASSESSMENT,
            reverse("console:decide_case_assessment", args=[waiting.pk]),
            _("Approve the case form"),
            name="decide_case_assessment",
        )
