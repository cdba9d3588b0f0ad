"""People who sign in, the legal entities that run services, and the services."""

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from disclosure.domain.vocabulary import ProviderRole, StaffRole
from disclosure.models.fields import CodeField, in_vocabulary

if TYPE_CHECKING:
    from disclosure.models.parties import Requester


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address; there are no user names and no superusers."""

    def create_user(
        self, email: str, password: str | None = None, **extra: Any
    ) -> "User":
        """Create a user; without a password the account cannot sign in with one."""
        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in: staff when `staff_role` is set, else a portal user.

    What a person may do follows from `staff_role` and the requester profile in
    `disclosure.access`; Django's own permission flags are not used.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    staff_role = CodeField(blank=True, default="")
    language = models.CharField(max_length=10, default="zh-hans")
    time_zone = models.CharField(max_length=64, default="Asia/Shanghai")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    suspended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [
            in_vocabulary("staff_role", StaffRole, "user_staff_role", blank=True),
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether this person belongs to the provider's legal team."""
        return bool(self.staff_role)

    @property
    def requester_profile(self) -> "Requester | None":
        """The sender profile of a portal account, None before there is one."""
        return getattr(self, "requester", None)


class LegalEntity(models.Model):
    """A company that runs services; instruments are addressed to one of them.

    Its letters are numbered `document_prefix`〔year〕n号; without a prefix they bear
    no number, and none can be signed off. The `letter_*` columns are how they say
    whom to ask: the department that answers, its telephone, and where to write when
    not to the company's address.
    """

    code = models.SlugField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    uscc = models.CharField(max_length=18, blank=True)
    address = models.CharField(max_length=400, blank=True)
    letter_department_zh = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )
    letter_department_en = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )
    letter_phone = models.CharField(
        max_length=80, blank=True, default="", db_default=""
    )
    letter_address = models.CharField(
        max_length=400, blank=True, default="", db_default=""
    )
    is_ours = models.BooleanField(default=True)
    document_prefix = models.CharField(max_length=20, blank=True, default="")
    document_prefix_en = models.CharField(max_length=60, blank=True, default="")
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            # Two companies' letters never bear one number.
            models.UniqueConstraint(
                fields=["document_prefix"],
                condition=~models.Q(document_prefix=""),
                name="entity_document_prefix_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class ProviderService(models.Model):
    """A service and the entity that ran it from `starts_on` through `ends_on`.

    A service that changed hands has one row for each entity and span.
    """

    code = models.SlugField(max_length=40)
    entity = models.ForeignKey(
        LegalEntity, on_delete=models.PROTECT, related_name="services"
    )
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    provider_role = CodeField()
    connector = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            in_vocabulary("provider_role", ProviderRole, "service_provider_role"),
            models.UniqueConstraint(
                fields=["code", "starts_on"], name="service_code_start_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="service_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh
