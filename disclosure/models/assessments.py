"""What was weighed before anything was handed over: by rule, and by case."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from disclosure.domain.vocabulary import (
    AssessmentStatus,
    Deviation,
    LawfulBasis,
    Regime,
)
from disclosure.models.accounts import User
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.law import RulebookVersion
from disclosure.models.productions import Production
from disclosure.models.requests import DisclosureRequest

A = AssessmentStatus


class ImpactAssessment(models.Model):
    """The weighing of one rule of the rulebook, typed once and never edited.

    It speaks of the rule as it read: `rule_sha256` is the digest of what the rule
    says, so that a rulebook in which only other rules changed needs no new one.
    Another text is another `number`. The texts name no person.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    regime = CodeField()
    rule = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    rulebook = models.ForeignKey(RulebookVersion, on_delete=models.PROTECT)
    rule_sha256 = models.CharField(max_length=64)
    lawful_basis = CodeField()
    status = CodeField(default=A.DRAFT)
    language = models.CharField(max_length=10)
    purpose = models.TextField()
    necessity = models.TextField()
    risk = models.TextField()
    measures = models.TextField()
    from_starter = models.BooleanField(default=False)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    review_on = models.DateField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["rule", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "number"], name="impact_assessment_numbered"
            ),
            models.UniqueConstraint(
                fields=["rule", "rule_sha256"],
                condition=Q(status=A.IN_FORCE),
                name="impact_assessment_one_in_force",
            ),
            in_vocabulary("regime", Regime, "impact_assessment_regime"),
            in_vocabulary("status", AssessmentStatus, "impact_assessment_status"),
            in_vocabulary("lawful_basis", LawfulBasis, "impact_assessment_basis"),
            models.CheckConstraint(
                condition=~Q(approved_by=F("written_by")),
                name="impact_assessment_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status=A.IN_FORCE)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="impact_assessment_in_force_approved",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="")
                & ~Q(necessity="")
                & ~Q(risk="")
                & ~Q(measures=""),
                name="impact_assessment_says_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} no. {self.number}"


class CaseAssessment(models.Model):
    """The short form for an answer that departs from what its rule's weighing covers.

    The texts may speak of the person and stand encrypted. Never edited: what changes
    is weighed anew in a form with the next number.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="case_assessments"
    )
    production = models.ForeignKey(
        Production, on_delete=models.PROTECT, related_name="case_assessments"
    )
    number = models.PositiveSmallIntegerField()
    deviations = ArrayField(CodeField())
    status = CodeField(default=A.DRAFT)
    language = models.CharField(max_length=10)
    necessity_sealed = models.BinaryField()
    risk_sealed = models.BinaryField()
    measures_sealed = models.BinaryField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason_sealed = models.BinaryField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["production", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["production", "number"], name="case_assessment_numbered"
            ),
            in_vocabulary("status", AssessmentStatus, "case_assessment_status"),
            models.CheckConstraint(
                condition=Q(deviations__contained_by=[str(word) for word in Deviation])
                & ~Q(deviations=[]),
                name="case_assessment_deviations",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("written_by")),
                name="case_assessment_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status=A.IN_FORCE)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="case_assessment_in_force_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.production_id} no. {self.number}"
