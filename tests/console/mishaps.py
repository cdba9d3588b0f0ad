"""Rows for the pages of incidents and impact assessments, one maker for each."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from disclosure.actions.incidents import clocks, notices
from disclosure.actions.law import case_assessments
from disclosure.domain.incident_notice import PersonNotice
from disclosure.domain.vocabulary import (
    IdentityField,
    IncidentClockKind,
    IncidentKind,
    IncidentStatus,
    PersonNoticeState,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.models import IncidentNotice, TargetAccount
from tests.entries import said_of
from tests.factories import (
    make_assessment,
    make_incident,
    make_incident_in,
    make_production_in,
    make_user,
)

#: Pages that are about no row.
ALONE = frozenset({"incidents", "assessments", "report_incident_alone"})


def _clock() -> Any:
    return clocks.start_clock(
        make_incident(),
        IncidentClockKind.POLICE,
        reason="A crime.",
        actor=make_user("case_officer"),
    )


def _waiver() -> Any:
    return notices.propose_waiver(
        make_incident(), reason="Nobody had the key.", actor=make_user("case_officer")
    )


def _notice(state: PersonNoticeState = PersonNoticeState.PREPARED) -> Any:
    answer = make_production_in(P.RELEASED)
    row = notices.prepare_notice(
        make_incident(answer=answer),
        PersonNotice((IdentityField.REAL_NAME,), "a", "b", "c", "d", "e"),
        target=answer.decisions.get().target,
        actor=make_user("case_officer"),
    )
    IncidentNotice.objects.filter(pk=row.pk).update(state=state)
    return row


def _case_form() -> Any:
    return case_assessments.write_case_assessment(
        answer_of_a_minor(),
        necessity="The order.",
        risk="Young.",
        measures="Few.",
        actor=make_user("case_officer"),
    )


def answer_of_a_minor() -> Any:
    """Return a sealed answer that its rule's assessment does not cover."""
    answer = make_production_in(P.SEALED)
    with said_of(answer.disclosure_request):
        TargetAccount.objects.filter(decisions__productions=answer).update(
            is_minor=True
        )
    return answer


def _at(status: IncidentStatus) -> Callable[[], Any]:
    return lambda: make_incident_in(status)


WENT_WRONG: dict[str, Callable[[], Any]] = {
    "report_answer": lambda: make_production_in(P.RELEASED),
    "contain_incident": make_incident,
    "record_measure": make_incident,
    "record_undertaking": make_incident,
    "grade_incident": make_incident,
    "start_clock": make_incident,
    "notify_person": make_incident,
    "propose_waiver": make_incident,
    "clear_incident": lambda: make_incident(IncidentKind.WRONG_PERSON),
    "propose_closing": make_incident,
    "return_closing": _at(IncidentStatus.AWAITING_CLOSING),
    "close_incident": _at(IncidentStatus.AWAITING_CLOSING),
    "reopen_incident": _at(IncidentStatus.CLOSED),
    "record_report": _clock,
    "cancel_clock": _clock,
    "send_notice": _notice,
    "confirm_notice": lambda: _notice(PersonNoticeState.BY_HAND),
    "decide_waiver": _waiver,
    # A rule has no row; its address is its name.
    "write_assessment": lambda: SimpleNamespace(pk="civil-letter"),
    "approve_assessment": lambda: make_assessment("civil-letter", in_force=False),
    "reject_assessment": lambda: make_assessment("civil-letter", in_force=False),
    "withdraw_assessment": lambda: make_assessment("civil-letter"),
    "write_case_assessment": answer_of_a_minor,
    "decide_case_assessment": _case_form,
}
