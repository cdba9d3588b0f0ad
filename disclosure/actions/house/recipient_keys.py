"""The keys recipients register: what is released to them is encrypted to these.

Which keys is decided at the release and kept with the delivery. Whoever takes an
account over later and registers another key cannot read with it what left before.
"""

from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, is_verified, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    actor_ref,
    lock,
    object_ref,
    record,
)
from disclosure.actions.house.people import requester_stream
from disclosure.audit.append import append
from disclosure.models import (
    Delivery,
    DisclosureRequest,
    Production,
    RecipientKey,
    Requester,
    User,
)
from disclosure.notifications import queue
from disclosure.packages.encryption import encrypt_to, read_public_key
from disclosure.packages.errors import RecipientKeyInvalid, SecretKeyGiven


def key_in_use(requester: Requester) -> RecipientKey | None:
    """Return the key what is released to this account will be encrypted to."""
    return requester.keys.filter(retired_at=None).first()


@action
def register_key(
    requester: Requester, *, public_key: str, version: int | None = None, actor: User
) -> RecipientKey:
    """Register a public key of one's own account; it takes the place of an earlier one.

    The account's e-mail address is told. Raises `InvalidInput` at "public_key" for
    what is no public key, for a secret one, and for the one already in use.
    """
    requester = _own(requester, version, actor=actor)
    try:
        read = read_public_key(public_key)
    except (RecipientKeyInvalid, SecretKeyGiven) as invalid:
        raise InvalidInput(invalid.message, "public_key", invalid.code) from invalid
    earlier = key_in_use(requester)
    if earlier is not None and earlier.recipient == read.recipient:
        raise InvalidInput(_("This key is registered already."), "public_key")
    now = timezone.now()
    if earlier is not None:
        earlier.retired_at = now
        earlier.save()
    key = RecipientKey.objects.create(
        requester=requester,
        recipient=read.recipient,
        fingerprint=read.fingerprint,
        registered_at=now,
    )
    requester.save()
    _enter(requester, "requester.key_registered", key, earlier, actor=actor)
    return key


@action
def remove_key(
    requester: Requester, *, version: int | None = None, actor: User
) -> Requester:
    """Register no key any more: what is released from now on is not encrypted."""
    requester = _own(requester, version, actor=actor)
    key = key_in_use(requester)
    if key is None:
        raise Impossible("no_key", _("No key is registered."))
    key.retired_at = timezone.now()
    key.save()
    requester.save()
    _enter(requester, "requester.key_removed", key, None, actor=actor)
    return requester


def _own(requester: Requester, version: int | None, *, actor: User) -> Requester:
    """Return one's own profile, locked; anybody else's does not exist."""
    requester = lock(Requester, requester.pk, version)
    require(actor, Verb.REGISTER_KEY, requester)
    if requester.user_id != actor.pk:
        raise Impossible("not_found", _("This does not exist."))
    return requester


def _enter(
    requester: Requester,
    word: str,
    key: RecipientKey,
    earlier: RecipientKey | None,
    *,
    actor: User,
) -> None:
    append(
        requester_stream(requester),
        actor=actor_ref(actor),
        action=word,
        obj=object_ref(requester),
        data={
            "fingerprint": key.fingerprint,
            "replaced": earlier.fingerprint if earlier else "",
        },
    )
    queue(
        "encryption_key_changed",
        to=actor,
        language=requester.language,
        context={},
        dedupe_key=f"key:{key.pk}:{'off' if key.retired_at else 'on'}",
    )


def keys_for(production: Production) -> list[str]:
    """Return the keys of the recipient, as age takes them; none: it is not encrypted.

    For a court or authority these are the keys of every verified account of it.
    """
    keys = RecipientKey.objects.filter(retired_at=None).select_related("requester")
    if production.recipient_requester_id:
        keys = keys.filter(requester=production.recipient_requester_id)
        return [key.recipient for key in keys]
    keys = keys.filter(
        Q(requester__authority__isnull=False),
        requester__authority=production.recipient_authority_id,
    )
    return [
        key.recipient
        for key in keys.order_by("registered_at", "pk")
        if is_verified(key.requester)
    ]


def fingerprints(recipients: Sequence[str]) -> list[str]:
    """Return what people compare, key by key."""
    return [read_public_key(recipient).fingerprint for recipient in recipients]


def encrypt_for(delivery: Delivery, package: bytes) -> bytes:
    """Return the package encrypted to the keys it was released to.

    Outside any transaction. Raises `PackageMismatch` for a delivery without a key.
    """
    return encrypt_to(package, delivery.encrypted_to)


def record_encrypted(
    disclosure_request: DisclosureRequest,
    production: Production,
    delivery: Delivery,
    sha256: str,
    *,
    actor: User,
) -> None:
    """Enter which encrypted bytes are handed out; joins the running transaction."""
    record(
        disclosure_request,
        "production.encrypted",
        actor=actor,
        obj=production,
        data={
            "delivery": str(delivery.pk),
            "sha256": sha256,
            "keys": fingerprints(delivery.encrypted_to),
        },
    )
