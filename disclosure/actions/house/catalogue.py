"""The catalogue of each service: what it collects, from where, for how long."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    InvalidInput,
    action,
    actor_ref,
    object_ref,
    user_or_none,
)
from disclosure.audit.append import append
from disclosure.domain.vocabulary import (
    FieldHandling,
    IdentityField,
    RetentionClass,
    ValueSource,
    VerificationStatus,
)
from disclosure.models import ProviderService, ServiceField

STREAM = "directory"
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class FieldTerms:
    """What a service does with one kind of data.

    `passed_on_to` names the company that has it instead of us. `retention_rule` is
    the code in the provider's own retention plan, `retention_days` how long it keeps
    the data under it; None while the account exists.
    """

    handling: FieldHandling
    passed_on_to: str = ""
    source: ValueSource | None = None
    verification: VerificationStatus = VerificationStatus.UNKNOWN
    retention_class: RetentionClass | None = None
    retention_rule: str = ""
    retention_days: int | None = None


@action
def set_service_field(
    service: ProviderService,
    field: IdentityField,
    terms: FieldTerms,
    *,
    actor: Actor,
) -> ServiceField:
    """Record what a service does with a field, or bring it up to date.

    Raises `InvalidInput` for terms that contradict each other.
    """
    require(actor, Verb.MANAGE_DIRECTORY)
    check_terms(terms)
    row, _created = ServiceField.objects.update_or_create(
        service=service,
        field=field,
        defaults={
            "handling": terms.handling,
            "passed_on_to": terms.passed_on_to.strip(),
            "source": terms.source or "",
            "verification": terms.verification,
            "retention_class": terms.retention_class or "",
            "retention_rule": terms.retention_rule.strip(),
            "retention_days": terms.retention_days,
            "recorded_by": user_or_none(actor),
            "recorded_at": timezone.now(),
        },
    )
    append(
        STREAM,
        actor=actor_ref(actor),
        action="service_field.recorded",
        obj=object_ref(row),
        data={
            "service": service.code,
            "concerned": str(field),
            "handling": str(terms.handling),
            "retention_days": terms.retention_days,
        },
    )
    return row


def check_terms(terms: FieldTerms) -> None:
    """Raise `InvalidInput` for terms that contradict each other."""
    passed_on = terms.handling is FieldHandling.PASSED_ON
    if passed_on and not terms.passed_on_to.strip():
        raise InvalidInput(_("Name the company it is passed on to."), "passed_on_to")
    if not passed_on and terms.passed_on_to.strip():
        raise InvalidInput(
            _("Name a company only where the data is passed on and not kept."),
            "passed_on_to",
        )
    kept = terms.handling is FieldHandling.KEPT
    if not kept and (terms.retention_days is not None or terms.retention_rule):
        raise InvalidInput(
            _("What is not kept has no time of keeping."), "retention_days"
        )
    if terms.retention_days is not None and not 0 < terms.retention_days <= MOST_DAYS:
        raise InvalidInput(_("Give the days as a number above zero."), "retention_days")
    if terms.retention_days is not None and not terms.retention_rule.strip():
        raise InvalidInput(
            _("Name the rule of the retention plan: letters quote it."),
            "retention_rule",
        )


def catalogue_of(service: ProviderService) -> Mapping[str, ServiceField]:
    """Return a service's catalogue by field."""
    return {row.field: row for row in service.catalogue.all()}
