"""What a letter about a request says: its rows as the typed parts a template reads."""

from datetime import date
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from disclosure.access import LEGAL_ZONE
from disclosure.actions.keeping.vault import clear_identifier
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    DeadlineKind,
    IdentifierType,
    InstrumentKind,
    RequesterKind,
)
from disclosure.models import (
    Deadline,
    DisclosureRequest,
    LegalEntity,
    ProviderService,
    TargetAccount,
)
from disclosure.packages.parts import (
    Addressee,
    DueDate,
    InstrumentReference,
    Language,
    Provider,
    ReceivedPaper,
    Target,
)

INSTRUMENT_NAMES: Final[dict[InstrumentKind, Text]] = {
    InstrumentKind.COURT_ORDER: Text("协助调查裁定", "court order"),
    InstrumentKind.COURT_LETTER: Text("协助调查函", "court letter of inquiry"),
    InstrumentKind.PRESERVATION_RULING: Text("证据保全裁定书", "preservation ruling"),
    InstrumentKind.INVESTIGATION_ORDER: Text("律师调查令", "investigation order"),
    InstrumentKind.JUDGMENT: Text("判决书", "judgment"),
    InstrumentKind.ADMINISTRATIVE_DOCUMENT: Text("行政机关公函", "official letter"),
    InstrumentKind.INQUIRY_LETTER: Text("查询函", "letter of inquiry"),
    InstrumentKind.EVIDENCE_NOTICE: Text("调取证据通知书", "notice to give evidence"),
    InstrumentKind.FREEZE_NOTICE: Text("冻结电子数据通知书", "freezing notice"),
    InstrumentKind.REMINDER: Text("催办函", "reminder"),
}

#: How an account holder is told of a private person who asks: never by name, which
#: the desk owes to nobody before it provides something.
ASKERS: Final[dict[RequesterKind, Text]] = {
    RequesterKind.RIGHTS_HOLDER: Text("主张权利的权利人", "A rights-holder"),
    RequesterKind.AGENT: Text("权利人的代理人", "The agent of a rights-holder"),
    RequesterKind.LAWYER: Text("当事人的代理律师", "A lawyer"),
    RequesterKind.INJURED_PERSON: Text(
        "主张权益受到侵害的人", "Somebody who says to be injured"
    ),
    RequesterKind.GUARDIAN_OR_RELATIVE: Text(
        "当事人的监护人或者近亲属", "A guardian or relative"
    ),
    RequesterKind.CONSUMER: Text("主张权益的消费者", "A consumer"),
}

#: What a letter calls the end of a time limit.
DUE_WORDS: Final[dict[DeadlineKind, Text]] = {
    DeadlineKind.ANSWER_STATED: Text("来文载明的答复期限", "Answer asked for by"),
    DeadlineKind.COMPLAINT_REPLY: Text("最迟答复日期", "Answered at the latest by"),
    DeadlineKind.COMPLETION: Text("补正期限", "Please send it by"),
    DeadlineKind.OBJECTION: Text("提出异议的期限", "Object by"),
    DeadlineKind.PRESERVATION_EXPIRY: Text("留存期限", "Preserved until"),
}
PRESERVATION_ENDED: Final = Text("留存期限届满日", "Preserved until")
ACCOUNT_HOLDER: Final = Text("尊敬的用户", "To the holder of the account")


def today() -> date:
    """Return the legal date of today, in Beijing."""
    return timezone.now().astimezone(LEGAL_ZONE).date()


def said(text: Text, language: Language) -> str:
    """Return the half of a text that a letter in this language prints."""
    return text.zh if language is Language.ZH else text.en


def portal_address() -> str:
    """Return the address of the portal, as every letter gives it."""
    return settings.BASE_URL.rstrip("/") + "/"


def provider_of(entity: LegalEntity, language: Language) -> Provider:
    """Return the company as a letter names it, with whom to ask and where."""
    chinese = language is Language.ZH
    return Provider(
        name=entity.name_zh if chinese else entity.name_en,
        address=entity.letter_address or entity.address,
        department=(
            entity.letter_department_zh if chinese else entity.letter_department_en
        ),
        contact=entity.letter_phone,
        portal=portal_address(),
    )


def sender_of(disclosure_request: DisclosureRequest) -> Addressee:
    """Return the sender as addressee: the court or authority, where it is one."""
    requester = disclosure_request.requester
    kind = RequesterKind(requester.kind)
    authority = disclosure_request.authority
    plain = Addressee(name="", kind=kind)
    if authority is not None and plain.is_state:
        return Addressee(
            name=authority.name,
            kind=kind,
            address=authority.address or requester.postal_address,
        )
    return Addressee(
        name=requester.organisation or requester.name,
        kind=kind,
        address=requester.postal_address,
        attention=requester.name if requester.organisation else "",
    )


def holder_addressee(language: Language) -> Addressee:
    """Return how an account holder is addressed: the desk knows no name."""
    return Addressee(said(ACCOUNT_HOLDER, language), RequesterKind.ACCOUNT_HOLDER)


def holder_languages(target: TargetAccount) -> tuple[Language, ...]:
    """Return the language the holder of an account reads; both where nobody knows."""
    if target.holder_language:
        return (Language(target.holder_language),)
    return (Language.ZH, Language.EN)


def holder_cause(cause: str, language: Language) -> str:
    """Return the cause of a letter to a holder, of which there may be one in each."""
    return cause if language is Language.ZH else f"{cause}:{language}"


def instrument_of(
    disclosure_request: DisclosureRequest, language: Language
) -> InstrumentReference | None:
    """Return the sender's latest paper in force; never another authority's."""
    rows = disclosure_request.instruments.filter(withdrawn_at=None)
    if disclosure_request.authority is not None:
        rows = rows.filter(
            Q(authority=None) | Q(authority=disclosure_request.authority)
        )
    row = rows.select_related("authority").order_by("-registered_at").first()
    if row is None:
        return None
    return InstrumentReference(
        name=said(INSTRUMENT_NAMES[InstrumentKind(row.kind)], language),
        issuer=str(row.authority or ""),
        number=row.ref,
        issued_on=row.issued_on,
    )


def target_of(row: TargetAccount, language: Language) -> Target:
    """Return an account as the sender named it; opens what is kept encrypted."""
    return Target(
        id=row.label,
        identifier_type=IdentifierType(row.identifier_type),
        identifier=clear_identifier(row),
        service=service_name(row.service or row.disclosure_request.service, language),
        observed_at=row.observed_at,
        observed_until=row.observed_until,
        port=row.port,
    )


def service_name(service: ProviderService | None, language: Language) -> str:
    """Return what a service is called in this language; "" for none."""
    if service is None:
        return ""
    return said(Text(service.name_zh, service.name_en), language)


def all_targets(
    disclosure_request: DisclosureRequest, language: Language
) -> tuple[Target, ...]:
    """Return every account of a request in the order the sender named them."""
    rows = disclosure_request.targets.select_related("service", "disclosure_request")
    ordered = sorted(rows, key=lambda row: (len(row.label), row.label))
    return tuple(target_of(row, language) for row in ordered)


def papers_of(disclosure_request: DisclosureRequest) -> tuple[ReceivedPaper, ...]:
    """Return the papers received so far, in the order they came."""
    rows = disclosure_request.documents.filter(removed_at=None)
    return tuple(
        ReceivedPaper(row.name, row.received_at, row.sha256)
        for row in rows.order_by("received_at", "name")
    )


def due_date(deadline: Deadline, language: Language) -> DueDate:
    """Return a time limit as a letter states it: the date, without its reckoning."""
    return DueDate(
        said(DUE_WORDS[DeadlineKind(deadline.kind)], language), deadline.due_on
    )
