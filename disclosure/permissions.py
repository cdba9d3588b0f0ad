"""The permission table: which role may do what, in which status of the object.

One place to read, and to change with the decision behind it; `access` asks it. What
tests expect of it is kept by hand beside them, cell by cell.
"""

from dataclasses import dataclass
from typing import Final

from disclosure.domain.verbs import Role, Verb
from disclosure.domain.vocabulary import IncidentStatus
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import Incident, Production

_CASE: Final = (Role.CASE_OFFICER, Role.TEAM_LEAD)
_DESK: Final = (Role.CLERK, *_CASE)
_SECOND: Final = (Role.APPROVER, Role.TEAM_LEAD)
READERS: Final = (Role.CLERK, Role.CASE_OFFICER, Role.APPROVER, Role.TEAM_LEAD)
_OPEN: Final = (S.RECEIVED, S.IN_REVIEW, S.AWAITING_REQUESTER, S.DECIDED)
_REVIEWING: Final = (S.RECEIVED, S.IN_REVIEW, S.AWAITING_REQUESTER)
_ANY: Final = tuple(S)
#: From here on there can be letters: nobody writes on a draft.
_TAKEN_IN: Final = (*_OPEN, S.CLOSED)


@dataclass(frozen=True, slots=True)
class Permission:
    """The roles that hold it and the object's statuses in which it can be used.

    `statuses` None: the object has none, or none matters.
    """

    roles: tuple[Role, ...]
    statuses: tuple[str, ...] | None = None


def _can(*roles: Role, on: tuple[str, ...] | None = None) -> Permission:
    return Permission(roles, on)


PERMISSIONS: Final[dict[Verb, Permission]] = {
    # Intake
    Verb.DRAFT: _can(Role.PORTAL),
    Verb.SUBMIT: _can(Role.SENDER, on=(S.DRAFT,)),
    Verb.REGISTER: _can(*_DESK),
    Verb.ACKNOWLEDGE: _can(*_DESK, Role.SYSTEM, on=_OPEN),
    Verb.OPEN_REVIEW: _can(*_CASE, on=(S.RECEIVED,)),
    Verb.ASSIGN: _can(Role.TEAM_LEAD, on=_OPEN),
    Verb.ASK_REQUESTER: _can(*_CASE, on=(S.IN_REVIEW,)),
    Verb.COMPLETE: _can(*_DESK, Role.SENDER, on=(S.AWAITING_REQUESTER,)),
    Verb.ADD_DOCUMENT: _can(*_DESK, Role.SENDER, on=(S.DRAFT, *_OPEN)),
    # Review
    Verb.RECORD_INSTRUMENT: _can(*_DESK, Role.SENDER, on=_OPEN),
    Verb.AUTHENTICATE_INSTRUMENT: _can(*_CASE, on=_OPEN),
    Verb.REVIEW_DOCUMENT: _can(*_CASE, on=_REVIEWING),
    Verb.RECORD_FACTS: _can(*_CASE, on=_REVIEWING),
    Verb.RESOLVE_TARGET: _can(*_CASE, on=_OPEN),
    # Never by who chose it: the action and the table refuse.
    Verb.CONFIRM_ACCOUNT: _can(*_CASE, Role.APPROVER, on=_OPEN),
    Verb.ASSIGN_TASK: _can(*_CASE, on=_OPEN),
    Verb.PRESERVE: _can(*_DESK, on=_OPEN),
    Verb.PROPOSE_PRESERVATION: _can(Role.SYSTEM, on=_OPEN),
    Verb.LAPSE_PRESERVATION: _can(Role.SYSTEM, on=_ANY),
    Verb.EVALUATE: _can(*_CASE, Role.APPROVER, Role.SYSTEM, on=_OPEN),
    Verb.DECIDE: _can(*_CASE, on=(S.IN_REVIEW,)),
    Verb.REOPEN: _can(*_CASE, on=(S.DECIDED,)),
    # Notice and objection
    Verb.GIVE_NOTICE: _can(*_CASE, on=(S.DECIDED,)),
    Verb.RECORD_OBJECTION: _can(*_DESK, Role.ACCOUNT_HOLDER, on=_OPEN),
    Verb.DECIDE_OBJECTION: _can(*_CASE, on=_OPEN),
    Verb.END_NOTICE: _can(*_CASE, Role.SYSTEM, on=(P.IN_NOTICE,)),
    # Production
    Verb.LOOK_UP: _can(*_CASE, on=(S.IN_REVIEW, S.DECIDED)),
    Verb.RETRY_LOOK_UP: _can(*_CASE, Role.SYSTEM, on=(S.IN_REVIEW, S.DECIDED)),
    Verb.EXPLAIN_HOLDING: _can(*_CASE, on=(S.IN_REVIEW, S.DECIDED)),
    Verb.PREPARE: _can(*_CASE, on=(S.IN_REVIEW, S.DECIDED)),
    Verb.REQUEST_APPROVAL: _can(*_CASE, on=(P.PREPARING,)),
    Verb.RETURN_PRODUCTION: _can(*_CASE, Role.APPROVER, on=(P.AWAITING_APPROVAL,)),
    Verb.APPROVE: _can(*_SECOND, on=(P.AWAITING_APPROVAL,)),
    Verb.SEAL: _can(*_CASE, Role.APPROVER, on=(P.AWAITING_APPROVAL,)),
    Verb.CANCEL_PRODUCTION: _can(*_CASE, Role.SYSTEM, on=Production.BEFORE_RELEASE),
    # Delivery
    Verb.VOID_NUMBER: _can(*_CASE, on=_ANY),
    Verb.SIGN_OFF: _can(*_SECOND, on=(P.AWAITING_APPROVAL,)),
    Verb.RECORD_SEAL: _can(*_DESK, on=(P.SEALED,)),
    Verb.COMPARE_SEALED: _can(*_CASE, Role.APPROVER, on=(P.SEALED,)),
    # May show values: never to a clerk, nor once they are gone.
    Verb.READ_OUTGOING: _can(
        *_CASE, Role.APPROVER, on=(P.SEALED, P.RELEASED, P.OPENED, P.EXPIRED)
    ),
    Verb.TAKE_PRINT_RUN: _can(*_CASE, on=(P.RELEASED,)),
    Verb.DESPATCH: _can(*_DESK, on=(P.RELEASED,)),
    Verb.RECORD_CAME_BACK: _can(*_DESK, on=(P.RELEASED, P.EXPIRED, P.RECALLED)),
    Verb.MAKE_DISC: _can(*_CASE, on=(P.RELEASED,)),
    Verb.SHOW_DISC_PASSWORD: _can(*_CASE, on=(P.RELEASED, P.OPENED)),
    Verb.TELL_DISC_PASSWORD: _can(*_CASE, on=(P.RELEASED, P.OPENED)),
    Verb.CALL_BACK: _can(*_DESK, on=(P.RECALLED, P.PURGED)),
    Verb.REISSUE: _can(*_CASE, on=(P.RELEASED, P.OPENED, P.EXPIRED)),
    Verb.MARK_SLIP: _can(*_DESK, on=(*_OPEN, S.CLOSED)),
    Verb.FILL_SLIP: _can(*_DESK, on=(*_OPEN, S.CLOSED)),
    # Never by who filled it in: the action and the table refuse.
    Verb.CHECK_SLIP: _can(*_DESK, Role.APPROVER, on=(*_OPEN, S.CLOSED)),
    Verb.RECORD_BOUNCE: _can(Role.SYSTEM),
    Verb.RELEASE: _can(*_CASE, on=(P.SEALED,)),
    Verb.HAND_OVER: _can(*_DESK, on=(P.RELEASED,)),
    # A receipt holds no value: it may come back after the answer's window or its end.
    Verb.ADD_RECEIPT: _can(*_DESK, on=(P.OPENED, P.EXPIRED, P.RECALLED, P.PURGED)),
    Verb.OPEN_PACKAGE: _can(Role.RECIPIENT, on=(P.RELEASED,)),
    Verb.DOWNLOAD: _can(Role.RECIPIENT, on=(P.OPENED,)),
    Verb.RECALL: _can(*_CASE, Role.SYSTEM, on=(P.RELEASED, P.OPENED, P.EXPIRED)),
    Verb.EXPIRE: _can(Role.SYSTEM, on=(P.RELEASED,)),
    Verb.PURGE: _can(
        Role.TEAM_LEAD,
        Role.SYSTEM,
        on=(P.SEALED, P.OPENED, P.EXPIRED, P.RECALLED),
    ),
    Verb.PURGE_UNUSED: _can(Role.TEAM_LEAD, Role.SYSTEM, on=(S.CLOSED,)),
    Verb.REPEAT_PURGE: _can(Role.SYSTEM),
    # By the clock alone: nobody ends a record early.
    Verb.ERASE_RECORD: _can(Role.SYSTEM, on=(S.CLOSED,)),
    Verb.ERASE_INCIDENT: _can(Role.SYSTEM, on=(IncidentStatus.CLOSED,)),
    Verb.NOTE_HELD_UP: _can(Role.SYSTEM),
    # Ends
    Verb.REFER: _can(*_DESK, on=_OPEN),
    Verb.COMPLETE_REFERRAL: _can(*_DESK, on=(*_OPEN, S.CLOSED)),
    Verb.WITHDRAW: _can(Role.SENDER, *_DESK, on=(S.DRAFT, *_OPEN)),
    Verb.APPEAL: _can(Role.SENDER, on=(S.DECIDED, S.CLOSED)),
    # Never by who decided the first time: the action refuses.
    Verb.DECIDE_APPEAL: _can(*_CASE, on=(S.DECIDED, S.CLOSED)),
    Verb.SUPERSEDE: _can(*_CASE, on=_OPEN),
    Verb.RETURN_REQUEST: _can(*_CASE, on=_REVIEWING),
    Verb.LAPSE: _can(Role.TEAM_LEAD, Role.SYSTEM, on=(S.AWAITING_REQUESTER,)),
    Verb.CLOSE: _can(*_CASE, Role.SYSTEM, on=(S.DECIDED,)),
    # Reading
    Verb.VIEW: _can(*READERS, Role.AUDITOR, Role.SENDER, on=_ANY),
    Verb.VIEW_AUDIT: _can(*READERS, Role.AUDITOR, on=_ANY),
    Verb.READ_DOCUMENT: _can(*READERS, Role.SENDER, on=_ANY),
    Verb.NOTE: _can(*READERS, on=_ANY),
    # Letters: which of them, `visible_letters` says.
    Verb.FILE_LETTER: _can(Role.SYSTEM, on=_TAKEN_IN),
    Verb.READ_LETTER: _can(*READERS, Role.SENDER, Role.ACCOUNT_HOLDER, on=_TAKEN_IN),
    Verb.SEND_LETTER: _can(*_DESK, on=_TAKEN_IN),
    Verb.REVEAL_VALUE: _can(
        *_CASE, Role.APPROVER, on=(P.PREPARING, P.AWAITING_APPROVAL)
    ),
    Verb.PREVIEW_PACKAGE: _can(*_CASE, Role.APPROVER, on=Production.BEFORE_RELEASE),
    Verb.SEARCH_PERSONAL: _can(*_CASE),
    # Evidence: staff take it with VIEW_AUDIT, the recipient when they have the answer
    Verb.EXPORT_EVIDENCE: _can(Role.RECIPIENT, on=(P.OPENED, P.PURGED)),
    # Shows values after the seal: never by who prepared them, nor once taken back.
    Verb.OPEN_COMMITMENT: _can(Role.TEAM_LEAD, on=(P.RELEASED, P.OPENED, P.EXPIRED)),
    Verb.HOLD: _can(Role.TEAM_LEAD, on=(*_OPEN, S.CLOSED)),
    # When it went wrong: whoever notices says so, whoever works here
    Verb.REPORT_INCIDENT: _can(*READERS, Role.ADMINISTRATOR, Role.SYSTEM),
    Verb.VIEW_INCIDENT: _can(*READERS, Role.AUDITOR),
    Verb.WORK_ON_INCIDENT: _can(*_CASE, on=Incident.AT_WORK),
    Verb.DECIDE_WAIVER: _can(*_SECOND, on=Incident.AT_WORK),
    Verb.CLEAR_INCIDENT: _can(Role.TEAM_LEAD, on=Incident.UNFINISHED),
    Verb.REPORT_TO_AUTHORITY: _can(*_CASE, on=tuple(IncidentStatus)),
    Verb.PROPOSE_CLOSING: _can(*_CASE, on=Incident.AT_WORK),
    Verb.CLOSE_INCIDENT: _can(*_SECOND, on=(IncidentStatus.AWAITING_CLOSING,)),
    Verb.REOPEN_INCIDENT: _can(Role.TEAM_LEAD, on=(IncidentStatus.CLOSED,)),
    # What is weighed before anything of a person is handed over
    Verb.VIEW_ASSESSMENTS: _can(*READERS, Role.AUDITOR),
    Verb.WRITE_ASSESSMENT: _can(*_CASE),
    Verb.APPROVE_ASSESSMENT: _can(*_SECOND),
    Verb.WRITE_CASE_ASSESSMENT: _can(*_CASE, on=Production.BEFORE_RELEASE),
    Verb.APPROVE_CASE_ASSESSMENT: _can(*_SECOND, on=Production.BEFORE_RELEASE),
    # People and settings
    Verb.VERIFY_REQUESTER: _can(*_DESK),
    # An authority's account only, and never by who proposed it: the action refuses.
    Verb.CONFIRM_REQUESTER: _can(*_CASE, Role.APPROVER),
    Verb.SUSPEND_REQUESTER: _can(Role.TEAM_LEAD),
    Verb.EDIT_PROFILE: _can(Role.PORTAL),
    # Only of their own profile: the action asks whose it is.
    Verb.REGISTER_KEY: _can(Role.PORTAL),
    Verb.IMPORT_HOLIDAYS: _can(Role.TEAM_LEAD, Role.ADMINISTRATOR),
    # The trail as a whole: its status, and to have it verified.
    Verb.VERIFY_TRAIL: _can(
        Role.AUDITOR, Role.TEAM_LEAD, Role.ADMINISTRATOR, Role.SYSTEM
    ),
    Verb.MANAGE_STAFF: _can(Role.ADMINISTRATOR, Role.SYSTEM),
    Verb.MANAGE_DIRECTORY: _can(Role.TEAM_LEAD, Role.ADMINISTRATOR, Role.SYSTEM),
    # What could redirect disclosures, never by who proposed it: the action refuses.
    Verb.CONFIRM_DIRECTORY: _can(Role.TEAM_LEAD, Role.ADMINISTRATOR),
    # The installation's own file: whoever can start programs there.
    Verb.IMPORT_DIRECTORY: _can(Role.SYSTEM),
    Verb.RETRY_STOPPED: _can(Role.TEAM_LEAD, Role.ADMINISTRATOR),
    Verb.RESEAL_FACTORS: _can(Role.SYSTEM),
}
