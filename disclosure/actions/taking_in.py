"""Writing what was asked into rows, inside the action that takes it in."""

import unicodedata
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE
from disclosure.actions.base import InvalidInput
from disclosure.actions.inputs import (
    MAX_TARGETS,
    IntakeInput,
    PaperInput,
    TargetInput,
)
from disclosure.actions.keeping.vault import identifier_columns
from disclosure.actions.law.rulebooks import present_version
from disclosure.actions.sightings import require_sighting
from disclosure.domain.case_numbers import bigrams
from disclosure.domain.periods import normalise
from disclosure.domain.vocabulary import RequesterKind
from disclosure.keys.secret import Secret
from disclosure.models import (
    Claimant,
    Counter,
    DisclosureRequest,
    IssuingAuthority,
    LegalEntity,
    ProviderService,
    RequestedField,
    TargetAccount,
)
from disclosure.notifications import queue


def authority_named(name: str, *, kind: RequesterKind) -> IssuingAuthority:
    """Return the court or authority of this name; a new one has no call-back yet.

    Spellings that only look alike (full width, spaces, brackets) are one name: a
    sender must not make a second court beside the one in the directory.
    """
    plain = plain_name(name)
    for authority in IssuingAuthority.objects.order_by("pk"):
        if plain_name(authority.name) == plain:
            return authority
    return IssuingAuthority.objects.create(name=name.strip(), kind=kind)


def plain_name(name: str) -> str:
    """Return a name without what the eye does not tell apart: width, space, case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] not in "ZC")


def check_intake(intake: IntakeInput) -> None:
    """Raise `InvalidInput` for a request that could not be judged at all."""
    if not intake.targets:
        raise InvalidInput(_("Name at least one account."), "targets")
    if len(intake.targets) > MAX_TARGETS:
        raise InvalidInput(
            _("At most %(most)d accounts fit in one request. Send the others apart.")
            % {"most": MAX_TARGETS},
            "targets",
        )
    for target in intake.targets:
        if not target.identifier.strip():
            raise InvalidInput(_("Name the account."), "identifier")
        if not target.fields:
            raise InvalidInput(_("Say which data you ask for."), "fields")
        require_sighting(
            target.identifier_type,
            target.identifier,
            target.observed_at,
            target.observed_until,
            target.port,
        )


def check_paper(paper: PaperInput, now: datetime) -> None:
    """Raise `InvalidInput` for times at which nothing can have reached us."""
    if paper.received_at > now:
        raise InvalidInput(
            _("This time lies in the future. Give the time it reached us."),
            "received_at",
        )
    if paper.served_at and paper.served_at > paper.received_at:
        raise InvalidInput(
            _("Service cannot be later than receipt. Correct one of the two."),
            "served_at",
        )


def take_in(
    disclosure_request: DisclosureRequest,
    intake: IntakeInput,
    *,
    now: datetime,
    received_at: datetime,
    key: Secret[bytes],
) -> None:
    """Write what was asked, in the running transaction; the row is saved after."""
    for name in (
        "regime",
        "ground",
        "authorised_by_claimant",
        "stage",
        "suit_pending",
        "provider_pleads_user_content",
        "language",
    ):
        setattr(disclosure_request, name, getattr(intake, name))
    disclosure_request.received_at = received_at
    disclosure_request.received_on = received_at.astimezone(LEGAL_ZONE).date()
    disclosure_request.registered_at = now
    disclosure_request.claimant = _claimant(intake)
    disclosure_request.service = service_at(intake.service_code, disclosure_request)
    entity = LegalEntity.objects.filter(code=intake.entity_code).first()
    if entity is None and disclosure_request.service is not None:
        entity = disclosure_request.service.entity
    disclosure_request.entity = entity
    disclosure_request.rulebook = present_version()
    disclosure_request.submit(reference=_next_reference(received_at))
    for position, target in enumerate(intake.targets, start=1):
        _write_target(disclosure_request, f"t{position}", target, key)
    disclosure_request.search_grams = search_grams(disclosure_request)


def service_at(
    code: str, disclosure_request: DisclosureRequest
) -> ProviderService | None:
    """Return the service of this code as it was run on the day of receipt."""
    if not code or disclosure_request.received_on is None:
        return None
    rows = ProviderService.objects.filter(
        code=code, starts_on__lte=disclosure_request.received_on
    )
    return rows.order_by("-starts_on").first()


def _claimant(intake: IntakeInput) -> Claimant | None:
    if not intake.claimant_name.strip():
        return None
    return Claimant.objects.create(
        kind=intake.claimant_kind or RequesterKind.RIGHTS_HOLDER,
        name=intake.claimant_name.strip(),
    )


def _next_reference(received_at: datetime) -> str:
    year = received_at.astimezone(LEGAL_ZONE).year
    Counter.objects.get_or_create(name=f"DR-{year}")
    counter = Counter.objects.select_for_update().get(name=f"DR-{year}")
    counter.value += 1
    counter.save()
    return f"DR-{year}-{counter.value:06d}"


def _write_target(
    disclosure_request: DisclosureRequest,
    label: str,
    target: TargetInput,
    key: Secret[bytes],
) -> None:
    row = TargetAccount(
        disclosure_request=disclosure_request,
        label=label,
        identifier_type=target.identifier_type,
        observed_at=target.observed_at,
        observed_until=target.observed_until,
        port=target.port,
        account_holder_kind=target.account_holder_kind,
        service=service_at(target.service_code, disclosure_request),
    )
    columns = identifier_columns(
        key, row.pk, target.identifier_type, target.identifier.strip()
    )
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    asked: dict[str, list[Any]] = {}
    for item in target.fields:
        asked.setdefault(item.field, []).append(item.period)
    RequestedField.objects.bulk_create(
        RequestedField(target=row, field=field, periods=normalise(periods))
        for field, periods in asked.items()
    )


def search_grams(disclosure_request: DisclosureRequest) -> list[str]:
    """Return the two-letter pieces by which a request is found; no personal data."""
    words = [
        disclosure_request.reference or "",
        str(disclosure_request.requester.name),
        str(disclosure_request.requester.organisation),
        str(disclosure_request.claimant or ""),
        str(disclosure_request.authority or ""),
        *disclosure_request.targets.values_list("identifier", flat=True),
        *disclosure_request.instruments.values_list("ref", flat=True),
        *disclosure_request.instruments.values_list("ref_normalised", flat=True),
    ]
    return sorted({gram for word in words for gram in bigrams(word)})


def notify_requester(
    disclosure_request: DisclosureRequest, kind: str, **context: object
) -> None:
    """Queue a mail to the sender, when an address is known; one for each version."""
    requester = disclosure_request.requester
    email = requester.user.email if requester.user else requester.email
    if not email:
        return
    queue(
        kind,
        to=email,
        language=disclosure_request.language,
        context={"reference": disclosure_request.reference, **context},
        dedupe_key=f"{kind}:{disclosure_request.pk}:{disclosure_request.version}",
        disclosure_request=disclosure_request,
    )
