"""What goes wrong in the demo, and how far the desk has come with it."""

from disclosure.actions.incidents import measures
from disclosure.actions.incidents.clocks import start_clock
from disclosure.actions.incidents.reporting import IncidentFacts, open_incident
from disclosure.domain.vocabulary import (
    IncidentClockKind,
    IncidentKind,
    IncidentLevel,
    MeasureKind,
)
from disclosure.models import Incident, Production, User


def wrong_account(answer: Production, *, officer: User) -> Incident:
    """Report that an answer told of the wrong person; taken back before it was read."""
    incident = open_incident(
        answer.disclosure_request_id,
        IncidentKind.WRONG_PERSON,
        IncidentFacts(
            what="法院来电称来文所载账号有误，答复材料所涉并非本案当事人。材料发出四小时后收回。",
            productions=(answer,),
            target=answer.decisions.get().target,
            persons_affected=1,
        ),
        actor=officer,
    )
    measures.contain(incident, note="已收回，下载链接失效。", actor=officer)
    measures.record_measure(
        incident,
        MeasureKind.DELETION_REQUESTED,
        note="已电话并书面请承办书记员确认未查阅、未留存。",
        actor=officer,
    )
    measures.grade(
        incident, IncidentLevel.GENERAL, reason="涉及一人，未被查阅。", actor=officer
    )
    start_clock(
        incident,
        IncidentClockKind.PI_AUTHORITY,
        reason="答复材料已发出，可能造成个人信息泄露。",
        actor=officer,
    )
    return incident
