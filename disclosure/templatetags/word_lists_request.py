"""What words of a request, its law and its outcome are called."""

from collections.abc import Callable
from enum import StrEnum
from typing import cast

from django.utils.functional import Promise, lazy
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from disclosure.domain import vocabulary as v
from disclosure.domain.fields import CATALOGUE
from disclosure.domain.types import Text
from disclosure.packages.labels import IDENTIFIERS


def _said(text: Text) -> str:
    in_chinese = (get_language() or "").startswith("zh")
    return text.zh if in_chinese else capfirst(text.en)


#: A text that stands in both languages, read in the reader's when it is shown.
_either = cast(Callable[[Text], Promise], lazy(_said, str))

REQUEST_WORDS: dict[type[StrEnum], dict[str, Promise]] = {
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
    # Named where letters take their names from: one name on page and paper.
    v.IdentifierType: {
        str(kind): _either(label) for kind, label in IDENTIFIERS.items()
    },
    v.IdentityField: {
        str(field): _either(entry.label) for field, entry in CATALOGUE.items()
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
}
