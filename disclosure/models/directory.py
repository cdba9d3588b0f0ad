"""Changes of the directory that wait for a second person."""

import uuid

from django.db import models
from django.db.models import F, Q

from disclosure.domain.vocabulary import DirectoryKind, DirectoryOutcome
from disclosure.models.accounts import LegalEntity, ProviderService, User
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.parties import IssuingAuthority


class DirectoryChange(models.Model):
    """A change of the directory that could redirect disclosures.

    It is about a company, a service, how to reach an authority, or somebody's place
    in the team. Nothing of it counts before another person confirms it. `entity`,
    `service`, `authority` or `person` is what it changes, none for something new
    (`code` of a new person is the id the account will have); `values` is how the
    whole row shall read, `of_version` which version of it the proposer saw. Whoever
    proposed it may take it back (declined), and never confirm it; nor does `person`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = CodeField()
    code = models.SlugField(max_length=40)
    entity = models.ForeignKey(
        LegalEntity, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    service = models.ForeignKey(
        ProviderService,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    authority = models.ForeignKey(
        IssuingAuthority,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    values = models.JSONField()
    of_version = models.PositiveIntegerField(default=0)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    outcome = CodeField(blank=True, default="")
    settled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            in_vocabulary("kind", DirectoryKind, "directory_change_kind"),
            in_vocabulary(
                "outcome", DirectoryOutcome, "directory_change_outcome", blank=True
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_by__isnull=True, settled_at=None)
                | ~Q(outcome="")
                & Q(settled_by__isnull=False, settled_at__isnull=False),
                name="directory_change_settled_whole",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=DirectoryOutcome.CONFIRMED)
                | ~Q(settled_by=F("proposed_by")),
                name="directory_change_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=DirectoryOutcome.CONFIRMED)
                | Q(person__isnull=True)
                | ~Q(settled_by=F("person")),
                name="directory_change_not_ones_own",
            ),
            models.UniqueConstraint(
                fields=["entity"],
                condition=Q(outcome=""),
                name="directory_change_entity_once",
            ),
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(outcome=""),
                name="directory_change_service_once",
            ),
            models.UniqueConstraint(
                fields=["authority"],
                condition=Q(outcome=""),
                name="directory_change_authority_once",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(outcome=""),
                name="directory_change_person_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
