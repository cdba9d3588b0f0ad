"""An account that turns out to be another: what was about the first counts no more.

Asking a service takes a while, and meanwhile people may find that another account is
meant. Both functions join the running transaction, in which the request is locked.
"""

from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible
from disclosure.actions.house.connecting import service_of
from disclosure.domain.vocabulary import HoldingTaskKind, NoticeRule
from disclosure.models import Deadline, HoldingTask, TargetAccount, UserNotice


def present(target: TargetAccount) -> TargetAccount:
    """Return the row as it is now, however long ago the caller read it."""
    return TargetAccount.objects.get(pk=target.pk)


def require_same_account(asked: TargetAccount) -> None:
    """Raise `Impossible` unless the account is still the one that was asked about."""
    now = TargetAccount.objects.filter(pk=asked.pk).values_list(
        "account_ref", Coalesce("service", "disclosure_request__service")
    )
    if now.get() != (asked.account_ref, service_of(asked).pk):
        raise _account_changed()


def require_shown_account(target: TargetAccount, shown: str | None) -> None:
    """Raise `Impossible` unless the account is the one a person's page showed.

    None: there was no page.
    """
    if shown is not None and shown != target.account_ref:
        raise _account_changed()


def _account_changed() -> Impossible:
    return Impossible(
        "account_changed",
        _(
            "Another account was chosen while this one was asked about. Nothing "
            "was kept. Do it again for the account that is meant now."
        ),
    )


def void_notices(target: TargetAccount) -> None:
    """Let what was planned or told about one account count for no other.

    Its holder's code opens nothing any more, and whoever left them untold has to say
    again why. What was planned and sent stays in the entries. What a person was still
    to pass on tells of another account: that task is over.
    """
    UserNotice.objects.filter(target=target).update(
        rule=NoticeRule.REQUIRED,
        code_digest=None,
        objection_until=None,
        by_hand_at=None,
        text_sealed=None,
    )
    now = timezone.now()
    tasks = HoldingTask.objects.filter(
        target=target,
        kind=HoldingTaskKind.NOTIFY,
        done_at__isnull=True,
        cancelled_at__isnull=True,
    )
    Deadline.objects.filter(holding_tasks__in=tasks).update(cancelled_at=now)
    tasks.update(cancelled_at=now)
