"""The outgoing register: what left the house under which number, and to whom."""

import uuid

from django.db import models
from django.db.models import Q

from disclosure.domain.vocabulary import OutgoingKind
from disclosure.models.accounts import LegalEntity, User
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.parties import IssuingAuthority, Requester
from disclosure.models.productions import Production
from disclosure.models.requests import DisclosureRequest


class DocumentNumber(models.Model):
    """One number of a legal entity's series of a year, used once and kept for good.

    Numbers of one entity, prefix and year run 1, 2, 3 … without a gap: the table
    refuses any other next one. A void number stays, with who voided it (nobody: a
    job) and why.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entity = models.ForeignKey(
        LegalEntity, on_delete=models.PROTECT, related_name="document_numbers"
    )
    prefix = models.CharField(max_length=20)
    prefix_en = models.CharField(max_length=60, blank=True)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    kind = CodeField()
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="document_numbers"
    )
    production = models.ForeignKey(
        Production,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="document_numbers",
    )
    recipient_requester = models.ForeignKey(
        Requester, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recipient_authority = models.ForeignKey(
        IssuingAuthority,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    taken_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField()
    voided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("entity", "year", "prefix", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "prefix", "year", "number"],
                name="document_number_once",
            ),
            models.UniqueConstraint(
                fields=["production"],
                condition=Q(production__isnull=False, voided_at__isnull=True),
                name="document_number_one_each",
            ),
            in_vocabulary("kind", OutgoingKind, "document_number_kind"),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="document_number_from_one"
            ),
            models.CheckConstraint(
                condition=Q(
                    voided_at__isnull=True, voided_by__isnull=True, voided_reason=""
                )
                | (Q(voided_at__isnull=False) & ~Q(voided_reason="")),
                name="document_number_void_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.zh

    @property
    def zh(self) -> str:
        """The number as Chinese letters print it, 示例法函〔2026〕17号."""
        return f"{self.prefix}〔{self.year}〕{self.number}号"

    @property
    def en(self) -> str:
        """The number in English letters; with the Chinese prefix where none is set."""
        return f"{self.prefix_en or self.prefix} [{self.year}] No. {self.number}"

    def text(self, language: str) -> str:
        """Return the number for a letter in this language."""
        return self.en if language.startswith("en") else self.zh
