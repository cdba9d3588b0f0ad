"""Sign-ins leave entries too: the account library tells, this room writes them down.

An entry names the person by id, or, for an unknown address, a digest keyed to this
installation: enough to see that one address is tried again and again, not which.
"""

from typing import Any, Final

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import Signal

from disclosure.actions.base import actor_ref
from disclosure.actions.house.people import follow_new_address
from disclosure.audit.append import ActorRef, ObjectRef, append
from disclosure.domain.vocabulary import IdentifierType
from disclosure.keys.configured import blind_index
from disclosure.keys.digests import normalise
from disclosure.models import User

#: Signals that carry the person as `user`, and the word their entry uses.
WORDS: Final[dict[str, Signal]] = {
    "user.signed_in": account.user_logged_in,
    "user.signed_up": account.user_signed_up,
    "user.signed_out": user_logged_out,
    "user.password_set": account.password_set,
    "user.password_changed": account.password_changed,
    "user.password_reset": account.password_reset,
    "user.email_changed": account.email_changed,
    "user.second_factor_added": mfa.authenticator_added,
    "user.second_factor_removed": mfa.authenticator_removed,
    "user.second_factor_reset": mfa.authenticator_reset,
    "user.second_factor_used": mfa.authenticator_used,
    "user.second_factor_failed": mfa.authentication_failed,
}


def connect() -> None:
    """Connect every signal; called once when the application is ready."""
    for word, signal in WORDS.items():
        signal.connect(_writer(word), weak=False, dispatch_uid=f"audit:{word}")
    account.email_changed.connect(_follow_new_address, dispatch_uid="address:followed")
    user_login_failed.connect(record_failed_sign_in, dispatch_uid="audit:failed")


def _writer(word: str) -> Any:
    def write(sender: object, user: User | None = None, **_kwargs: Any) -> None:
        if user is None:
            return
        with transaction.atomic():
            append(
                f"user:{user.pk}",
                actor=actor_ref(user),
                action=word,
                obj=ObjectRef("user", str(user.pk)),
            )

    return write


def _follow_new_address(
    sender: object, user: User | None = None, **_kwargs: Any
) -> None:
    if user is not None:
        with transaction.atomic():
            follow_new_address(User.objects.get(pk=user.pk))


def record_failed_sign_in(
    sender: object, credentials: dict[str, Any], **_kwargs: Any
) -> None:
    """Append a failed attempt to the stream of whom it was tried for."""
    address = str(credentials.get("email") or credentials.get("username") or "")
    digest = blind_index(
        IdentifierType.EMAIL, normalise(IdentifierType.EMAIL, address)
    ).hex()
    person = User.objects.filter(email__iexact=address).first()
    stream = f"user:{person.pk}" if person else f"address:{digest}"
    with transaction.atomic():
        append(
            stream,
            actor=ActorRef("nobody", "anonymous"),
            action="user.sign_in_failed",
            obj=ObjectRef("address", digest),
        )
