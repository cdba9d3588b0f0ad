"""What the law says about each account: findings, decision, granted fields."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from disclosure.domain.vocabulary import (
    GateKind,
    IdentityField,
    LawfulBasis,
    NoticeRule,
    Outcome,
    Recipient,
    Result,
)
from disclosure.models.accounts import User
from disclosure.models.fields import CodeField, DateMultirangeField, in_vocabulary
from disclosure.models.law import RulebookVersion
from disclosure.models.requests import DisclosureRequest, TargetAccount


class GateCheck(models.Model):
    """One finding of one judgement (`run`), kept also when it failed."""

    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="gate_checks"
    )
    target = models.ForeignKey(
        TargetAccount, null=True, blank=True, on_delete=models.PROTECT
    )
    run = models.UUIDField()
    run_at = models.DateTimeField()
    purpose = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    outcome = CodeField()
    code = models.CharField(max_length=80)
    reason_zh = models.TextField()
    reason_en = models.TextField()
    citation_zh = models.TextField(blank=True)
    citation_en = models.TextField(blank=True)
    cure_zh = models.TextField(blank=True)
    cure_en = models.TextField(blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["run_at", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="gate_check_once"),
            in_vocabulary("outcome", Outcome, "gate_check_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome}"


class Decision(models.Model):
    """The ruling on one target, by a named person, under one rulebook version.

    `ruling` is what the judge returned, as JSON; only one decision of a target is
    current, the others were replaced by a later one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="decisions"
    )
    target = models.ForeignKey(
        TargetAccount, on_delete=models.PROTECT, related_name="decisions"
    )
    run = models.UUIDField()
    rulebook = models.ForeignKey(RulebookVersion, on_delete=models.PROTECT)
    rule = models.CharField(max_length=80, blank=True)
    result = CodeField()
    gate = CodeField(blank=True, default="")
    recipient = CodeField(default=Recipient.NONE)
    lawful_basis = CodeField(default=LawfulBasis.NONE)
    notice_rule = CodeField(default=NoticeRule.DEFERRED)
    approvals_required = models.PositiveSmallIntegerField(default=1)
    ruling = models.JSONField()
    note = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target"],
                condition=Q(is_current=True),
                name="decision_one_current_per_target",
            ),
            models.UniqueConstraint(fields=["id", "target"], name="decision_of_target"),
            in_vocabulary("result", Result, "decision_result"),
            in_vocabulary("gate", GateKind, "decision_gate", blank=True),
            in_vocabulary("recipient", Recipient, "decision_recipient"),
            in_vocabulary("lawful_basis", LawfulBasis, "decision_lawful_basis"),
            in_vocabulary("notice_rule", NoticeRule, "decision_notice_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.result}"


class GrantedField(models.Model):
    """One kind of data that may leave for one account, on which legal dates.

    `is_timed` data happened at a moment, so a produced value must name its time.
    """

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="granted_fields"
    )
    target = models.ForeignKey(TargetAccount, on_delete=models.PROTECT)
    field = CodeField()
    periods = DateMultirangeField()
    is_timed = models.BooleanField()
    basis = CodeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "target", "field"], name="granted_field_once"
            ),
            in_vocabulary("field", IdentityField, "granted_field_code"),
            in_vocabulary("basis", LawfulBasis, "granted_field_basis"),
        ]

    def __str__(self) -> str:
        return self.field
