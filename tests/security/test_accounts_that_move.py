"""An account turns out to be another: nothing of the first goes under its name."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from disclosure.actions import notice, preservation, review
from disclosure.actions.base import Impossible
from disclosure.actions.finding import choosing, lookup
from disclosure.actions.finding.resolving import resolve_target
from disclosure.actions.making.checks import require_notice
from disclosure.domain.vocabulary import NoticeRule
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.holdings.contract import AccountRef
from disclosure.models import Preservation, SealedValue, UserNotice
from tests.factories import make_in, make_review, make_service, make_user, produce
from tests.scripted_connector import ScriptedConnector, scripted

pytestmark = pytest.mark.django_db

#: What happens elsewhere while a service is being asked.
MEANWHILE: list[Callable[[], object]] = []


class BusyConnector(ScriptedConnector):
    """Answers only after something else happened."""

    def fetch(self, account, wanted):
        while MEANWHILE:
            MEANWHILE.pop()()
        return super().fetch(account, wanted)

    def preserve(self, account, until):
        while MEANWHILE:
            MEANWHILE.pop()()
        return super().preserve(account, until)


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def busy(settings, tmp_path):
    busy = {"connector": f"{__name__}.{BusyConnector.__name__}"}
    settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path) | busy}
    yield
    MEANWHILE.clear()


def move(target, officer, ref="v-2", service="video"):
    choice = choosing.choose_account(
        target, AccountRef(service, ref), reason="It is this one.", actor=officer
    )
    choosing.confirm_account(choice, actor=make_user("approver"))


def decided(officer):
    target = make_in(S.DECIDED, officer=officer).targets.get()
    resolve_target(target, actor=officer)
    target.refresh_from_db()
    return target


ASKED = {
    "looked up": lambda target, officer: lookup.look_up(target, actor=officer),
    "preserved": lambda target, officer: preservation.preserve(target, actor=officer),
}


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("way", ASKED)
def test_what_was_asked_about_one_account_is_not_kept_of_another(way, officer):
    target = decided(officer)
    MEANWHILE.append(lambda: move(target, officer))

    with pytest.raises(Impossible) as refused:
        ASKED[way](target, officer)

    assert refused.value.code == "account_changed"
    target.refresh_from_db()
    assert target.account_ref == "v-2"
    assert not target.holdings.filter(is_current=True).exists()
    assert not SealedValue.objects.exists()
    assert not Preservation.objects.exists()
    # It is asked again about the other one.
    ASKED[way](target, officer)


@pytest.mark.usefixtures("busy")
def test_a_page_drawn_before_the_account_moved_asks_about_the_present_one(officer):
    target = decided(officer)
    move(type(target).objects.get(pk=target.pk), officer)

    lookup.look_up(target, actor=officer)

    # The connector answers for the account it was asked about, and that is v-2.
    assert {row.part.target.account_ref for row in target.holdings.all()} == {"v-2"}


@pytest.mark.usefixtures("busy")
def test_an_account_of_one_service_is_no_account_of_another(officer):
    asked = make_in(S.IN_REVIEW, officer=officer)
    target = asked.targets.get()
    resolve_target(target, actor=officer)
    target.refresh_from_db()
    assert target.account_ref == "v-1"

    review.record_facts(asked, service=make_service("market"), actor=officer)

    target.refresh_from_db()
    assert target.account_ref == ""


@pytest.mark.parametrize(
    ("take", "found"), [(lookup.enter_holdings, []), (lookup.upload_holdings, b"")]
)
def test_what_was_found_for_one_account_is_not_taken_for_another(take, found, officer):
    """A page opened before the account moved is about the account it shows."""
    target = decided(officer)
    shown = target.account_ref
    move(target, officer)

    with pytest.raises(Impossible) as refused:
        take(target, found, account=shown, actor=officer)

    assert refused.value.code == "account_changed"
    assert not target.holdings.exists()


# --- notices --------------------------------------------------------------------------


def reviewed(officer):
    """Return an answer on document review, and its account."""
    asked = make_review(officer=officer, identifier="m-3002")
    review.decide(asked, actor=officer)
    return asked, asked.targets.get()


def told(target, officer, answer):
    row = notice.plan_notice(
        target, NoticeRule.REQUIRED, review_on=date(2099, 1, 1), actor=officer
    )
    notice.give_notice(row, answer, text="Somebody asks.", actor=officer)
    UserNotice.objects.filter(pk=row.pk).update(
        objection_until=timezone.now() - timedelta(days=1)
    )
    return row


def excused(target, officer, answer):
    return notice.plan_notice(
        target,
        NoticeRule.DEFERRED,
        review_on=date(2099, 1, 1),
        reason="It would warn them.",
        actor=make_user("team_lead"),
    )


def refused_notice(answer):
    with pytest.raises(Impossible) as refused:
        require_notice(answer)
    return refused.value.code


@pytest.mark.parametrize("settle", [told, excused])
def test_a_notice_to_one_account_is_none_to_another(settle, officer):
    asked, target = reviewed(officer)
    answer = produce(asked, P.PREPARING, officer=officer)
    assert refused_notice(answer) == "notice_missing"
    row = settle(target, officer, answer)
    require_notice(answer)

    move(target, officer, ref="m-3004", service="market")

    assert refused_notice(answer) == "notice_missing"
    # Nor does the code of the first holder open anything about the second.
    row.refresh_from_db()
    assert row.code_digest is None
