"""A notice nobody can send by program: a task, its reminder, and given when done."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from disclosure.access import AccessDenied
from disclosure.actions import jobs, notice, passing_on, review
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.finding.tasks import tasks_of
from disclosure.actions.incidents import notices as incident_notices
from disclosure.actions.keeping.stating import stated_text
from disclosure.actions.letters.messages import notice_address, notice_message
from disclosure.actions.making.checks import require_notice
from disclosure.domain.incident_notice import PersonNotice
from disclosure.domain.vocabulary import IdentityField, NoticeRule
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.models import AuditEntry, Production, StatedReason, UserNotice
from tests.console.conftest import signed_in
from tests.entries import said_of
from tests.factories import make_incident, make_review, make_user, produce

pytestmark = pytest.mark.django_db

TEXT = "有人申请查询您的账号信息。 Somebody asks for information."
NOTE = "Message in the app's own inbox."


@pytest.fixture(autouse=True)
def by_hand(settings):
    """No service has a channel of its own."""
    market = settings.HOLDINGS_CONNECTORS["market"]
    options = {**market["options"], "notice_folder": None}
    settings.HOLDINGS_CONNECTORS = {"market": {**market, "options": options}}


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def colleague():
    """Who passes it on: never who prepared the answer."""
    return make_user("case_officer")


@pytest.fixture
def waiting(officer):
    """Return a notice that a person has to pass on, and the answer that waits."""
    asked = make_review(officer=officer)
    review.decide(asked, actor=officer)
    answer = produce(asked, P.PREPARING, officer=officer)
    planned = notice.plan_notice(
        asked.targets.get(),
        NoticeRule.REQUIRED,
        review_on=date(2099, 1, 1),
        actor=officer,
    )
    notice.give_notice(planned, answer, text=TEXT, actor=officer)
    return UserNotice.objects.get(pk=planned.pk), Production.objects.get(pk=answer.pk)


def words(disclosure_request):
    rows = AuditEntry.objects.filter(stream=disclosure_request.stream)
    return list(rows.order_by("stream_seq").values_list("action", flat=True))


def test_passing_it_on_is_a_task_with_a_person_a_date_and_a_reminder(waiting, officer):
    told, answer = waiting
    (task,) = tasks_of(officer)

    assert (task.kind, task.assignee) == ("notify", officer)
    assert task.deadline.due_at > timezone.now()
    assert task.deadline.reminders.exists()
    assert answer.status == P.IN_NOTICE
    assert not told.disclosure_request.letters.filter(notice=told).exists()
    page = signed_in(officer).get(reverse("console:tasks"))
    assert reverse("console:pass_on_notice", args=[told.pk]) in page.content.decode()

    jobs.tick(task.deadline.due_at + timedelta(hours=1))

    mails = told.disclosure_request.outboxmessage_set.filter(
        recipient_email=officer.email, kind__startswith="deadline_"
    )
    assert mails.exists()


def test_it_counts_as_given_only_once_somebody_says_so(waiting, officer, colleague):
    told, answer = waiting
    with pytest.raises(Impossible) as early:
        notice.end_notice(answer, cause="window_over", actor=officer)
    assert early.value.code == "notice_not_given"
    with pytest.raises(Impossible) as unseen:
        passing_on.confirm_notice(told, note=NOTE, actor=colleague)
    assert unseen.value.code == "code_not_taken"
    handed = passing_on.take_up_notice(told, actor=colleague)
    address = reverse("portal:objection", args=[told.pk])
    assert Client().get(address).status_code == 404

    given = passing_on.confirm_notice(told, note=NOTE, actor=colleague)

    assert given.sent_by == colleague
    window = told.disclosure_request.deadlines.get(kind="objection", met_at=None)
    assert given.objection_until == window.due_at > timezone.now()
    assert not tasks_of(officer).exists()
    opened = Client().post(f"{address}code/", {"code": handed.code})
    assert (opened.status_code, opened["Location"]) == (302, address)
    reason = StatedReason.objects.get(word="notice.given")
    assert stated_text(reason) == NOTE
    assert {"task.opened", "notice.left_to_a_person", "notice.taken_up"} < set(
        words(told.disclosure_request)
    )
    assert words(told.disclosure_request)[-1] == "notice.given"


def test_who_prepared_the_answer_does_not_alone_say_that_the_holder_was_told(
    waiting, officer, colleague
):
    told, answer = waiting
    with pytest.raises(Impossible) as own:
        passing_on.take_up_notice(told, actor=officer)
    assert own.value.code == "own_answer"
    passing_on.take_up_notice(told, actor=colleague)
    with pytest.raises(Impossible) as own:
        passing_on.confirm_notice(told, note=NOTE, actor=officer)
    assert own.value.code == "own_answer"

    given = passing_on.confirm_notice(told, note=NOTE, actor=colleague)
    later = given.objection_until + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        require_notice(answer)
        given.sent_by = officer
        with said_of(given):
            given.save()
        with pytest.raises(Impossible) as untold:
            require_notice(answer)
    assert untold.value.code == "notice_missing"


def test_a_code_shown_again_is_another_one(waiting, officer, colleague):
    told, _answer = waiting
    first = passing_on.take_up_notice(told, actor=colleague)
    second = passing_on.take_up_notice(told, actor=colleague)
    passing_on.confirm_notice(told, note=NOTE, actor=colleague)
    address = reverse("portal:objection_code", args=[told.pk])

    assert Client().post(address, {"code": first.code}).status_code == 422
    assert Client().post(address, {"code": second.code}).status_code == 302


@pytest.mark.parametrize(
    "note", ["", "  ", "mail to someone@example.org", "called 138 0000 0000"]
)
def test_the_desk_does_not_learn_the_address(waiting, officer, colleague, note):
    told, _answer = waiting
    passing_on.take_up_notice(told, actor=colleague)

    with pytest.raises(InvalidInput) as refused:
        passing_on.confirm_notice(told, note=note, actor=colleague)

    assert refused.value.data["field"] == "note"
    assert UserNotice.objects.get(pk=told.pk).sent_at is None
    assert not StatedReason.objects.filter(word="notice.given").exists()


def test_what_nobody_could_pass_on_was_not_given(waiting, officer):
    told, answer = waiting

    passing_on.give_up_notice(told, note="The account was cancelled.", actor=officer)

    told.refresh_from_db()
    assert (told.sent_at, told.waits_for_a_person) == (None, False)
    assert Production.objects.get(pk=answer.pk).status == P.PREPARING
    assert not tasks_of(officer).exists()
    # It may be tried again, and is a task again.
    notice.give_notice(told, answer, text=TEXT, actor=officer)
    assert tasks_of(officer).count() == 1


def test_it_is_left_to_one_task_and_to_who_may_do_it(waiting, officer):
    told, answer = waiting
    with pytest.raises(Impossible) as again:
        notice.give_notice(told, answer, text=TEXT, actor=officer)
    assert again.value.code == "waits_for_a_person"
    for step in (
        lambda actor: passing_on.take_up_notice(told, actor=actor),
        lambda actor: passing_on.confirm_notice(told, note=NOTE, actor=actor),
        lambda actor: passing_on.give_up_notice(told, note=NOTE, actor=actor),
    ):
        with pytest.raises(AccessDenied):
            step(make_user("auditor"))


def test_the_pages_lead_from_the_task_to_its_end(waiting, colleague):
    told, _answer = waiting
    browser = signed_in(colleague)
    task = reverse("console:pass_on_notice", args=[told.pk])
    show = reverse("console:show_notice", args=[told.pk])
    assert show in browser.get(task).content.decode()
    version = browser.get(show).context["form"]["version"].value()

    shown = browser.post(show, {"version": version})

    assert TEXT in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    told.refresh_from_db()
    form = browser.get(task).context["form"]
    data = {"version": form["version"].value(), "passed_on": "yes", "note": ""}
    assert browser.post(task, data).status_code == 422
    done = browser.post(task, data | {"note": NOTE})
    assert done.status_code == 302
    told.refresh_from_db()
    assert told.sent_at is not None


LANGUAGES = [("", {"zh", "en"}), ("zh", {"zh"}), ("en", {"en"})]


@pytest.mark.parametrize(("known", "expected"), LANGUAGES)
def test_message_and_letters_are_in_what_the_holder_reads(
    waiting, officer, colleague, known, expected
):
    told, _answer = waiting
    told.target.holder_language = known
    told.target.save()
    told.refresh_from_db()

    message = notice_message(told)
    passing_on.take_up_notice(told, actor=colleague)
    passing_on.confirm_notice(told, note=NOTE, actor=colleague)
    letters = told.letters.filter(kind="notice_to_account_holder")

    assert {letter.language for letter in letters} == expected
    assert ("账号信息" in message) == ("zh" in expected)
    assert ("your account" in message) == ("en" in expected)
    assert message.count(notice_address(told)) == len(expected)
    assert notice_address(told).endswith(reverse("portal:objection", args=[told.pk]))


def test_a_notice_of_an_incident_follows_the_account_too(waiting, officer):
    told, _answer = waiting
    target = told.target
    words = PersonNotice([IdentityField.PHONE], "原因", "harm", "taken", "do", "call")
    for known, chosen, expected in (
        ("", "both", {"zh", "en"}),
        ("en", "en", {"en"}),
        ("zh", "zh-hans", {"zh"}),
    ):
        target.holder_language = known
        target.save()
        incident = make_incident(bound=told.disclosure_request, officer=officer)
        row = incident_notices.prepare_notice(
            incident, words, target=target, actor=officer
        )

        letters = told.disclosure_request.letters.filter(
            cause__startswith=f"incident:{row.pk}"
        )
        assert row.language == chosen
        assert {letter.language for letter in letters} == expected
        text = words.as_text(row.language)
        assert ("可能造成的危害" in text) == ("zh" in expected)
        assert ("What harm is possible" in text) == ("en" in expected)


def test_the_page_names_the_account_and_nothing_else_of_its_holder(waiting, officer):
    told, _answer = waiting
    page = signed_in(officer).get(reverse("console:pass_on_notice", args=[told.pk]))

    assert told.target.account_ref in page.content.decode()
