"""The shape of the record: tables, constraints, transitions. Nothing acts here."""

from disclosure.models.accounts import LegalEntity, ProviderService, User
from disclosure.models.assessments import CaseAssessment, ImpactAssessment
from disclosure.models.audit import (
    AuditCheckpoint,
    AuditEntry,
    AuditLeaf,
    AuditNode,
    AuditReceipt,
    AuditStream,
    AuditTimestamp,
    VerificationRun,
)
from disclosure.models.catalogue import ServiceField
from disclosure.models.decisions import Decision, GateCheck, GrantedField
from disclosure.models.despatch import (
    Disc,
    OutgoingFile,
    PaperView,
    ReturnSlip,
    SealingRecord,
    SignOff,
)
from disclosure.models.directory import DirectoryChange
from disclosure.models.erasures import HeldUpErasure
from disclosure.models.holdings import HoldingRecord, SealedValue
from disclosure.models.holds import LegalHold
from disclosure.models.incidents import (
    Incident,
    IncidentClock,
    IncidentMeasure,
    IncidentNotice,
    IncidentReminder,
)
from disclosure.models.instruments import Document, Instrument, InstrumentItem
from disclosure.models.law import Holiday, RulebookVersion
from disclosure.models.letters import Letter
from disclosure.models.lookups import (
    AccountChoice,
    AccountResolution,
    HoldingTask,
    LookUpPart,
    PreservationProposal,
    StatedReason,
)
from disclosure.models.notices import Objection, UserNotice
from disclosure.models.outgoing import DocumentNumber
from disclosure.models.parties import Claimant, IssuingAuthority, Requester
from disclosure.models.productions import (
    Approval,
    Delivery,
    FieldDisposition,
    ProducedItem,
    Production,
)
from disclosure.models.recipient_keys import RecipientKey
from disclosure.models.requests import (
    Counter,
    DisclosureRequest,
    RequestedField,
    TargetAccount,
)
from disclosure.models.work import (
    CompletionItem,
    Deadline,
    Heartbeat,
    JobFailure,
    Message,
    OutboxMessage,
    Preservation,
    Referral,
    Reminder,
)

__all__ = [
    "AccountChoice",
    "AccountResolution",
    "Approval",
    "AuditCheckpoint",
    "AuditEntry",
    "AuditLeaf",
    "AuditNode",
    "AuditReceipt",
    "AuditStream",
    "AuditTimestamp",
    "CaseAssessment",
    "Claimant",
    "CompletionItem",
    "Counter",
    "Deadline",
    "Decision",
    "Delivery",
    "DirectoryChange",
    "Disc",
    "DisclosureRequest",
    "Document",
    "DocumentNumber",
    "FieldDisposition",
    "GateCheck",
    "GrantedField",
    "Heartbeat",
    "HeldUpErasure",
    "HoldingRecord",
    "HoldingTask",
    "Holiday",
    "ImpactAssessment",
    "Incident",
    "IncidentClock",
    "IncidentMeasure",
    "IncidentNotice",
    "IncidentReminder",
    "Instrument",
    "InstrumentItem",
    "IssuingAuthority",
    "JobFailure",
    "LegalEntity",
    "LegalHold",
    "Letter",
    "LookUpPart",
    "Message",
    "Objection",
    "OutboxMessage",
    "OutgoingFile",
    "PaperView",
    "Preservation",
    "PreservationProposal",
    "ProducedItem",
    "Production",
    "ProviderService",
    "RecipientKey",
    "Referral",
    "Reminder",
    "RequestedField",
    "Requester",
    "ReturnSlip",
    "RulebookVersion",
    "SealedValue",
    "SealingRecord",
    "ServiceField",
    "SignOff",
    "StatedReason",
    "TargetAccount",
    "User",
    "UserNotice",
    "VerificationRun",
]
