"""The words every layer shares: closed lists, one meaning each.

A value here is also what stands in scenario files, rulebooks, the database and
the audit trail, so values may be added and never renamed or removed.
"""

from enum import StrEnum


class Regime(StrEnum):
    PERSONAL_RIGHTS = "personal_rights"
    COPYRIGHT = "copyright"
    TRADEMARK = "trademark"
    STATE_ASSISTANCE = "state_assistance"


class ProviderRole(StrEnum):
    """What the provider does for the content at stake, not what it calls itself."""

    HOSTING = "hosting"
    P2P = "p2p"
    ACCESS = "access"
    SEARCH = "search"
    MARKETPLACE = "marketplace"
    LIVESTREAM = "livestream"
    PAYMENT = "payment"
    LOGISTICS = "logistics"
    CLOUD = "cloud"
    DOMAIN = "domain"


class AccountHolderKind(StrEnum):
    NATURAL_PERSON = "natural_person"
    INDIVIDUAL_BUSINESS = "individual_business"
    ENTERPRISE = "enterprise"
    UNKNOWN = "unknown"


class RequesterKind(StrEnum):
    COURT = "court"
    PROCURATORATE = "procuratorate"
    POLICE = "police"
    STATE_SECURITY = "state_security"
    SUPERVISION = "supervision"
    COPYRIGHT_AUTHORITY = "copyright_authority"
    MARKET_REGULATOR = "market_regulator"
    TAX = "tax"
    CAC = "cac"
    TELECOM_AUTHORITY = "telecom_authority"
    ARBITRATION_BODY = "arbitration_body"
    RIGHTS_HOLDER = "rights_holder"
    AGENT = "agent"
    LAWYER = "lawyer"
    INJURED_PERSON = "injured_person"
    GUARDIAN_OR_RELATIVE = "guardian_or_relative"
    CONSUMER = "consumer"
    ACCOUNT_HOLDER = "account_holder"
    FOREIGN_AUTHORITY = "foreign_authority"


#: Domestic courts and authorities: their instrument decides what is asked.
STATE_REQUESTERS = frozenset(
    {
        RequesterKind.COURT,
        RequesterKind.PROCURATORATE,
        RequesterKind.POLICE,
        RequesterKind.STATE_SECURITY,
        RequesterKind.SUPERVISION,
        RequesterKind.COPYRIGHT_AUTHORITY,
        RequesterKind.MARKET_REGULATOR,
        RequesterKind.TAX,
        RequesterKind.CAC,
        RequesterKind.TELECOM_AUTHORITY,
    }
)


class ProcedureStage(StrEnum):
    PRE_SUIT = "pre_suit"
    FIRST = "first"
    SECOND = "second"
    FINAL = "final"
    ENFORCEMENT = "enforcement"


class InstrumentKind(StrEnum):
    COURT_ORDER = "court_order"
    COURT_LETTER = "court_letter"
    PRESERVATION_RULING = "preservation_ruling"
    INVESTIGATION_ORDER = "investigation_order"
    JUDGMENT = "judgment"
    ADMINISTRATIVE_DOCUMENT = "administrative_document"
    INQUIRY_LETTER = "inquiry_letter"
    EVIDENCE_NOTICE = "evidence_notice"
    FREEZE_NOTICE = "freeze_notice"
    REMINDER = "reminder"


class InstrumentRelation(StrEnum):
    FIRST = "first"
    SAME_AS = "same_as"
    SUPPLEMENTS = "supplements"
    CORRECTS = "corrects"
    REPLACES = "replaces"
    WITHDRAWS = "withdraws"


class CaseKind(StrEnum):
    CIVIL = "civil"
    ADMINISTRATIVE = "administrative"
    CRIMINAL = "criminal"


class Recipient(StrEnum):
    COURT = "court"
    AUTHORITY = "authority"
    ORDER_HOLDER = "order_holder"
    REQUESTER = "requester"
    NONE = "none"


class DocumentKind(StrEnum):
    IDENTITY_PROOF = "identity_proof"
    BUSINESS_LICENCE = "business_licence"
    OWNERSHIP_PROOF = "ownership_proof"
    INFRINGEMENT_PROOF = "infringement_proof"
    PURCHASE_RECORD = "purchase_record"
    EVALUATION_REPORT = "evaluation_report"
    LINK_LIST = "link_list"
    POWER_OF_ATTORNEY = "power_of_attorney"
    LAWYER_LICENCE = "lawyer_licence"
    DECLARATION = "declaration"
    UNDERTAKING = "undertaking"
    CASE_ACCEPTANCE = "case_acceptance"
    SEPARATE_CONSENT = "separate_consent"
    FOREIGN_FORMALITY = "foreign_formality"
    TRANSLATION = "translation"


class DocumentVerdict(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUSPECTED_FORGERY = "suspected_forgery"
    FORGED = "forged"
    PENDING = "pending"


class IdentifierType(StrEnum):
    USERNAME = "username"
    ACCOUNT_ID = "account_id"
    URL = "url"
    CONTENT_ID = "content_id"
    SHOP = "shop"
    LIVE_ROOM = "live_room"
    DOMAIN = "domain"
    IP_TIME = "ip_time"
    PHONE = "phone"
    EMAIL = "email"
    NAME_AND_ID_NUMBER = "name_and_id_number"
    ID_NUMBER = "id_number"
    USCC = "uscc"
    ORDER_NUMBER = "order_number"
    PAYMENT_ACCOUNT = "payment_account"


#: Identifiers that are personal data themselves: encrypted, searched by blind index.
PERSONAL_IDENTIFIERS = frozenset(
    {
        IdentifierType.PHONE,
        IdentifierType.EMAIL,
        IdentifierType.NAME_AND_ID_NUMBER,
        IdentifierType.ID_NUMBER,
        IdentifierType.PAYMENT_ACCOUNT,
    }
)


#: From a person to their accounts: for courts and authorities alone.
REVERSE_IDENTIFIERS = frozenset(
    {IdentifierType.NAME_AND_ID_NUMBER, IdentifierType.ID_NUMBER}
)


class IdentityField(StrEnum):
    USERNAME = "username"
    REGISTERED_NICKNAME = "registered_nickname"
    ACCOUNT_ID = "account_id"
    REGISTRATION_TIME = "registration_time"
    ACCOUNT_STATUS = "account_status"
    CANCELLATION_TIME = "cancellation_time"
    REAL_NAME = "real_name"
    ID_NUMBER = "id_number"
    ID_DOCUMENT_IMAGE = "id_document_image"
    BIOMETRIC_TEMPLATE = "biometric_template"
    DATE_OF_BIRTH = "date_of_birth"
    GENDER = "gender"
    PHONE = "phone"
    EMAIL = "email"
    POSTAL_ADDRESS = "postal_address"
    DELIVERY_ADDRESSES = "delivery_addresses"
    IP_ADDRESS = "ip_address"
    LOGIN_PLACES = "login_places"
    PRECISE_LOCATION = "precise_location"
    DEVICE_IDENTIFIERS = "device_identifiers"
    PUBLIC_CONTENT = "public_content"
    VIEW_COUNTS = "view_counts"
    PRIVATE_MESSAGES = "private_messages"
    CONTACT_LIST = "contact_list"
    PAYMENT_ACCOUNT = "payment_account"
    TRANSACTION_RECORDS = "transaction_records"
    FINANCIAL_RECORDS = "financial_records"
    LOGISTICS_RECORDS = "logistics_records"
    COMPANY_NAME = "company_name"
    USCC = "uscc"
    BUSINESS_LICENCE = "business_licence"
    LEGAL_REPRESENTATIVE = "legal_representative"
    LEGAL_REPRESENTATIVE_ID = "legal_representative_id"
    LEGAL_REPRESENTATIVE_PHONE = "legal_representative_phone"
    BUSINESS_ADDRESS = "business_address"
    PERMITS = "permits"
    STREAMER_IDENTITY = "streamer_identity"
    HOSTING_CUSTOMER = "hosting_customer"
    DOMAIN_REGISTRANT = "domain_registrant"
    SPECIAL_CATEGORY_DATA = "special_category_data"
    COMPLAINT_HISTORY = "complaint_history"


class FieldClass(StrEnum):
    IDENTITY_LIGHT = "identity_light"
    ACCOUNT = "account"
    IDENTITY = "identity"
    BIOMETRIC = "biometric"
    CONTACT = "contact"
    NETWORK_ADDRESS = "network_address"
    LOCATION = "location"
    DEVICE = "device"
    CONTENT = "content"
    COMMUNICATION = "communication"
    SOCIAL = "social"
    FINANCIAL = "financial"
    TRANSACTION = "transaction"
    BUSINESS = "business"
    SPECIAL = "special"
    INTERNAL = "internal"


class DataCategory(StrEnum):
    """What statutes name instead of single fields ("name, contact, address")."""

    REGISTRATION = "registration"
    NAME = "name"
    IDENTITY_NUMBER = "identity_number"
    IDENTITY_DOCUMENT = "identity_document"
    BIOMETRIC = "biometric"
    PERSONAL_ATTRIBUTE = "personal_attribute"
    CONTACT = "contact"
    NETWORK_ADDRESS = "network_address"
    LOGIN_PLACE = "login_place"
    LOCATION_TRACK = "location_track"
    DEVICE = "device"
    CONTENT = "content"
    STATISTICS = "statistics"
    COMMUNICATION = "communication"
    SOCIAL = "social"
    PAYMENT = "payment"
    TRANSACTION = "transaction"
    DELIVERY = "delivery"
    FINANCIAL = "financial"
    BUSINESS = "business"
    REPRESENTATIVE = "representative"
    CUSTOMER = "customer"
    OPERATOR = "operator"
    SPECIAL = "special"
    INTERNAL = "internal"


class Sensitivity(StrEnum):
    PLAIN = "plain"
    HIGH = "high"
    SENSITIVE = "sensitive"


class GateKind(StrEnum):
    COURT_DOCUMENT = "court_document"
    ADMINISTRATIVE_DOCUMENT = "administrative_document"
    CRIMINAL_DOCUMENT = "criminal_document"
    DOCUMENT_REVIEW = "document_review"
    SEPARATE_CONSENT = "separate_consent"
    PUBLIC_DISPLAY = "public_display"
    NONE_SUFFICES = "none_suffices"


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 -- the outcome of a gate, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


class Disposition(StrEnum):
    RELEASED = "released"
    NOT_REQUESTED = "not_requested"
    NOT_ORDERED = "not_ordered"
    BARRED = "barred"
    NOT_HELD = "not_held"
    LOST = "lost"
    WITHHELD_ON_OBJECTION = "withheld_on_objection"


class Result(StrEnum):
    GRANTED = "granted"
    PARTLY_GRANTED = "partly_granted"
    REFUSED = "refused"
    NOT_HELD = "not_held"
    PENDING = "pending"
    REFERRED = "referred"  # to the restricted desk: the instrument names messages
    WITHDRAWN = "withdrawn"  # the instrument was taken back by who issued it


class RequestEnd(StrEnum):
    """Ends of a request other than by decision."""

    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"
    RETURNED = "returned"
    REFERRED = "referred"


class Compliance(StrEnum):
    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


class LawfulBasis(StrEnum):
    STATUTORY_DUTY = "statutory_duty"
    ORDER = "order"
    SEPARATE_CONSENT = "separate_consent"
    ALREADY_PUBLIC = "already_public"
    PLATFORM_RULE = "platform_rule"
    NONE = "none"


class NoticeRule(StrEnum):
    REQUIRED = "required"
    DEFERRED = "deferred"
    FORBIDDEN = "forbidden"
    NOT_REQUIRED = "not_required"


class VerificationStatus(StrEnum):
    REAL_NAME_VERIFIED = "real_name_verified"
    CHANNEL_VERIFIED = "channel_verified"  # by SMS or e-mail
    DOCUMENT_CHECKED = "document_checked"
    SELF_DECLARED = "self_declared"
    UNKNOWN = "unknown"


class ValueSource(StrEnum):
    USER = "user"
    ID_CHECK = "id_check"
    SYSTEM = "system"
    BANK = "bank"
    REGISTRY = "registry"


class Presence(StrEnum):
    HELD = "held"
    NOT_HELD = "not_held"
    LOST = "lost"


class AbsenceReason(StrEnum):
    """Why a value is not there: a typed statement, never a blank."""

    NEVER_COLLECTED = "never_collected"
    EXPIRED_BY_POLICY = "expired_by_policy"
    NONE_IN_PERIOD = "none_in_period"  # collected, but nothing falls in the period
    LOST = "lost"
    PASSED_ON = "passed_on"  # given to somebody else and not kept: no excuse


class FieldHandling(StrEnum):
    """What a service does with a kind of data, as its catalogue says."""

    KEPT = "kept"
    PASSED_ON = "passed_on"
    NEVER_COLLECTED = "never_collected"


class HoldingBasis(StrEnum):
    """Who says that something is held or not."""

    CONNECTOR = "connector"
    CATALOGUE = "catalogue"
    BY_HAND = "by_hand"


class AccountStatus(StrEnum):
    """Where an account stands at the provider."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class ChoiceOutcome(StrEnum):
    """What became of a person's choice of account."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"  # chosen anew, or the sender was asked


class LookUpState(StrEnum):
    """Where a question about some granted fields stands."""

    ASKED = "asked"
    ANSWERED = "answered"
    FAILED = "failed"
    REFUSED = "refused"  # the answer was refused as a whole


class HoldingTaskKind(StrEnum):
    """What a person does where no program can ask the service."""

    RESOLVE = "resolve"
    PRESERVE = "preserve"
    LOOK_UP = "look_up"
    NOTIFY = "notify"


class ProposalCause(StrEnum):
    """Why preserving an account's data is proposed."""

    RETENTION_ENDING = "retention_ending"
    LOGS_AGEING = "logs_ageing"


class ProposalOutcome(StrEnum):
    PRESERVED = "preserved"
    DECLINED = "declined"


class RequestStatus(StrEnum):
    DRAFT = "draft"
    RECEIVED = "received"
    IN_REVIEW = "in_review"
    AWAITING_REQUESTER = "awaiting_requester"
    DECIDED = "decided"
    CLOSED = "closed"


class ProductionStatus(StrEnum):
    PREPARING = "preparing"
    IN_NOTICE = "in_notice"
    AWAITING_APPROVAL = "awaiting_approval"
    SEALED = "sealed"
    RELEASED = "released"
    OPENED = "opened"
    EXPIRED = "expired"
    RECALLED = "recalled"
    PURGED = "purged"
    CANCELLED = "cancelled"


class ProductionKind(StrEnum):
    ANSWER = "answer"
    REFUSAL = "refusal"
    NOT_HELD = "not_held"
    RETURN = "return"


class OutgoingKind(StrEnum):
    """What leaves the house under a document number."""

    ANSWER = "answer"
    REFUSAL = "refusal"
    NOT_HELD = "not_held"
    RETURN = "return"
    ACKNOWLEDGEMENT = "acknowledgement"
    COMPLETION_REQUEST = "completion_request"
    HOLDER_NOTICE = "holder_notice"
    OBJECTION_DECISION = "objection_decision"
    PRESERVATION_CONFIRMATION = "preservation_confirmation"
    PRESERVATION_EXPIRY = "preservation_expiry"
    INCIDENT_NOTICE = "incident_notice"
    LETTER = "letter"


class LetterKind(StrEnum):
    """Which letter; each has a template of this name in every language."""

    ACKNOWLEDGEMENT = "acknowledgement"
    COMPLETION_REQUEST = "completion_request"
    PRODUCTION = "production"
    REFUSAL = "refusal"
    NOT_HELD = "not_held"
    RETURN = "return_letter"
    PRESERVATION_CONFIRMATION = "preservation_confirmation"
    PRESERVATION_EXPIRY = "preservation_expiry"
    NOTICE_TO_ACCOUNT_HOLDER = "notice_to_account_holder"
    OBJECTION_DECISION = "objection_decision"
    INCIDENT_NOTICE = "incident_notice"


class LetterRecipient(StrEnum):
    """To whom a letter is addressed."""

    REQUESTER = "requester"
    AUTHORITY = "authority"
    ACCOUNT_HOLDER = "account_holder"


class LetterChannel(StrEnum):
    """How a letter reaches its addressee; `provider`: the provider's own channel."""

    PORTAL = "portal"
    POST = "post"
    PROVIDER = "provider"


class DeliveryChannel(StrEnum):
    """How an answer reaches its recipient; those of intake, and a disc."""

    PORTAL = "portal"
    POST = "post"
    COURIER = "courier"
    DESK = "desk"
    COURT_PLATFORM = "court_platform"
    DISC = "disc"


class DeliveryState(StrEnum):
    """Where an answer on its way is."""

    WAITING = "waiting"
    SENT = "sent"
    RECEIVED = "received"
    CAME_BACK = "came_back"
    STOPPED = "stopped"


class SealForm(StrEnum):
    """How the company's seal was put on a letter."""

    STAMPED = "stamped"
    E_SEALED = "e_sealed"


class OutgoingFileKind(StrEnum):
    """What a file made or scanned on the way out is."""

    SEALED_LETTER = "sealed_letter"
    DISC_IMAGE = "disc_image"
    RECEIPT = "receipt"
    PLATFORM_RECEIPT = "platform_receipt"
    SIGNATURE = "signature"
    FILLED_SLIP = "filled_slip"


class SlipKind(StrEnum):
    """A slip of the sender's own that goes back signed."""

    RETURN_SLIP = "return_slip"
    PROOF_OF_SERVICE = "proof_of_service"


class PasswordChannel(StrEnum):
    """The other way by which a disc's password goes to its recipient."""

    PHONE = "phone"
    LETTER = "letter"
    IN_PERSON = "in_person"


class IdentitySeen(StrEnum):
    """What the collector of an answer showed at the desk."""

    WORK_CARD = "work_card"
    RESIDENT_CARD = "resident_card"
    LAWYER_LICENCE = "lawyer_licence"
    INTRODUCTION_LETTER = "introduction_letter"


class CallBackOutcome(StrEnum):
    """What became of paper that was called back after it had left."""

    STOPPED = "stopped"
    RETURNED_UNOPENED = "returned_unopened"
    RETURNED_OPENED = "returned_opened"
    DESTROYED = "destroyed"
    KEPT = "kept"


class IntakeChannel(StrEnum):
    PORTAL = "portal"
    POST = "post"
    COURIER = "courier"
    DESK = "desk"
    COURT_PLATFORM = "court_platform"


class StaffRole(StrEnum):
    CLERK = "clerk"
    CASE_OFFICER = "case_officer"
    APPROVER = "approver"
    TEAM_LEAD = "team_lead"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class DayKind(StrEnum):
    CALENDAR = "calendar"
    WORKING = "working"


class DeadlineKind(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    ANSWER_STATED = "answer_stated"
    ANSWER_INTERNAL = "answer_internal"
    COMPLETION = "completion"
    COMPLAINT_REPLY = "complaint_reply"
    OBJECTION = "objection"
    INSTRUMENT_VALIDITY = "instrument_validity"
    PRESERVATION_EXPIRY = "preservation_expiry"
    REFERRAL = "referral"
    NOTICE_REVIEW = "notice_review"
    DOWNLOAD_WINDOW = "download_window"
    UNOPENED = "unopened"
    CALL_BACK = "call_back"
    VALUE_PURGE = "value_purge"
    RECORD_RETENTION = "record_retention"
    HOLDING_TASK = "holding_task"
    RECEIPT_SCAN = "receipt_scan"


class HolderLanguage(StrEnum):
    """The language an account holder reads, as far as a letter can be in it."""

    ZH = "zh"
    EN = "en"


class ErasureKind(StrEnum):
    """What is destroyed at its end."""

    VALUES = "values"
    RECORD = "record"
    INCIDENT = "incident"


class ErasureHindrance(StrEnum):
    """Why something that is due to be destroyed still exists."""

    ON_HOLD = "on_hold"
    INCIDENT_OPEN = "incident_open"
    ASSESSMENT_KEPT = "assessment_kept"
    STILL_NEEDED = "still_needed"
    RECORD_KEPT = "record_kept"
    KEY_MISSING = "key_missing"
    KEY_STORE_UNAVAILABLE = "key_store_unavailable"
    FAILED = "failed"


class ReferralKind(StrEnum):
    TAKE_DOWN = "take_down"
    PRESERVATION = "preservation"
    RESTRICTED_DESK = "restricted_desk"


class TimeUnit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Procedure(StrEnum):
    """Whose law of time counts a period."""

    CIVIL = "civil"
    CIVIL_PROCEDURE = "civil_procedure"
    CRIMINAL = "criminal"
    CRIMINAL_IN_CUSTODY = "criminal_in_custody"
    ADMINISTRATIVE_PENALTY = "administrative_penalty"


class CalendarDayKind(StrEnum):
    """What a calendar row says of a day; days without a row follow the week."""

    HOLIDAY = "holiday"
    MAKE_UP_WORKING_DAY = "make_up_working_day"


class RetentionClass(StrEnum):
    """Records the law keeps for a shortest time."""

    ACCESS_RECORD = "access_record"
    NETWORK_LOG = "network_log"
    ASSESSMENT_RECORD = "assessment_record"
    TRANSACTION_RECORD = "transaction_record"
    MERCHANT_IDENTITY = "merchant_identity"


class CaseNumberStyle(StrEnum):
    """Court case numbers before and since the reform of 2016-01-01."""

    WORD = "word"  # (2014)…字第1号
    CODED = "coded"  # (2021)京0491民初1号


class OutletKind(StrEnum):
    """Where checkpoints are sent whose receipt we note ourselves."""

    MAIL = "mail"


class VerificationScope(StrEnum):
    """What a verification of the audit trail looks at."""

    WHOLE = "whole"  # every entry, link, place and signature, and the record


class VerificationRunStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    SOUND = "sound"
    FAULTY = "faulty"
    FAILED = "failed"  # it could not be verified
    BROKEN_OFF = "broken_off"  # whoever worked on it ended again and again


class IncidentKind(StrEnum):
    """What went wrong with personal information."""

    WRONG_RECIPIENT = "wrong_recipient"
    WRONG_PERSON = "wrong_person"  # a homonym: the data of somebody else
    TOO_MANY_FIELDS = "too_many_fields"
    WRONG_PERIOD = "wrong_period"
    LEAK = "leak"
    LOSS = "loss"
    NEAR_MISS = "near_miss"  # it was stopped before anything left


class IncidentStatus(StrEnum):
    OPEN = "open"
    CONTAINED = "contained"
    AWAITING_CLOSING = "awaiting_closing"
    CLOSED = "closed"


class IncidentCause(StrEnum):
    """Who noticed: a person who says it in words, or the program, which names it."""

    REPORTED = "reported"
    CONNECTOR_OVERREACH = "connector_overreach"
    LOSS_BELOW_FLOOR = "loss_below_floor"
    LOSS_AFTER_SERVICE = "loss_after_service"
    PAPER_WITHDRAWN = "paper_withdrawn"  # it had left before the order was taken back
    # What came of calling it back: somebody had it in their hands.
    PAPER_OPENED = "paper_opened"
    PAPER_DESTROYED = "paper_destroyed"
    PAPER_KEPT = "paper_kept"


class IncidentOutcome(StrEnum):
    """What the inquiry found."""

    CONFIRMED = "confirmed"
    STOPPED_IN_TIME = "stopped_in_time"
    UNFOUNDED = "unfounded"


class IncidentLevel(StrEnum):
    """Grades of the national rules on reporting cybersecurity incidents."""

    GENERAL = "general"
    MAJOR = "major"  # 较大
    SERIOUS = "serious"  # 重大
    GRAVE = "grave"  # 特别重大


class MeasureKind(StrEnum):
    """What was done about an incident."""

    LINK_CLOSED = "link_closed"
    DELETION_REQUESTED = "deletion_requested"
    DELETION_UNDERTAKEN = "deletion_undertaken"
    ACCESS_STOPPED = "access_stopped"
    EVIDENCE_KEPT = "evidence_kept"
    OTHER = "other"


class PersonNoticeState(StrEnum):
    """What became of telling the person concerned."""

    PREPARED = "prepared"
    GIVEN = "given"
    BY_HAND = "by_hand"  # somebody has to carry it: not given yet
    UNREACHABLE = "unreachable"
    WAIVER_PROPOSED = "waiver_proposed"
    WAIVED = "waived"
    WAIVER_REFUSED = "waiver_refused"


class IncidentClockKind(StrEnum):
    """To whom an incident is reported, and what follows the report."""

    PROTECTION_DEPARTMENT = "protection_department"
    PROVINCIAL_CAC = "provincial_cac"
    PI_AUTHORITY = "pi_authority"
    POLICE = "police"
    PERSONS = "persons"
    SUMMARY = "summary"


class AssessmentStatus(StrEnum):
    DRAFT = "draft"
    IN_FORCE = "in_force"
    REJECTED = "rejected"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class Deviation(StrEnum):
    """Why the assessment of the rule alone does not cover an answer."""

    MINOR = "minor"
    SENSITIVE_FIELDS = "sensitive_fields"
    SPECIAL_CATEGORIES = "special_categories"
    OVERRIDE = "override"
    FOREIGN_AUTHORITY = "foreign_authority"
    UNUSUAL_VOLUME = "unusual_volume"


class DirectoryKind(StrEnum):
    """What a proposed change of the directory is about."""

    ENTITY = "entity"
    SERVICE = "service"
    AUTHORITY = "authority"
    STAFF = "staff"


class DirectoryOutcome(StrEnum):
    """How a proposed change of the directory ended."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
