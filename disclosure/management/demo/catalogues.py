"""What the demo's services collect, as far as somebody described it."""

from typing import Final

from disclosure.access import SystemActor
from disclosure.actions.house.catalogue import FieldTerms, set_service_field
from disclosure.domain.vocabulary import (
    FieldHandling,
    IdentityField,
    RetentionClass,
    ValueSource,
    VerificationStatus,
)
from disclosure.models import ProviderService, ServiceField

_IDENTITY: Final = {
    IdentityField.REAL_NAME: FieldTerms(
        FieldHandling.KEPT,
        source=ValueSource.ID_CHECK,
        verification=VerificationStatus.REAL_NAME_VERIFIED,
    ),
    IdentityField.PHONE: FieldTerms(
        FieldHandling.KEPT,
        source=ValueSource.USER,
        verification=VerificationStatus.CHANNEL_VERIFIED,
    ),
    IdentityField.IP_ADDRESS: FieldTerms(
        FieldHandling.KEPT,
        source=ValueSource.SYSTEM,
        retention_class=RetentionClass.ACCESS_RECORD,
        retention_rule="access-log-60-days",
        retention_days=60,
    ),
    IdentityField.BIOMETRIC_TEMPLATE: FieldTerms(FieldHandling.NEVER_COLLECTED),
}
CATALOGUES: Final = {
    "video": _IDENTITY,
    "market": _IDENTITY
    | {
        IdentityField.TRANSACTION_RECORDS: FieldTerms(
            FieldHandling.KEPT,
            source=ValueSource.SYSTEM,
            retention_class=RetentionClass.TRANSACTION_RECORD,
            retention_rule="orders-3-years",
            retention_days=1096,
        ),
        IdentityField.LOGISTICS_RECORDS: FieldTerms(
            FieldHandling.PASSED_ON, passed_on_to="云隼速运有限公司"
        ),
    },
}


def describe(actor: SystemActor) -> None:
    """Record the catalogues, those already there excepted."""
    for service in ProviderService.objects.filter(code__in=CATALOGUES):
        for field, terms in CATALOGUES[service.code].items():
            if not ServiceField.objects.filter(service=service, field=field).exists():
                set_service_field(service, field, terms, actor=actor)
