"""What each service collects at all, from where, and for how long."""

from django.db import models

from disclosure.domain.vocabulary import (
    FieldHandling,
    IdentityField,
    RetentionClass,
    ValueSource,
    VerificationStatus,
)
from disclosure.models.accounts import ProviderService, User
from disclosure.models.fields import CodeField, in_vocabulary


class ServiceField(models.Model):
    """One field of one service's catalogue.

    `retention_days` is how long the service keeps it under `retention_rule`, a code of
    the provider's own retention plan; None is "as long as the account exists". A field
    without a row is not described, and is asked of the connector.
    """

    service = models.ForeignKey(
        ProviderService, on_delete=models.PROTECT, related_name="catalogue"
    )
    field = CodeField()
    handling = CodeField()
    passed_on_to = models.CharField(max_length=200, blank=True)
    source = CodeField(blank=True, default="")
    verification = CodeField(default=VerificationStatus.UNKNOWN)
    retention_class = CodeField(blank=True, default="")
    retention_rule = models.CharField(max_length=80, blank=True)
    retention_days = models.PositiveIntegerField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "field"], name="service_field_once"
            ),
            in_vocabulary("field", IdentityField, "service_field_code"),
            in_vocabulary("handling", FieldHandling, "service_field_handling"),
            in_vocabulary("source", ValueSource, "service_field_source", blank=True),
            in_vocabulary(
                "verification", VerificationStatus, "service_field_verification"
            ),
            in_vocabulary(
                "retention_class",
                RetentionClass,
                "service_field_retention",
                blank=True,
            ),
            models.CheckConstraint(
                condition=models.Q(handling=FieldHandling.PASSED_ON)
                & ~models.Q(passed_on_to="")
                | ~models.Q(handling=FieldHandling.PASSED_ON)
                & models.Q(passed_on_to=""),
                name="service_field_passed_on_names_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service.code}: {self.field}"
