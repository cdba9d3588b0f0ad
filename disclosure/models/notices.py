"""Telling the account holder, and what they answer."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from disclosure.domain.vocabulary import NoticeRule
from disclosure.models.accounts import User
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.requests import DisclosureRequest, TargetAccount


class UserNotice(models.Model):
    """Whether, why and when an account holder is told; every kind has a review date.

    `code_digest` is a keyed digest of the code with which they may object; the
    code itself goes out through the provider's own channel and is never stored.
    `planned_by` is None on rows from before it was kept.

    Where the service has no channel a person passes it on, from `by_hand_at` on:
    `text_sealed` is what they pass on, under the request's evidence key, and
    `production` the answer that waits for the objection once they did. Only then
    `sent_at` is set.

    `sending_since`: somebody is having it sent; None again once that is recorded.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="notices"
    )
    target = models.ForeignKey(TargetAccount, on_delete=models.PROTECT)
    rule = CodeField()
    withheld_reason = models.CharField(max_length=400, blank=True)
    review_on = models.DateField()
    planned_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sending_since = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    code_digest = models.BinaryField(null=True, blank=True)
    objection_until = models.DateTimeField(null=True, blank=True)
    by_hand_at = models.DateTimeField(null=True, blank=True)
    text_sealed = models.BinaryField(null=True, blank=True)
    production = models.ForeignKey(
        "disclosure.Production",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        constraints = [
            in_vocabulary("rule", NoticeRule, "user_notice_rule"),
            models.CheckConstraint(
                condition=~models.Q(rule=NoticeRule.FORBIDDEN)
                | models.Q(sent_at__isnull=True),
                name="user_notice_forbidden_unsent",
            ),
            models.CheckConstraint(
                condition=models.Q(by_hand_at__isnull=True)
                | models.Q(text_sealed__isnull=False),
                name="user_notice_by_hand_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.rule}"

    @property
    def waits_for_a_person(self) -> bool:
        """Whether somebody has to pass it on and did not say yet that they did."""
        return self.by_hand_at is not None and self.sent_at is None


class Objection(models.Model):
    """What an account holder said against disclosure, and what was decided on it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="objections"
    )
    target = models.ForeignKey(TargetAccount, on_delete=models.PROTECT)
    notice = models.ForeignKey(
        UserNotice, null=True, blank=True, on_delete=models.PROTECT
    )
    grounds_sealed = models.BinaryField()
    fields = ArrayField(CodeField(), default=list, blank=True)
    received_at = models.DateTimeField()
    is_forwarded = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sustained_fields = ArrayField(CodeField(), default=list, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_at__isnull=True)
                | (models.Q(decided_by__isnull=False) & ~models.Q(decision_reason="")),
                name="objection_decided_with_reason",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
