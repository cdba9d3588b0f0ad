"""What should be gone and is not: which, why, since when."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from disclosure.domain.vocabulary import ErasureHindrance, ErasureKind
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.incidents import Incident
from disclosure.models.requests import DisclosureRequest


class HeldUpErasure(models.Model):
    """Something is due to be destroyed and could not be, for one reason.

    `since`: first found held up for this reason; `told_at`: when people were told
    last. `ended_at`: it was destroyed after all, or another reason took its place.
    Held up is a request's values or record, or an incident.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = CodeField()
    disclosure_request = models.ForeignKey(
        DisclosureRequest,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="held_up_erasures",
    )
    incident = models.ForeignKey(
        Incident,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="held_up_erasures",
    )
    hindrance = CodeField()
    since = models.DateTimeField()
    told_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["since", "id"]
        constraints = [
            in_vocabulary("kind", ErasureKind, "held_up_erasure_kind"),
            in_vocabulary("hindrance", ErasureHindrance, "held_up_erasure_hindrance"),
            models.CheckConstraint(
                condition=Q(
                    kind=ErasureKind.INCIDENT,
                    incident__isnull=False,
                    disclosure_request__isnull=True,
                )
                | ~Q(kind=ErasureKind.INCIDENT)
                & Q(incident__isnull=True, disclosure_request__isnull=False),
                name="held_up_erasure_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["kind", "disclosure_request", "incident"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="held_up_erasure_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.hindrance}"
