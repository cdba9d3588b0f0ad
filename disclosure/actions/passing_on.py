"""A notice that no program can send: a person passes it on, and only then it is given.

They see text and code, pass both on in the service's own tools, and say so. To whom,
at which address, the desk is not told: it would learn what it must not know.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.finding.tasks import finish_tasks
from disclosure.actions.keeping.codes import code_digest, new_code
from disclosure.actions.keeping.stating import state_reason
from disclosure.actions.keeping.vault import evidence_key, unseal_cell
from disclosure.actions.making.checks import orders_secrecy
from disclosure.actions.notice import mark_given
from disclosure.domain.vocabulary import (
    HoldingTaskKind,
    NoticeRule,
    ProductionStatus,
)
from disclosure.models import DisclosureRequest, Production, User, UserNotice

#: A mail address, or a number as long as a telephone's: what a note must not hold.
_ADDRESS: Final = re.compile(r"\S@\S|(?:\d[\s\-()]{0,2}){7,}")


@dataclass(frozen=True, slots=True)
class HandedNotice:
    """What a person passes on; the code can be read this once."""

    text: str
    code: str = field(repr=False)


@action
def take_up_notice(notice: UserNotice, *, actor: User) -> HandedNotice:
    """Return text and a new code to whoever passes the notice on; an earlier one dies.

    The entry is committed before anything is returned. Raises `Impossible` when
    nothing waits to be passed on, once a document orders secrecy, and to who prepared
    the answer that waits for it.
    """
    disclosure_request, notice = _waiting(notice, actor)
    _require_allowed(disclosure_request, notice, actor)
    code = new_code()
    notice.code_digest = code_digest(code)
    notice.save()
    text = unseal_cell(
        evidence_key(disclosure_request.pk),
        "usernotice",
        "text",
        notice.pk,
        notice.text_sealed or b"",
    )
    disclosure_request.save()
    record(disclosure_request, "notice.taken_up", actor=actor, obj=notice)
    return HandedNotice(text, code)


@action
def confirm_notice(
    notice: UserNotice, *, note: str, version: int | None = None, actor: User
) -> UserNotice:
    """Record that a person passed the notice on: from now on it counts as given.

    The note says how, never to which address, and is kept encrypted. Raises
    `InvalidInput` for a note that is empty or holds an address, `Impossible` where
    nobody has seen the code yet, and as `take_up_notice`.
    """
    disclosure_request, notice = _waiting(notice, actor, version)
    _require_allowed(disclosure_request, notice, actor)
    if notice.code_digest is None:
        raise Impossible(
            "code_not_taken",
            _("Show text and code first: without the code nobody can object."),
        )
    reason = _kept(note, "notice.given", disclosure_request, notice, actor)
    mark_given(disclosure_request, notice, None, actor=actor)
    _finish(disclosure_request, notice, actor)
    record(
        disclosure_request,
        "notice.given",
        actor=actor,
        obj=notice,
        data={"channel": "by_hand", "reason": reason},
    )
    return notice


@action
def give_up_notice(
    notice: UserNotice, *, note: str, version: int | None = None, actor: User
) -> UserNotice:
    """Record that nobody could pass the notice on, and why; it was not given.

    What waited for the objection goes back to preparation, where the rules on notice
    still hold: it does not leave without one. Raises `InvalidInput` as above.
    """
    disclosure_request, notice = _waiting(notice, actor, version)
    reason = _kept(note, "notice.unreachable", disclosure_request, notice, actor)
    production = notice.production
    notice.by_hand_at, notice.text_sealed = None, None
    notice.code_digest, notice.production = None, None
    notice.save()
    if production is not None:
        _stop_waiting(disclosure_request, production, actor)
    _finish(disclosure_request, notice, actor)
    record(
        disclosure_request,
        "notice.unreachable",
        actor=actor,
        obj=notice,
        data={"channel": "by_hand", "reason": reason},
    )
    return notice


def _waiting(
    notice: UserNotice, actor: User, version: int | None = None
) -> tuple[DisclosureRequest, UserNotice]:
    disclosure_request = lock_request(notice.disclosure_request_id, version)
    require(actor, Verb.GIVE_NOTICE, disclosure_request)
    row = UserNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if not row.waits_for_a_person:
        raise Impossible(
            "nothing_to_pass_on", _("This notice does not wait for a person.")
        )
    return disclosure_request, row


def _require_allowed(
    disclosure_request: DisclosureRequest, notice: UserNotice, actor: User
) -> None:
    if notice.production is not None and notice.production.prepared_by_id == actor.pk:
        # By hand it is a person's word alone that the holder was told.
        raise Impossible(
            "own_answer",
            _(
                "You prepared the answer that waits for this notice. Somebody else "
                "passes it on: give the task to a colleague."
            ),
        )
    if notice.rule != NoticeRule.REQUIRED:
        raise Impossible("notice_not_due", _("This account holder is not to be told."))
    if orders_secrecy(disclosure_request):
        raise Impossible(
            "notice_forbidden",
            _("A document in force orders secrecy: the account holder is not told."),
        )


def _kept(
    note: str,
    word: str,
    disclosure_request: DisclosureRequest,
    notice: UserNotice,
    actor: User,
) -> dict[str, str]:
    """Keep the note, encrypted, and return what commits to it."""
    if not note.strip():
        raise InvalidInput(_("Say how it was passed on, or why it was not."), "note")
    if _ADDRESS.search(note):
        raise InvalidInput(
            _(
                "Leave the address or number out: the desk must not know it. Say only "
                "by which means, such as a message in the app."
            ),
            "note",
        )
    return state_reason(
        note,
        word=word,
        subject=f"usernotice:{notice.pk}",
        disclosure_request=disclosure_request,
        actor=actor,
    )


def _finish(
    disclosure_request: DisclosureRequest, notice: UserNotice, actor: User
) -> None:
    finish_tasks(disclosure_request, notice.target, HoldingTaskKind.NOTIFY, actor=actor)
    disclosure_request.save()


def _stop_waiting(
    disclosure_request: DisclosureRequest, production: Production, actor: User
) -> None:
    production = Production.objects.select_for_update(of=("self",)).get(
        pk=production.pk
    )
    if production.status != ProductionStatus.IN_NOTICE:
        return
    production.end_notice(cause="unreachable")
    production.version += 1
    production.save()
    record(disclosure_request, "production.notice_ended", actor=actor, obj=production)
