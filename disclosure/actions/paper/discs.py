"""A disc and its password, which reaches the recipient by another channel.

The image is made once and kept, so that what is burnt twice is the same. The
password is shown to one person, once, and then kept nowhere.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_production,
    record,
)
from disclosure.actions.keeping.vault import package_key, seal_cell, unseal_cell
from disclosure.actions.paper.despatch import (
    SEALED_LETTER,
    delivery_of,
    package_bytes,
    sealed_letter,
)
from disclosure.actions.paper.files import clear_bytes, enter_file, store_bytes
from disclosure.domain.vocabulary import (
    DeliveryChannel,
    OutgoingFileKind,
    PasswordChannel,
)
from disclosure.files.storage import StoredFile
from disclosure.keys.secret import Secret
from disclosure.models import Delivery, Disc, Production, User
from disclosure.packages.discs import disc_image, new_password

_ZIP = "application/zip"


def make_disc(
    production: Production, *, version: int | None = None, actor: User
) -> Disc:
    """Make the encrypted image of an answer that leaves on disc, once.

    Intent recorded; made outside any transaction; result recorded with its hash.
    """
    _begin(production, version, actor=actor)
    production = Production.objects.get(pk=production.pk)
    letter = sealed_letter(production)
    password = Secret(new_password())
    more = {SEALED_LETTER: letter} if letter else {}
    image = disc_image(package_bytes(production), more, password.reveal())
    stored = store_bytes(production, image, holds_values=True)
    return _record_disc(production, stored, password, actor=actor)


def _require_new(production: Production) -> Delivery:
    delivery = delivery_of(production)
    if delivery.channel != DeliveryChannel.DISC:
        raise Impossible("other_channel", _("This answer goes another way."))
    if Disc.objects.filter(delivery=delivery).exists():
        raise Impossible("disc_made", _("The disc is made already. Download it."))
    return delivery


@action
def _begin(production: Production, version: int | None, *, actor: User) -> None:
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.MAKE_DISC, production)
    delivery = _require_new(production)
    production.save()
    disclosure_request.save()
    record(disclosure_request, "disc.begun", actor=actor, obj=delivery)


@action
def _record_disc(
    production: Production,
    stored: StoredFile,
    password: Secret[str],
    *,
    actor: User,
) -> Disc:
    production, disclosure_request = lock_production(production)
    require(actor, Verb.MAKE_DISC, production)
    delivery = _require_new(production)
    file = enter_file(
        disclosure_request,
        production,
        stored,
        kind=OutgoingFileKind.DISC_IMAGE,
        media_type=_ZIP,
        holds_values=True,
        delivery=delivery,
        actor=actor,
    )
    disc = Disc(
        disclosure_request=disclosure_request,
        production=production,
        delivery=delivery,
        file=file,
        made_by=actor,
        made_at=timezone.now(),
    )
    disc.password_sealed = seal_cell(
        package_key(production), "disc", "password", disc.pk, password.reveal()
    )
    disc.save()
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "disc.made",
        actor=actor,
        obj=disc,
        data={"sha256": file.sha256, "package_sha256": production.package_sha256},
    )
    return disc


def take_disc(disc: Disc, *, actor: User) -> bytes:
    """Return the image to burn: entry committed, then the same bytes every time."""
    disc = _record_taking(disc, actor=actor)
    return clear_bytes(disc.file)


@action
def _record_taking(disc: Disc, *, actor: User) -> Disc:
    production, disclosure_request = lock_production(disc.production_id)
    require(actor, Verb.MAKE_DISC, production)
    disc = Disc.objects.select_related("file__production").get(pk=disc.pk)
    if disc.delivery.blocked_at is not None:
        raise Impossible("blocked", _("This delivery was stopped."))
    record(
        disclosure_request,
        "disc.taken",
        actor=actor,
        obj=disc,
        data={"sha256": disc.file.sha256},
    )
    return disc


@action
def show_password(
    disc: Disc, *, version: int | None = None, actor: User
) -> Secret[str]:
    """Return the password to one person, once; from then on it is kept nowhere.

    The page asks for the second factor first. Raises `Impossible` afterwards: make
    another delivery when it was lost.
    """
    production, disclosure_request = lock_production(disc.production_id, version)
    require(actor, Verb.SHOW_DISC_PASSWORD, production)
    disc = Disc.objects.select_for_update().get(pk=disc.pk)
    if disc.password_sealed is None:
        raise Impossible(
            "shown_already",
            _(
                "The password was shown already and is kept nowhere. If it was lost, "
                "issue the answer again."
            ),
        )
    password = unseal_cell(
        package_key(production), "disc", "password", disc.pk, disc.password_sealed
    )
    disc.password_sealed = None
    disc.shown_by, disc.shown_at = actor, timezone.now()
    disc.save()
    production.save()
    disclosure_request.save()
    record(disclosure_request, "disc.password_shown", actor=actor, obj=disc)
    return Secret(password)


@action
def tell_password(
    disc: Disc,
    *,
    told_to: str,
    channel: PasswordChannel,
    version: int | None = None,
    actor: User,
) -> Disc:
    """Record who told the password to whom, and by which other channel."""
    production, disclosure_request = lock_production(disc.production_id, version)
    require(actor, Verb.TELL_DISC_PASSWORD, production)
    disc = Disc.objects.select_for_update().get(pk=disc.pk)
    if not told_to.strip():
        raise InvalidInput(_("Say who was told."), "told_to")
    if disc.shown_at is None:
        raise Impossible("not_shown", _("Nobody has seen the password yet."))
    if disc.told_at is not None:
        raise Impossible("told_already", _("It is recorded already."))
    disc.told_to = told_to.strip()
    disc.told_channel = channel
    disc.told_by, disc.told_at = actor, timezone.now()
    disc.save()
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "disc.password_told",
        actor=actor,
        obj=disc,
        data={"channel": str(channel)},
    )
    return disc
