"""From a production's rows to the bytes of its package."""

import hashlib
import hmac
import json
from dataclasses import asdict, replace
from datetime import date
from typing import Final

from django.conf import settings
from django.utils import timezone

from disclosure.access import LEGAL_ZONE
from disclosure.actions.house.numbering import entity_of, number_of
from disclosure.actions.keeping.vault import (
    clear_identifiers,
    package_key,
)
from disclosure.actions.letters.contents import INSTRUMENT_NAMES, provider_of
from disclosure.actions.making.origin import provenance_of
from disclosure.actions.making.search_lines import search_steps
from disclosure.actions.proof.packaged import foreseen
from disclosure.actions.proof.values import produced_values
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    Disposition,
    IdentifierType,
    IdentityField,
    InstrumentKind,
    ProductionKind,
    RequesterKind,
)
from disclosure.models import (
    Production,
    ProviderService,
)
from disclosure.packages.bundle import build_package
from disclosure.packages.configured import digests, signature_provider
from disclosure.packages.parts import (
    LETTER_OF_PRODUCTION,
    Addressee,
    Cure,
    FieldOutcome,
    InstrumentReference,
    Language,
    LetterData,
    PackageParts,
    Target,
    letter_language,
)
from disclosure.packages.provenance import NO_PROOF, Proof
from disclosure.packages.signing import SignatureProvider

_APPEAL: Final = Text(
    "如对本处理决定有异议，可凭本函编号通过本平台门户提出申诉；"
    "本函不影响依法向人民法院或者主管机关寻求救济。",
    "If you disagree, appeal in our portal with the reference of this letter. "
    "This letter limits none of your ways to a court or an authority.",
)

_VERIFY: Final = Text(
    "对上述情况需要进一步核实的，我公司将予以配合。",
    "We are ready to help with any further question.",
)


def build(production: Production) -> bytes:
    """Return the package exactly as it would be sealed now, but for what sealing adds.

    That is the signature, the time stamp and the evidence bundle; each is named where
    it will stand. The same rows give the same bytes. Reads values in clear; the
    caller has recorded that it does. Raises `LetterUnsignable` when the key that
    would sign cannot be used.
    """
    return build_package(
        parts_of(
            production,
            proof=foreseen(production),
            signer=signature_provider(),
            is_timestamped=bool(settings.TSA_URL),
        )
    )


def parts_of(
    production: Production,
    *,
    proof: Proof = NO_PROOF,
    signer: SignatureProvider | None = None,
    is_timestamped: bool = False,
) -> PackageParts:
    """Return everything the package says, from the production's current contents."""
    kind = ProductionKind(production.kind)
    addressee = _addressee(production)
    language = letter_language(addressee.kind, production.language)
    return PackageParts(
        production_id=production.pk,
        production_number=production.number,
        kind=kind,
        letter=_letter(production, kind, addressee, language),
        blinding=_blinding(production),
        values=tuple(produced_values(production)),
        provenance=provenance_of(production, language),
        proof=proof,
        digests=digests(),
        signer=signer.certificate_sha256 if signer else "",
        is_demo_signature=bool(signer and signer.is_demo),
        is_timestamped=is_timestamped,
    )


def letter_digest(production: Production) -> str:
    """Return a keyed digest of all the letter says, apart from its own number.

    So an approval binds the addressee's name, the documents named and the accounts
    as they read, wherever they are stored. The number is given when the letter is
    signed off, after the approval. Keyed like the package, because what it covers
    could be guessed from a bare hash once the key is gone.
    """
    addressee = _addressee(production)
    language = letter_language(addressee.kind, production.language)
    letter = _letter(production, ProductionKind(production.kind), addressee, language)
    said = json.dumps(
        asdict(replace(letter, document_number="")), default=str, sort_keys=True
    )
    message = b"letter\x00" + said.encode()
    return hmac.digest(package_key(production).reveal(), message, hashlib.sha256).hex()


def _blinding(production: Production) -> bytes:
    return hmac.digest(
        package_key(production).reveal(),
        b"package-blinding\x00" + production.pk.bytes,
        hashlib.sha256,
    )


def _addressee(production: Production) -> Addressee:
    if production.recipient_requester is not None:
        requester = production.recipient_requester
        return Addressee(
            name=requester.organisation or requester.name,
            kind=RequesterKind(requester.kind),
            address=requester.postal_address,
            attention=requester.name if requester.organisation else "",
        )
    authority = production.recipient_authority
    if authority is None:
        raise ValueError("a production has a recipient")
    return Addressee(
        name=authority.name,
        kind=RequesterKind(authority.kind),
        address=authority.address,
    )


def _letter(
    production: Production,
    kind: ProductionKind,
    addressee: Addressee,
    language: Language,
) -> LetterData:
    disclosure_request = production.disclosure_request
    return LetterData(
        kind=LETTER_OF_PRODUCTION[kind],
        language=language,
        reference=str(disclosure_request.reference),
        document_number=_document_number(production, language),
        dated_on=production.dated_on or _today(),
        provider=provider_of(entity_of(disclosure_request), language),
        addressee=addressee,
        received_on=disclosure_request.received_on,
        instrument=_instrument(production, language),
        asker=str(disclosure_request.claimant or disclosure_request.requester),
        summary=tuple(
            line.strip() for line in production.note.splitlines() if line.strip()
        ),
        targets=_targets(production, kind, language),
        outcomes=tuple(
            FieldOutcome(
                target_id=row.target.label,
                field=IdentityField(row.field),
                periods=tuple(row.periods),
                disposition=Disposition(row.disposition),
                reason=_said(Text(row.reason_zh, row.reason_en), language),
                citation=_said(Text(row.citation_zh, row.citation_en), language),
            )
            for row in production.dispositions.filter(is_current=True)
            .select_related("target")
            .order_by("target__label", "pk")
        ),
        cures=_cures(production, language),
        search=(
            search_steps(production, addressee, language)
            if kind is ProductionKind.NOT_HELD
            else ()
        ),
        appeal=_appeal(kind, addressee, language),
    )


def _document_number(production: Production, language: Language) -> str:
    number = number_of(production)
    if number is None:
        return ""
    return number.zh if language is Language.ZH else number.en


def _appeal(kind: ProductionKind, addressee: Addressee, language: Language) -> str:
    """Return how to disagree with a refusal; a court or authority is not taught."""
    if kind is not ProductionKind.REFUSAL:
        return ""
    return _said(_VERIFY if addressee.is_state else _APPEAL, language)


def _today() -> date:
    return timezone.now().astimezone(LEGAL_ZONE).date()


def _said(text: Text, language: Language) -> str:
    return text.zh if language is Language.ZH else text.en


def _instrument(
    production: Production, language: Language
) -> InstrumentReference | None:
    rows = production.disclosure_request.instruments.filter(withdrawn_at=None)
    row = rows.order_by("-registered_at").first()
    if row is None:
        return None
    return InstrumentReference(
        name=_said(INSTRUMENT_NAMES[InstrumentKind(row.kind)], language),
        issuer=str(row.authority or ""),
        number=row.ref,
        issued_on=row.issued_on,
    )


def _targets(
    production: Production, kind: ProductionKind, language: Language
) -> tuple[Target, ...]:
    rows = production.disclosure_request.targets.select_related("service")
    if kind is not ProductionKind.RETURN:
        rows = rows.filter(decisions__productions=production).distinct()
    accounts = list(rows.order_by("label"))
    return tuple(
        Target(
            id=row.label,
            identifier_type=IdentifierType(row.identifier_type),
            identifier=identifier,
            service=_service_name(
                row.service or production.disclosure_request.service, language
            ),
            observed_at=row.observed_at,
            observed_until=row.observed_until,
            port=row.port,
        )
        for row, identifier in zip(accounts, clear_identifiers(accounts), strict=True)
    )


def _service_name(service: ProviderService | None, language: Language) -> str:
    if service is None:
        return ""
    return _said(Text(service.name_zh, service.name_en), language)


def _cures(production: Production, language: Language) -> tuple[Cure, ...]:
    """Return what would change a no, each once, in the order of the findings."""
    if production.kind == ProductionKind.ANSWER:
        return ()
    word = "zh" if language is Language.ZH else "en"
    texts = [
        str(cure[word])
        for decision in production.decisions.order_by("target__label")
        for cure in decision.ruling.get("cures", [])
    ]
    return tuple(Cure(text) for text in dict.fromkeys(texts))
