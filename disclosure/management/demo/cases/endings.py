"""Every other way a request or an answer can end."""

from datetime import timedelta
from typing import Final

from disclosure.actions import (
    closing,
    completion,
    delivery,
    preservation,
    production,
)
from disclosure.actions.inputs import IntakeInput
from disclosure.domain.vocabulary import (
    IntakeChannel,
    ReferralKind,
    Regime,
    RequesterKind,
)
from disclosure.management.demo import roster
from disclosure.management.demo.case import Chapter
from disclosure.management.demo.mishap import wrong_account
from disclosure.management.demo.story import TICK, Story
from disclosure.management.demo.wording import (
    COPYRIGHT_PROOFS,
    MISSING_LINKS,
    MISSING_SEAL,
    F,
    account,
    ask,
    letter,
)
from disclosure.models import Production

chapter: Final = Chapter()


def _letter_of_a_court(story: Story, ref: str, user: str) -> Production:
    """A plain letter of a court about a registered user, answered and released."""
    fields = (F.REAL_NAME, F.PHONE)
    disclosure_request = story.registered(
        ask(
            Regime.STATE_ASSISTANCE,
            "video",
            "合同纠纷，调取账号注册人信息。",
            account(user, *fields),
        ),
        kind=RequesterKind.COURT,
        name=roster.INTERNET_COURT,
        channel=IntakeChannel.COURT_PLATFORM,
    )
    story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(story.past, ref, *fields, authority_name=roster.INTERNET_COURT),
    )
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    return story.answered(disclosure_request)


def _private(ground: str, user: str, claimant: str) -> IntakeInput:
    return ask(
        Regime.PERSONAL_RIGHTS,
        "forum",
        ground,
        account(user, F.REAL_NAME, F.PHONE),
        claimant_name=claimant,
        claimant_kind="injured_person",
    )


@chapter.case("expired", "法院未在期限内查收", days_ago=45)
def _expired(story: Story) -> None:
    """Nobody opened it in thirty days: the way to it is closed."""
    answer = _letter_of_a_court(story, "（2026）云9903民初71号", "cloudwalker")
    story.past.moment = answer.deliveries.get().expires_at + timedelta(minutes=1)
    delivery.expire(answer, actor=TICK)


@chapter.case("purged", "已查收，查收期满后信息已销毁", days_ago=70)
def _purged(story: Story) -> None:
    """Opened, closed, and thirty days later the key of its values destroyed."""
    answer = _letter_of_a_court(story, "（2026）云9903民初12号", "longyan")
    story.opened(answer, "internet_court")
    closing.close(story.again(answer.disclosure_request), actor=story.officer)
    story.past.wait(days=31)
    closing.purge(story.current(answer), actor=TICK)


@chapter.case("recalled", "发出后法院更正文书，已收回", days_ago=19)
def _recalled(story: Story) -> None:
    """Taken back before anybody opened it."""
    answer = _letter_of_a_court(story, "（2026）云9903民初130号", "sixnet")
    story.past.wait(hours=4)
    delivery.recall(
        answer, reason="法院来电称账号写错，另行发函。", actor=story.cast["lead"]
    )
    story.past.wait(minutes=10)
    wrong_account(story.current(answer), officer=story.officer)


@chapter.case("cancelled", "答复起草后放弃，重新起草", days_ago=7.5)
def _cancelled(story: Story) -> None:
    """A first draft given up, a second one waits for approval."""
    fields = (F.REAL_NAME, F.PHONE)
    disclosure_request = story.registered(
        ask(
            Regime.STATE_ASSISTANCE,
            "video",
            "不当得利纠纷，调取注册人信息。",
            account("longyan", *fields),
        ),
        kind=RequesterKind.COURT,
        name=roster.DISTRICT_COURT,
    )
    story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "（2026）云9902民初640号",
            *fields,
            authority_name=roster.DISTRICT_COURT,
        ),
    )
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    production.cancel_production(
        story.prepared(disclosure_request),
        reason="收件人写法有误。",
        actor=story.officer,
    )
    story.put_forward(story.prepared(disclosure_request))


@chapter.case("withdrawn", "双方和解，申请人撤回", days_ago=24)
def _withdrawn(story: Story) -> None:
    """The sender takes it back in the portal."""
    disclosure_request = story.filed(
        "injured", _private("请提供发帖人身份。", "newnumber", "苏晴川")
    )
    story.reviewed(disclosure_request)
    story.past.wait(days=1)
    closing.withdraw(story.again(disclosure_request), actor=story.cast["injured"])


@chapter.case("lapsed", "逾期未补正，按撤回处理", days_ago=33)
def _lapsed(story: Story) -> None:
    """Asked for what was missing; fifteen days later nothing had come."""
    disclosure_request = story.registered(
        _private("请提供骂我的人的姓名。", "justread", "何小满"),
        kind=RequesterKind.INJURED_PERSON,
        name="何小满",
    )
    story.reviewed(disclosure_request)
    story.asked_back(story.again(disclosure_request), MISSING_LINKS)
    story.past.wait(days=19)
    completion.lapse(story.again(disclosure_request), actor=TICK)


@chapter.case("superseded", "权利人首次提交，材料不全", days_ago=6.5)
def _first(story: Story) -> None:
    """A first, incomplete request; the sender files a second one below."""
    disclosure_request = story.filed(
        "rights_holder",
        ask(
            Regime.COPYRIGHT,
            "video",
            "请提供上传者身份（材料不全）。",
            account("longyan", F.REAL_NAME),
        ),
    )
    story.reviewed(disclosure_request)


@chapter.case("superseding", "权利人重新提交，以后一份为准", days_ago=5.2)
def _second(story: Story) -> None:
    """The complete request takes the place of the first."""
    later = story.filed(
        "rights_holder",
        ask(
            Regime.COPYRIGHT,
            "video",
            "重新提交：请提供上传者身份，附三项证明。",
            account("longyan", F.REAL_NAME, F.EMAIL),
            claimant_name="静水影业有限公司",
            claimant_kind="rights_holder",
        ),
        papers=COPYRIGHT_PROOFS,
    )
    first = story.request_of("superseded")
    if first is not None and first.is_open:
        closing.supersede(first, later, actor=story.officer)


@chapter.case("referred", "应由其他部门处理的下线请求", days_ago=5.5)
def _referred(story: Story) -> None:
    """Only a take-down was wanted: handed to the desk that does that."""
    disclosure_request = story.filed(
        "lawyer", _private("请下线侵权帖文（不索要身份）。", "cgnat_a", "赵问山")
    )
    story.reviewed(disclosure_request)
    preservation.refer(
        story.again(disclosure_request),
        ReferralKind.TAKE_DOWN,
        story.cast["clerk"],
        actor=story.officer,
    )
    closing.refer_away(story.again(disclosure_request), actor=story.officer)


@chapter.case("waiting-seal", "法院函件缺公章，已请补正", days_ago=12.5)
def _waiting_long(story: Story) -> None:
    """The time to complete is nearly over."""
    disclosure_request = story.registered(
        ask(
            Regime.COPYRIGHT,
            "video",
            "调取上传者身份。",
            account("cloudwalker", F.REAL_NAME, F.PHONE),
        ),
        kind=RequesterKind.COURT,
        name=roster.DISTRICT_COURT,
    )
    story.reviewed(disclosure_request)
    story.asked_back(story.again(disclosure_request), MISSING_SEAL)


@chapter.case("waiting-links", "A brand owner was asked for the links", days_ago=2.2)
def _waiting_new(story: Story) -> None:
    """Asked two days ago."""
    story.officer_key = "officer2"
    disclosure_request = story.filed(
        "brand",
        ask(
            Regime.COPYRIGHT,
            "video",
            "Our advertising film was uploaded without licence.",
            account("anon_8", F.REAL_NAME, F.EMAIL),
            claimant_name="Harbour & Finch Ltd.",
            claimant_kind="rights_holder",
            language="en",
        ),
        papers=COPYRIGHT_PROOFS,
    )
    story.reviewed(disclosure_request)
    story.asked_back(story.again(disclosure_request), MISSING_LINKS)


CASES = tuple(chapter.cases)
