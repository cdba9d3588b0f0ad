"""Second factors sealed anew when the key that seals them is another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from allauth.mfa.models import Authenticator

from disclosure.access import SystemActor, Verb, require
from disclosure.actions.base import action, actor_ref
from disclosure.audit.append import ObjectRef, append
from disclosure.keys.errors import SealBroken
from disclosure.keys.factors import is_sealed_now, open_factor, seal_factor

#: What the account library had us seal in an authenticator's data.
_SEALED: Final = ("secret", "seed")
_SEALED_LIST: Final = "migrated_codes"


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many factors were sealed anew, and how many no secret of ours opens."""

    anew: int
    unreadable: int


@action
def reseal_second_factors(*, actor: SystemActor) -> Resealed:
    """Seal every second factor under the present KEY_ENCRYPTION_KEY.

    Afterwards no owner needs an earlier secret to sign in. A factor that no secret
    opens stays as it is and is counted: its owner has to set it up anew. A factor
    that needs nothing is not written, so that running it again does no harm.
    """
    require(actor, Verb.RESEAL_FACTORS)
    anew = unreadable = 0
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    for row in rows.select_for_update().order_by("pk"):
        if all(map(is_sealed_now, _sealed_in(row.data))):
            continue
        try:
            row.data = _with_each(row.data, lambda text: seal_factor(open_factor(text)))
        except SealBroken:
            unreadable += 1
            continue
        row.save(update_fields=["data"])
        anew += 1
    if anew:
        append(
            "keys",
            actor=actor_ref(actor),
            action="keys.second_factors_resealed",
            obj=ObjectRef("authenticator", "all"),
            data={"count": anew, "unreadable": unreadable},
        )
    return Resealed(anew, unreadable)


def _sealed_in(data: dict[str, Any]) -> list[str]:
    return [data[name] for name in _SEALED if name in data] + list(
        data.get(_SEALED_LIST, ())
    )


def _with_each(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    changed = {
        name: change(value) if name in _SEALED else value
        for name, value in data.items()
    }
    if _SEALED_LIST in data:
        changed[_SEALED_LIST] = [change(text) for text in data[_SEALED_LIST]]
    return changed
