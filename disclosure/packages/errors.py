"""What may go wrong when a package is made. No error carries a released value."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.domain.errors import DisclosureError


class PackageError(DisclosureError):
    """Base of every failure in this package."""

    code = "package_failed"
    sentence: ClassVar[str | Promise] = _("The package could not be made.")

    def __init__(self, data: Mapping[str, object] | None = None) -> None:
        super().__init__(type(self).code, type(self).sentence, data)


class PackageMismatch(PackageError):
    """Values and outcomes do not say the same; `data` names the place alone."""

    code = "package_mismatch"
    sentence = _(
        "What would be handed over is not exactly what was granted. Nothing was made."
    )


class LetterUnrenderable(PackageError):
    """The letter could not be set; the template or its data is at fault."""

    code = "letter_unrenderable"
    sentence = _("The letter could not be set.")


class LetterUnsignable(PackageError):
    """The signing key or seal cannot be used; nothing was sealed."""

    code = "letter_unsignable"
    sentence = _(
        "The letter could not be signed: the signing key or certificate cannot be "
        "used. Nothing was sealed. Tell the people who run this system."
    )


class RecipientKeyInvalid(PackageError):
    """What was given is no public key that files can be encrypted to."""

    code = "recipient_key_invalid"
    sentence = _(
        "This is not a public key we can encrypt to. Paste the line that begins with "
        "age1 (or ssh-ed25519, ssh-rsa), and nothing else."
    )


class SecretKeyGiven(PackageError):
    """A secret key was given where the public one belongs."""

    code = "secret_key_given"
    sentence = _(
        "This is a secret key. We did not keep it, but it has left your computer: make "
        "a new pair, and paste only the public key, which begins with age1."
    )
