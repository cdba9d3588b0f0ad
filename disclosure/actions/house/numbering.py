"""Document numbers: the next one of a series, in the transaction that uses it.

A number is taken with the row that bears it or not at all: when the action fails,
the number goes back with everything else, and the next letter gets it.
"""

import re
from typing import Final

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
    user_or_none,
)
from disclosure.domain.vocabulary import LetterChannel, OutgoingKind
from disclosure.models import (
    Counter,
    DisclosureRequest,
    DocumentNumber,
    IssuingAuthority,
    LegalEntity,
    Letter,
    Production,
    Requester,
    SignOff,
    User,
)

#: What a prefix may not hold: it would make two numbers read alike.
_IN_A_NUMBER: Final = re.compile(r"[\d〔〕\[\]()（）\s]")

_LONGEST: Final = {"document_prefix": 20, "document_prefix_en": 60}

#: Legal forms, longest first: they are no part of what a company is called for short.
_LEGAL_FORMS: Final = (
    "股份有限公司", "有限责任公司", "有限合伙企业", "有限公司", "集团公司", "公司",
)  # fmt: skip
#: The word after the short name: letters between bodies of equal standing.
_LETTER: Final = "函"


def entity_of(disclosure_request: DisclosureRequest) -> LegalEntity:
    """Return the company that answers: the one asked, else the first of ours.

    Raises `Impossible` when none of ours is recorded.
    """
    entity = disclosure_request.entity
    if entity is None:
        entity = LegalEntity.objects.filter(is_ours=True).order_by("pk").first()
    if entity is None:
        raise Impossible(
            "no_entity", _("Record first the company that answers, in the directory.")
        )
    return entity


def legal_year() -> int:
    """Return the year whose series is in use today, in Beijing."""
    return timezone.now().astimezone(LEGAL_ZONE).year


def take_number(
    entity: LegalEntity,
    year: int,
    *,
    kind: OutgoingKind,
    disclosure_request: DisclosureRequest,
    production: Production | None = None,
    to: Requester | IssuingAuthority | None = None,
    actor: Actor,
) -> DocumentNumber:
    """Return the next number of the entity's series of `year`, entered in the register.

    Joins the running transaction, in which the request is locked already; the
    series stays locked until it ends, so numbers follow each other in the order of
    commits. `to` is by default the production's recipient, and nobody for a letter
    to an account holder. Raises `Impossible` while the entity has no prefix.
    """
    if not entity.document_prefix:
        raise Impossible(
            "no_prefix",
            _(
                "Letters of %(company)s have no prefix for their document numbers, and "
                "no answer to a court or authority leaves without one. Set it on the "
                "page “Companies and services”, or as document_prefix in the directory "
                "file."
            )
            % {"company": entity.name_zh},
            {"entity": entity.code},
        )
    number = DocumentNumber(
        entity=entity,
        prefix=entity.document_prefix,
        prefix_en=entity.document_prefix_en,
        year=year,
        number=_next(entity, year),
        kind=kind,
        disclosure_request=disclosure_request,
        production=production,
        taken_by=user_or_none(actor),
        taken_at=timezone.now(),
    )
    _address(number, to, production)
    number.save()
    record(
        disclosure_request,
        "document.numbered",
        actor=actor,
        obj=number,
        data={
            "entity": entity.code,
            "year": year,
            "number": number.number,
            "kind": str(kind),
            "production": str(production.pk) if production else "",
        },
    )
    return number


def _next(entity: LegalEntity, year: int) -> int:
    name = f"document-{entity.pk}-{year}-{entity.document_prefix}"
    Counter.objects.get_or_create(name=name)
    Counter.objects.select_for_update().get(name=name)
    series = DocumentNumber.objects.filter(
        entity=entity, prefix=entity.document_prefix, year=year
    )
    last = series.aggregate(last=models.Max("number"))["last"] or 0
    Counter.objects.filter(name=name).update(value=last + 1)
    return last + 1


def _address(
    number: DocumentNumber,
    to: Requester | IssuingAuthority | None,
    production: Production | None,
) -> None:
    if to is None and production is not None:
        number.recipient_requester = production.recipient_requester
        number.recipient_authority = production.recipient_authority
    elif isinstance(to, IssuingAuthority):
        number.recipient_authority = to
    else:
        number.recipient_requester = to


@action
def void_number(
    number: DocumentNumber,
    *,
    reason: str,
    version: int | None = None,
    actor: User,
) -> DocumentNumber:
    """Mark a number as not used after all; it stays in the register with the reason.

    Raises `InvalidInput` without a reason, `Impossible` when it is void already or
    when what bears it was signed off, has left the house or is read in the portal.
    """
    disclosure_request = lock_request(number.disclosure_request_id, version)
    require(actor, Verb.VOID_NUMBER, disclosure_request)
    number = DocumentNumber.objects.select_for_update().get(pk=number.pk)
    if not reason.strip():
        raise InvalidInput(_("Say why the number was not used."), "reason")
    if number.voided_at is not None:
        raise Impossible("void_already", _("This number is void already."))
    if has_left(DocumentNumber.objects.filter(pk=number.pk)).exists():
        raise Impossible(
            "number_in_use", _("What bears this number has left. It cannot be void.")
        )
    if SignOff.objects.filter(number=number, voided_at=None).exists():
        raise Impossible(
            "number_in_use",
            _("A letter signed off bears this number. Send the answer back first."),
        )
    void_in(disclosure_request, number, reason=reason.strip(), actor=actor)
    disclosure_request.save()
    return number


def has_left(numbers: QuerySet[DocumentNumber]) -> QuerySet[DocumentNumber]:
    """Return those of the numbers whose letter has left the house or is read."""
    gone = Letter.objects.filter(number=OuterRef("pk")).exclude(
        channel=LetterChannel.POST, sent_at=None
    )
    return numbers.filter(Q(production__released_at__isnull=False) | Exists(gone))


def voidable(numbers: QuerySet[DocumentNumber]) -> QuerySet[DocumentNumber]:
    """Return those of the numbers that `void_number` would take."""
    standing = SignOff.objects.filter(number=OuterRef("pk"), voided_at=None)
    return (
        numbers.filter(voided_at=None)
        .exclude(pk__in=has_left(numbers).values("pk"))
        .exclude(Exists(standing))
    )


def void_in(
    disclosure_request: DisclosureRequest,
    number: DocumentNumber,
    *,
    reason: str,
    actor: Actor,
) -> None:
    """Void a number within the running transaction that makes it unused."""
    number.voided_at = timezone.now()
    number.voided_by = user_or_none(actor)
    number.voided_reason = reason
    number.save()
    record(
        disclosure_request,
        "document.number_voided",
        actor=actor,
        obj=number,
        data={"year": number.year, "number": number.number},
    )


def number_of(production: Production) -> DocumentNumber | None:
    """Return the number an answer bears, None before sign-off."""
    return production.document_numbers.filter(voided_at=None).first()


def own_name_prefix(name_zh: str, code: str = "") -> str:
    """Return the prefix a company gets that names none: its own name and 函.

    Without legal form and without what a prefix may not hold, as long as fits; with
    `code` where another company is called alike. "" where nothing of the name is left.
    """
    short = _IN_A_NUMBER.sub("", name_zh)
    form = next((form for form in _LEGAL_FORMS if short.endswith(form)), "")
    letters = "".join(filter(str.isalpha, code))[:8].upper()
    ending = letters + _LETTER
    short = short.removesuffix(form)[: _LONGEST["document_prefix"] - len(ending)]
    return short + ending if short else ""


def checked_prefix(prefix: str, field: str) -> str:
    """Return a prefix fit for document numbers, without the blanks around it.

    Raises `InvalidInput` for brackets, digits and blanks in the Chinese prefix,
    and for one too long to stand on a letter.
    """
    prefix = prefix.strip()
    if field == "document_prefix" and _IN_A_NUMBER.search(prefix):
        raise InvalidInput(
            _("Give only the characters before the year, such as 示例法函."), field
        )
    if len(prefix) > _LONGEST[field]:
        raise InvalidInput(_("This prefix is too long for a letter."), field)
    return prefix
