"""Legal holds: what is in dispute is not erased, whatever clock runs out."""

from django.db import models
from django.db.models import Q

from disclosure.models.accounts import User
from disclosure.models.requests import DisclosureRequest


class LegalHold(models.Model):
    """A ban on erasing anything of one request, from `placed_at` until lifted.

    At most one stands at a time; earlier ones stay in the table.
    """

    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="legal_holds"
    )
    reason = models.TextField()
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["disclosure_request"],
                condition=Q(lifted_at__isnull=True),
                name="legal_hold_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="legal_hold_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disclosure_request_id} since {self.placed_at:%Y-%m-%d}"
