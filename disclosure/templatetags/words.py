"""What every word of the vocabulary is called on screen.

One table for both faces: forms take `choices()`, pages the `word` filter, badges
build on `word()`. The catalogue translates; letters have wording of their own. A
context is given where one English word is two in Chinese.
"""

from enum import StrEnum

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disclosure.domain import vocabulary as v

register = template.Library()

WORDS: dict[type[StrEnum], dict[str, Promise]] = {
    v.Regime: {
        "personal_rights": _("Personal rights"),
        "copyright": _("Copyright"),
        "trademark": _("Trademark"),
        "state_assistance": _("Assistance to courts and authorities"),
    },
    v.ProviderRole: {
        "hosting": _("Hosting"),
        "p2p": _("Peer-to-peer"),
        "access": _("Internet access"),
        "search": pgettext_lazy("ProviderRole", "Search"),
        "marketplace": _("Marketplace"),
        "livestream": _("Live streaming"),
        "payment": _("Payment"),
        "logistics": _("Logistics"),
        "cloud": _("Cloud"),
        "domain": _("Domain names"),
    },
    v.AccountHolderKind: {
        "natural_person": _("Natural person"),
        "individual_business": _("Individual business"),
        "enterprise": _("Enterprise"),
        "unknown": _("Not known"),
    },
    v.RequesterKind: {
        "court": _("Court"),
        "procuratorate": _("Procuratorate"),
        "police": _("Police"),
        "state_security": _("State security"),
        "supervision": _("Supervision commission"),
        "copyright_authority": _("Copyright authority"),
        "market_regulator": _("Market regulator"),
        "tax": _("Tax authority"),
        "cac": _("Cyberspace administration"),
        "telecom_authority": _("Telecommunications authority"),
        "arbitration_body": _("Arbitration body"),
        "rights_holder": _("Rights-holder"),
        "agent": _("Agent of the rights-holder"),
        "lawyer": _("Lawyer"),
        "injured_person": _("Injured person"),
        "guardian_or_relative": _("Guardian or relative"),
        "consumer": _("Consumer"),
        "account_holder": _("Account holder"),
        "foreign_authority": _("Foreign authority"),
    },
    v.ProcedureStage: {
        "pre_suit": _("Before a suit"),
        "first": _("First instance"),
        "second": _("Second instance"),
        "final": _("Final judgment"),
        "enforcement": _("Enforcement"),
    },
    v.InstrumentKind: {
        "court_order": _("Court order"),
        "court_letter": _("Court letter of inquiry"),
        "preservation_ruling": _("Preservation ruling"),
        "investigation_order": _("Lawyer's investigation order"),
        "judgment": _("Judgment"),
        "administrative_document": _("Administrative document"),
        "inquiry_letter": _("Letter of inquiry"),
        "evidence_notice": _("Notice to produce evidence"),
        "freeze_notice": _("Freezing notice"),
        "reminder": pgettext_lazy("InstrumentKind", "Reminder"),
    },
    v.InstrumentRelation: {
        "first": _("First document"),
        "same_as": _("Same as an earlier one"),
        "supplements": _("Supplements an earlier one"),
        "corrects": _("Corrects an earlier one"),
        "replaces": _("Replaces an earlier one"),
        "withdraws": _("Withdraws an earlier one"),
    },
    v.CaseKind: {
        "civil": _("Civil"),
        "administrative": _("Administrative"),
        "criminal": _("Criminal"),
    },
    v.Recipient: {
        "court": _("The court"),
        "authority": _("The authority"),
        "order_holder": _("The holder of the order"),
        "requester": _("The requester"),
        "none": _("Nobody"),
    },
    v.DocumentKind: {
        "identity_proof": _("Proof of identity"),
        "business_licence": _("Business licence"),
        "ownership_proof": _("Proof of ownership"),
        "infringement_proof": _("Proof of infringement"),
        "purchase_record": _("Purchase record"),
        "evaluation_report": _("Evaluation report"),
        "link_list": _("List of links"),
        "power_of_attorney": _("Power of attorney"),
        "lawyer_licence": _("Lawyer's licence"),
        "declaration": _("Declaration"),
        "undertaking": _("Undertaking"),
        "case_acceptance": _("Notice of case acceptance"),
        "separate_consent": _("Separate consent"),
        "foreign_formality": _("Legalisation or apostille"),
        "translation": _("Translation"),
    },
    v.DocumentVerdict: {
        "accepted": _("Accepted"),
        "rejected": _("Rejected"),
        "suspected_forgery": _("Suspected forgery"),
        "forged": _("Confirmed forgery"),
        "pending": _("To be reviewed"),
    },
    v.IdentifierType: {
        "username": _("User name"),
        "account_id": _("Account number"),
        "url": _("Web address"),
        "content_id": _("Content number"),
        "shop": _("Shop"),
        "live_room": _("Live room"),
        "domain": _("Domain name"),
        "ip_time": _("IP address and time"),
        "phone": _("Phone number"),
        "email": _("E-mail address"),
        "name_and_id_number": _("Name and ID number"),
        "id_number": _("ID number"),
        "uscc": _("Company code (USCC)"),
        "order_number": _("Order number"),
        "payment_account": _("Payment account"),
    },
    v.IdentityField: {
        "username": _("User name"),
        "registered_nickname": _("Registered nickname"),
        "account_id": _("Account number"),
        "registration_time": _("Time of registration"),
        "account_status": _("Account status"),
        "cancellation_time": _("Time of cancellation"),
        "real_name": _("Real name"),
        "id_number": _("ID number"),
        "id_document_image": _("Image of the ID document"),
        "biometric_template": _("Biometric data"),
        "date_of_birth": _("Date of birth"),
        "gender": _("Gender"),
        "phone": _("Phone number"),
        "email": _("E-mail address"),
        "postal_address": _("Postal address"),
        "delivery_addresses": _("Delivery addresses"),
        "ip_address": _("IP address, port and time"),
        "login_places": _("Places of login"),
        "precise_location": _("Precise location"),
        "device_identifiers": _("Device identifiers"),
        "public_content": _("Published content"),
        "view_counts": _("View counts"),
        "private_messages": _("Private messages"),
        "contact_list": _("Contact list"),
        "payment_account": _("Payment account"),
        "transaction_records": _("Transaction records"),
        "financial_records": _("Financial records"),
        "logistics_records": _("Logistics records"),
        "company_name": _("Company name"),
        "uscc": _("Company code (USCC)"),
        "business_licence": _("Business licence"),
        "legal_representative": _("Legal representative"),
        "legal_representative_id": _("ID number of the legal representative"),
        "legal_representative_phone": _("Phone of the legal representative"),
        "business_address": _("Business address"),
        "permits": _("Permits"),
        "streamer_identity": _("Identity of the streamer"),
        "hosting_customer": _("Hosting customer"),
        "domain_registrant": _("Domain registrant"),
        "special_category_data": _("Special category data"),
        "complaint_history": _("History of complaints"),
    },
    v.FieldClass: {
        "identity_light": _("Account name"),
        "account": pgettext_lazy("FieldClass", "Account"),
        "identity": _("Identity"),
        "biometric": _("Biometric"),
        "contact": _("Contact"),
        "network_address": _("Network address"),
        "location": _("Location"),
        "device": _("Device"),
        "content": _("Content"),
        "communication": _("Communications"),
        "social": _("Social"),
        "financial": _("Financial"),
        "transaction": _("Transactions"),
        "business": _("Business"),
        "special": _("Special"),
        "internal": _("Internal"),
    },
    v.Sensitivity: {
        "plain": _("Ordinary"),
        "high": _("High"),
        "sensitive": _("Sensitive"),
    },
    v.GateKind: {
        "court_document": _("Court document"),
        "administrative_document": _("Administrative document"),
        "criminal_document": _("Criminal document"),
        "document_review": _("Document review"),
        "separate_consent": _("Separate consent"),
        "public_display": _("Published by law"),
        "none_suffices": _("No route for this requester"),
    },
    v.Outcome: {
        "pass": _("Met"),
        "fail": _("Not met"),
        "unknown": _("Not known yet"),
    },
    v.Disposition: {
        "released": _("Released"),
        "not_requested": _("Not asked"),
        "not_ordered": _("Not ordered"),
        "barred": _("Barred"),
        "not_held": pgettext_lazy("Disposition", "Not held"),
        "lost": _("Lost"),
        "withheld_on_objection": _("Withheld on objection"),
    },
    v.Result: {
        "granted": _("Granted"),
        "partly_granted": _("Partly granted"),
        "refused": _("Refused"),
        "not_held": pgettext_lazy("Result", "Not held"),
        "pending": pgettext_lazy("Result", "Open"),
        "referred": _("Referred"),
        "withdrawn": _("Withdrawn"),
    },
    v.RequestEnd: {
        "withdrawn": _("Withdrawn"),
        "lapsed": _("Lapsed"),
        "superseded": _("Superseded"),
        "returned": _("Returned"),
        "referred": _("Referred"),
    },
    v.Compliance: {
        "full": _("Fully complied with"),
        "partial": _("Partly complied with"),
        "none": _("Not complied with"),
    },
    v.LawfulBasis: {
        "statutory_duty": _("Statutory duty"),
        "order": _("Order"),
        "separate_consent": _("Separate consent"),
        "already_public": _("Already public"),
        "platform_rule": _("Platform rule"),
        "none": pgettext_lazy("LawfulBasis", "None"),
    },
    v.NoticeRule: {
        "required": _("Notice required"),
        "deferred": _("Notice deferred"),
        "forbidden": _("Notice forbidden"),
        "not_required": _("Notice not required"),
    },
    v.VerificationStatus: {
        "real_name_verified": _("Real-name verified"),
        "channel_verified": _("Verified by SMS or e-mail"),
        "document_checked": _("Checked against a document"),
        "self_declared": _("Self-declared"),
        "unknown": _("Verification not known"),
    },
    v.ValueSource: {
        "user": _("Given by the user"),
        "id_check": _("Identity check"),
        "system": _("Recorded by the system"),
        "bank": _("Bank"),
        "registry": _("Public register"),
    },
    v.Presence: {
        "held": pgettext_lazy("Presence", "Held"),
        "not_held": pgettext_lazy("Presence", "Not held"),
        "lost": _("Lost"),
    },
    v.AbsenceReason: {
        "never_collected": _("Never collected"),
        "expired_by_policy": _("Deleted when its retention ended"),
        "none_in_period": _("None in the period"),
        "lost": _("Lost"),
        "passed_on": _("Passed on and not kept"),
    },
    v.FieldHandling: {
        "kept": _("Collected and kept"),
        "passed_on": _("Passed on and not kept"),
        "never_collected": _("Never collected"),
    },
    v.HoldingBasis: {
        "connector": _("Asked of the service"),
        "catalogue": _("From the service's catalogue"),
        "by_hand": _("Looked up by hand"),
    },
    v.AccountStatus: {
        "active": pgettext_lazy("AccountStatus", "Active"),
        "suspended": pgettext_lazy("AccountStatus", "Suspended"),
        "cancelled": pgettext_lazy("AccountStatus", "Cancelled"),
        "unknown": _("Not known"),
    },
    v.ChoiceOutcome: {
        "confirmed": pgettext_lazy("ChoiceOutcome", "Confirmed"),
        "rejected": pgettext_lazy("ChoiceOutcome", "Rejected"),
        "superseded": pgettext_lazy("ChoiceOutcome", "No longer needed"),
    },
    v.LookUpState: {
        "asked": pgettext_lazy("LookUpState", "Asked, no answer yet"),
        "answered": pgettext_lazy("LookUpState", "Answered"),
        "failed": pgettext_lazy("LookUpState", "Failed"),
        "refused": pgettext_lazy("LookUpState", "Answer refused as a whole"),
    },
    v.HoldingTaskKind: {
        "resolve": _("Find the account"),
        "preserve": _("Preserve the data"),
        "look_up": _("Look up what is held"),
        "notify": _("Pass on the notice"),
    },
    v.ProposalCause: {
        "retention_ending": _("The account's data is about to be deleted"),
        "logs_ageing": _("Logs that are needed are about to expire"),
    },
    v.ProposalOutcome: {
        "preserved": pgettext_lazy("ProposalOutcome", "Preserved"),
        "declined": pgettext_lazy("ProposalOutcome", "Declined"),
    },
    v.RetentionClass: {
        "access_record": _("Access records"),
        "network_log": _("Network logs"),
        "assessment_record": _("Impact assessments"),
        "transaction_record": _("Transaction records"),
        "merchant_identity": _("Identity of merchants"),
    },
    v.RequestStatus: {
        "draft": _("Draft"),
        "received": _("Received"),
        "in_review": _("In review"),
        "awaiting_requester": _("Waiting for the requester"),
        "decided": _("Decided"),
        "closed": _("Closed"),
    },
    v.ProductionStatus: {
        "preparing": _("Being prepared"),
        "in_notice": _("Account holder notified"),
        "awaiting_approval": _("Waiting for approval"),
        "sealed": _("Sealed"),
        "released": _("Delivered"),
        "opened": _("Opened"),
        "expired": _("Window ended"),
        "recalled": _("Recalled"),
        "purged": _("Purged"),
        "cancelled": _("Cancelled"),
    },
    v.ProductionKind: {
        "answer": _("Answer"),
        "refusal": _("Refusal"),
        "not_held": _("Statement that nothing is held"),
        "return": _("Return"),
    },
    v.IntakeChannel: {
        "portal": pgettext_lazy("IntakeChannel", "Portal"),
        "post": pgettext_lazy("IntakeChannel", "Post"),
        "courier": _("Courier"),
        "desk": _("At the desk"),
        "court_platform": _("Court platform"),
    },
    v.StaffRole: {
        "clerk": _("Clerk"),
        "case_officer": _("Case officer"),
        "approver": _("Approver"),
        "team_lead": _("Team lead"),
        "auditor": _("Auditor"),
        "administrator": _("Administrator"),
    },
    v.DayKind: {
        "calendar": _("Calendar days"),
        "working": _("Working days"),
    },
    v.DeadlineKind: {
        "acknowledge": _("Acknowledge receipt"),
        "answer_stated": _("Answer, as the document states"),
        "answer_internal": _("Answer, own target"),
        "completion": pgettext_lazy("DeadlineKind", "Complete the request"),
        "complaint_reply": _("Reply to a complaint"),
        "objection": pgettext_lazy("DeadlineKind", "Object"),
        "instrument_validity": _("Validity of the document"),
        "preservation_expiry": _("End of preservation"),
        "referral": pgettext_lazy("DeadlineKind", "Referral"),
        "notice_review": _("Review of the notice"),
        "download_window": _("Collect the answer"),
        "value_purge": _("Purge of the values"),
        "record_retention": _("Keep the record"),
        "holding_task": _("Task done by hand"),
    },
    v.ReferralKind: {
        "take_down": _("Take-down"),
        "preservation": _("Preservation"),
        "restricted_desk": _("Restricted desk"),
    },
}
BY_NAME = {vocabulary.__name__: vocabulary for vocabulary in WORDS}


def word(member: StrEnum) -> Promise:
    """Return what a vocabulary member is called, translated when shown."""
    return WORDS[type(member)][member]


def choices(vocabulary: type[StrEnum]) -> list[tuple[str, Promise]]:
    """Return (value, word) pairs in the vocabulary's order, for a form field."""
    return [(str(member), word(member)) for member in vocabulary]


@register.filter(name="word")
def word_filter(value: str | None, vocabulary_name: str) -> str | Promise:
    """Show a stored value in words: `{{ target.result|word:"Result" }}`.

    Empty stays empty. Raises `ValueError` for a value the vocabulary lacks: a page
    with a code on it is a fault to be found, not to be shown.
    """
    if not value:
        return ""
    return word(BY_NAME[vocabulary_name](value))
