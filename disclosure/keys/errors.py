"""What may go wrong with keys. No error ever carries key or plaintext."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.domain.errors import DisclosureError


class KeyStoreError(DisclosureError):
    """Base of every failure in this package."""

    code = "key_store_failed"
    sentence: ClassVar[str | Promise] = _("The key store could not do this.")

    def __init__(self, data: Mapping[str, object] | None = None) -> None:
        super().__init__(type(self).code, type(self).sentence, data)


class KeyMissing(KeyStoreError):
    """No key of this name was ever made here, or the store lost it.

    Not the same as destroyed: a missing key is a fault to look into.
    """

    code = "key_missing"
    sentence = _("The key store has no key of this name.")


class KeyDestroyed(KeyStoreError):
    """The key was destroyed on purpose; what it sealed is gone for good."""

    code = "key_destroyed"
    sentence = _("The key was destroyed. What it protected can no longer be read.")


class KeyAlreadyExists(KeyStoreError):
    """A key of this name exists; making a second one would orphan the first."""

    code = "key_already_exists"
    sentence = _("A key of this name exists already.")


class KeyNameInvalid(KeyStoreError):
    """The name is not one this store accepts."""

    code = "key_name_invalid"
    sentence = _("The name of the key contains characters that are not allowed.")


class KeyEncryptionKeyMissing(KeyStoreError):
    """The stored key names a key-encryption key that is not configured."""

    code = "key_encryption_key_missing"
    sentence = _("The key-encryption key that protects this key is not configured.")


class KeyConfigurationInvalid(KeyStoreError):
    """The settings of this package cannot be used as they stand."""

    code = "key_configuration_invalid"
    sentence = _("The settings of the key store cannot be used as they stand.")


class SealBroken(KeyStoreError):
    """Wrong key, wrong place, or changed bytes: nothing is returned."""

    code = "seal_broken"
    sentence = _("The seal does not open: wrong key, wrong place, or altered.")


class KeyStoreUnavailable(KeyStoreError):
    """The store cannot be used right now; whoever asked can try again."""

    code = "key_store_unavailable"
    sentence = _("The key store cannot be used at the moment.")


class KeyStoreUnreachable(KeyStoreUnavailable):
    """No connection, or no answer in time."""

    sentence = _("The key store cannot be reached. Try again in a minute.")


class KeyStoreUntrusted(KeyStoreUnavailable):
    """The server's certificate is not one we trust; nothing was sent to it."""

    sentence = _(
        "The key store's certificate is not trusted, so nothing was sent to it. "
        "Check VAULT_CA_FILE."
    )


class KeyStoreSealed(KeyStoreUnavailable):
    """The server runs and holds everything, but nobody has unsealed it."""

    sentence = _(
        "The key store is sealed. Whoever keeps its unseal keys has to open it; "
        "nothing was lost."
    )


class KeyStoreDenied(KeyStoreUnavailable):
    """Our token or role is not accepted, or its policy does not allow this."""

    sentence = _(
        "The key store refused our credentials. Check the token or role and its policy."
    )


class KeyStoreConfused(KeyStoreUnavailable):
    """An answer no working server gives; its own log says more."""

    sentence = _("The key store gave an answer that cannot be used. See its log.")
