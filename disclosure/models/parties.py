"""Who asks, for whom, and who compels."""

import uuid

from django.db import models

from disclosure.domain.vocabulary import RequesterKind
from disclosure.models.accounts import User
from disclosure.models.fields import CodeField, in_vocabulary


class IssuingAuthority(models.Model):
    """A court or authority, with contact data from a source of our own.

    `callback_phone` is used to verify an instrument, so it never comes from the
    instrument itself; `callback_source` says where it was published.
    """

    kind = CodeField()
    name = models.CharField(max_length=200, unique=True)
    name_en = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=100, blank=True)
    callback_phone = models.CharField(max_length=40, blank=True)
    callback_source = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name_plural = "issuing authorities"
        constraints = [in_vocabulary("kind", RequesterKind, "authority_kind")]

    def __str__(self) -> str:
        return self.name


class Requester(models.Model):
    """Who sends a request: the profile behind a portal account, or a paper sender.

    `verified_until` is a legal date; an unverified or suspended requester may
    submit, and opens no gate. For a court or authority one person's verification is
    a proposal (`proposed_*`) until another confirms it: that account can open what
    is meant for the authority.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="requester"
    )
    kind = CodeField()
    is_organisation = models.BooleanField(default=False)
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200, blank=True)
    authority = models.ForeignKey(
        IssuingAuthority, null=True, blank=True, on_delete=models.PROTECT
    )
    email = models.EmailField(blank=True)
    postal_address = models.CharField(max_length=400, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    verified_until = models.DateField(null=True, blank=True)
    verified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    verification_note = models.TextField(blank=True)
    proposed_until = models.DateField(null=True, blank=True)
    proposed_authority = models.ForeignKey(
        IssuingAuthority,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proposed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    suspended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            in_vocabulary("kind", RequesterKind, "requester_kind"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True)
                | ~models.Q(confirmed_by=models.F("verified_by")),
                name="requester_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.organisation or self.name


class Claimant(models.Model):
    """Whose right is at stake: the rights-holder or the injured person."""

    KINDS = (RequesterKind.RIGHTS_HOLDER, RequesterKind.INJURED_PERSON)

    kind = CodeField()
    name = models.CharField(max_length=200)
    is_organisation = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["rights_holder", "injured_person"]),
                name="claimant_kind",
            )
        ]

    def __str__(self) -> str:
        return self.name
