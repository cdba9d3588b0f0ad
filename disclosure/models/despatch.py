"""Paper and discs: signed off, stamped, sent, received; the sender's own slips."""

import uuid

from django.db import models
from django.db.models import F, Q

from disclosure.domain.vocabulary import (
    OutgoingFileKind,
    PasswordChannel,
    SealForm,
    SlipKind,
)
from disclosure.models.accounts import User
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.instruments import Document
from disclosure.models.outgoing import DocumentNumber
from disclosure.models.productions import Delivery, Production
from disclosure.models.requests import DisclosureRequest


class OutgoingFile(models.Model):
    """A file made or scanned on the way out; it never changes.

    `sha256` is of the clear bytes. With `holds_values` it lies under the key of the
    identity values and ends with them, otherwise under the evidence key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="outgoing_files"
    )
    production = models.ForeignKey(
        Production,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="outgoing_files",
    )
    delivery = models.ForeignKey(
        Delivery,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="outgoing_files",
    )
    kind = CodeField()
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=200)
    holds_values = models.BooleanField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("added_at", "id")
        constraints = [in_vocabulary("kind", OutgoingFileKind, "outgoing_file_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"


class SignOff(models.Model):
    """A second person's signature that lets exactly these contents leave, numbered.

    At most one stands for an answer. It falls with the approvals it rests on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="sign_offs"
    )
    production = models.ForeignKey(
        Production, on_delete=models.PROTECT, related_name="sign_offs"
    )
    preparer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    contents_sha256 = models.CharField(max_length=64)
    number = models.OneToOneField(
        DocumentNumber, on_delete=models.PROTECT, related_name="sign_off"
    )
    note = models.TextField(blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(signed_by=F("preparer")), name="signer_is_not_preparer"
            ),
            models.UniqueConstraint(
                fields=["production"],
                condition=Q(voided_at__isnull=True),
                name="sign_off_one_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.production_id} by {self.signed_by_id}"


class SealingRecord(models.Model):
    """Under which number of the seal register the company's seal was put on a letter.

    `released_sha256` is of the file that leaves: the scan of the stamped letter, or
    the electronically sealed one. It is released only once somebody else compared
    it with what was approved (`confirmed_by`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="sealing_records"
    )
    production = models.ForeignKey(
        Production, on_delete=models.PROTECT, related_name="sealing_records"
    )
    form = CodeField()
    register_number = models.CharField(max_length=80)
    kept_by = models.CharField(max_length=200)
    used_on = models.DateField()
    preparer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    contents_sha256 = models.CharField(max_length=64)
    package_sha256 = models.CharField(max_length=64)
    released_sha256 = models.CharField(max_length=64)
    file = models.OneToOneField(
        OutgoingFile,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sealing_record",
    )
    confirmed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    voided_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            in_vocabulary("form", SealForm, "sealing_record_form"),
            models.UniqueConstraint(
                fields=["production"],
                condition=Q(voided_at__isnull=True),
                name="sealing_record_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (
                    Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                    & ~Q(confirmed_by=F("preparer"))
                    & ~Q(confirmed_by=F("recorded_by"))
                ),
                name="sealing_record_second_look",
            ),
            models.CheckConstraint(
                condition=Q(form=SealForm.E_SEALED) | Q(file__isnull=False),
                name="sealing_record_stamped_has_scan",
            ),
        ]

    def __str__(self) -> str:
        return self.register_number


class PaperView(models.Model):
    """Somebody opened one file of an answer, named by its hash, at a moment.

    Whoever says that a sealed letter or a filled slip is right has opened both sides
    after the later one was there: the table refuses their yes otherwise.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="paper_views"
    )
    production = models.ForeignKey(
        Production, on_delete=models.PROTECT, related_name="paper_views"
    )
    sha256 = models.CharField(max_length=64)
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.sha256[:12]} by {self.seen_by_id}"


class Disc(models.Model):
    """An encrypted disc image, and how its password reached the recipient.

    The password is kept sealed until somebody was shown it, once; who told it to
    whom, and by which other channel, is recorded afterwards.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="discs"
    )
    production = models.ForeignKey(
        Production, on_delete=models.PROTECT, related_name="discs"
    )
    delivery = models.OneToOneField(
        Delivery, on_delete=models.PROTECT, related_name="disc"
    )
    file = models.OneToOneField(
        OutgoingFile, on_delete=models.PROTECT, related_name="disc"
    )
    password_sealed = models.BinaryField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    shown_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    shown_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    told_at = models.DateTimeField(null=True, blank=True)
    told_to = models.CharField(max_length=200, blank=True)
    told_channel = CodeField(blank=True, default="")

    class Meta:
        constraints = [
            in_vocabulary(
                "told_channel", PasswordChannel, "disc_told_channel", blank=True
            ),
            models.CheckConstraint(
                condition=Q(shown_at__isnull=True, password_sealed__isnull=False)
                | Q(
                    shown_at__isnull=False,
                    shown_by__isnull=False,
                    password_sealed__isnull=True,
                ),
                name="disc_password_shown_once",
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, told_to="", told_channel="")
                | (
                    Q(
                        told_at__isnull=False,
                        told_by__isnull=False,
                        shown_at__isnull=False,
                    )
                    & ~Q(told_to="")
                    & ~Q(told_channel="")
                ),
                name="disc_password_told_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.file)


class ReturnSlip(models.Model):
    """A slip of the sender's own that goes back filled in and signed.

    `document` is the slip as it came; `filled` the scan of it as it goes back, with
    the answer `production`. It goes back once somebody else compared the two
    (`checked_by`); a wrong one is put aside with the reason, and filled in again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="return_slips"
    )
    kind = CodeField()
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="return_slip"
    )
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()
    production = models.ForeignKey(
        Production,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="return_slips",
    )
    filled = models.OneToOneField(
        OutgoingFile,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="return_slip",
    )
    signed_name = models.CharField(max_length=200, blank=True)
    signed_on = models.DateField(null=True, blank=True)
    filled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    filled_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    put_aside_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    put_aside_at = models.DateTimeField(null=True, blank=True)
    put_aside_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            in_vocabulary("kind", SlipKind, "return_slip_kind"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True, checked_at__isnull=True)
                | (
                    Q(
                        checked_by__isnull=False,
                        checked_at__isnull=False,
                        filled_by__isnull=False,
                    )
                    & ~Q(checked_by=F("filled_by"))
                ),
                name="return_slip_second_look",
            ),
            models.CheckConstraint(
                condition=Q(
                    put_aside_by__isnull=True,
                    put_aside_at__isnull=True,
                    put_aside_reason="",
                )
                | (
                    Q(put_aside_by__isnull=False, put_aside_at__isnull=False)
                    & ~Q(put_aside_reason="")
                ),
                name="return_slip_put_aside_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(filled__isnull=True, filled_at__isnull=True)
                | (
                    Q(
                        filled__isnull=False,
                        filled_at__isnull=False,
                        filled_by__isnull=False,
                        signed_on__isnull=False,
                    )
                    & ~Q(signed_name="")
                ),
                name="return_slip_filled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id}"
