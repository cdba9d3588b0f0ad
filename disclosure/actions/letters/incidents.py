"""The notice of an incident as a letter: the three items of the law, on paper."""

from disclosure.access import Actor
from disclosure.actions.letters.contents import (
    holder_addressee,
    holder_cause,
    provider_of,
    target_of,
    today,
)
from disclosure.actions.letters.writing import write_to_holder
from disclosure.domain.incident_notice import BOTH, PersonNotice
from disclosure.domain.vocabulary import LetterKind
from disclosure.models import IncidentNotice as IncidentNoticeRow
from disclosure.models import LegalEntity, Letter, TargetAccount
from disclosure.packages.letters import render_letter
from disclosure.packages.parts import IncidentNotice, Language, LetterData


def write_incident_notice(
    row: IncidentNoticeRow,
    notice: PersonNotice,
    target: TargetAccount,
    *,
    actor: Actor,
) -> list[Letter]:
    """Write the notice as letters to the holder of `target`, in the transaction.

    One in each language of the notice. None at all when it is not `target` that is
    told: the letter names the account as the sender of the request did, and would tell
    a stranger of it.
    """
    if row.account_ref != target.account_ref:
        return []
    letters = [
        write_to_holder(
            target,
            LetterKind.INCIDENT_NOTICE,
            holder_cause(f"incident:{row.pk}", language),
            language=language,
            actor=actor,
            received_on=None,
            targets=(target_of(target, language),),
            incident=said_of(notice),
        )
        for language in _languages(row.language)
    ]
    return [letter for letter in letters if letter is not None]


def incident_page(
    entity: LegalEntity, reference: str, notice: PersonNotice, *, language: str
) -> bytes:
    """Return the notice of an incident that belongs to no request, as a PDF.

    Slow, and recorded by nobody: the caller writes the entry first.
    """
    chosen = _language(language)
    return render_letter(
        LetterData(
            kind=LetterKind.INCIDENT_NOTICE,
            language=chosen,
            reference=reference,
            dated_on=today(),
            provider=provider_of(entity, chosen),
            addressee=holder_addressee(chosen),
            incident=said_of(notice),
        )
    )


def said_of(notice: PersonNotice) -> IncidentNotice:
    """Return a notice as a letter prints it."""
    return IncidentNotice(
        categories=tuple(notice.categories),
        happened=notice.cause,
        harm=notice.harm,
        measures=notice.taken,
        advice=notice.advised,
        contact=notice.contact,
    )


def _languages(code: str) -> tuple[Language, ...]:
    """Return the languages of a notice: one, or both."""
    if code == BOTH:
        return (Language.ZH, Language.EN)
    return (_language(code),)


def _language(code: str) -> Language:
    return Language.EN if code.lower().startswith("en") else Language.ZH
