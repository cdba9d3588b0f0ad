"""Personal rights: a private demand opens nothing, an order what it names.

After Wang Fang v. Qianxiang (2015), Zhao Xinqiang v. Xianrenqiu (2015) and the
published case of two bloggers (2014). Names, numbers and people are made up.
"""

from datetime import date, timedelta
from typing import Any, Final

from disclosure.actions import closing, intake, notice
from disclosure.domain.vocabulary import (
    InstrumentKind,
    IntakeChannel,
    NoticeRule,
    Regime,
    RequesterKind,
)
from disclosure.management.demo import roster
from disclosure.management.demo.case import Chapter
from disclosure.management.demo.story import Story
from disclosure.management.demo.wording import (
    MISSING_LINKS,
    F,
    account,
    ask,
    letter,
    week,
)
from disclosure.models import DisclosureRequest

chapter: Final = Chapter()
IN_SUIT: Final[dict[str, Any]] = {
    "stage": "first",
    "suit_pending": True,
    "provider_pleads_user_content": True,
}
WRONG_NAME: Final = (
    f"来函抬头为“{roster.OTHERS}”。云港论坛由“{roster.OURS}”经营，请更正后送达。"
)


@chapter.case("wang-fang", "照片和文章被冒名发布，经客服索要发布者身份", days_ago=30)
def _refused(story: Story) -> None:
    """Refused with the court route; the take-down is done, with its proof."""
    asked = ask(
        Regime.PERSONAL_RIGHTS,
        "forum",
        "有人冒用我的照片发帖，请提供其常用登录地、身份证号等全部身份资料。",
        account("rainyday", F.LOGIN_PLACES, F.ID_NUMBER, F.REAL_NAME, F.PHONE),
        claimant_name="苏晴川",
        claimant_kind="injured_person",
    )
    disclosure_request = story.filed("injured", asked)
    story.reviewed(disclosure_request)
    story.decided(disclosure_request)
    answer = story.answered(disclosure_request)
    story.handled(
        disclosure_request, "帖文三篇、照片六张、账号主页均已下线，截图及日志存档。"
    )
    story.opened(answer, "injured")
    closing.close(story.again(disclosure_request), actor=story.officer)


@chapter.case("wang-fang-order", "同一原告起诉后，法院来函调取", days_ago=12)
def _then_a_court(story: Story) -> None:
    """The same person, with a court: the answer waits for the court's clerk."""
    fields = (F.REAL_NAME, F.PHONE, F.ID_NUMBER)
    asked = ask(
        Regime.PERSONAL_RIGHTS,
        "forum",
        "网络侵权责任纠纷，调取发布者身份。",
        account("rainyday", *fields),
        **IN_SUIT,
    )
    disclosure_request = story.filed(
        "court",
        asked,
        instrument=letter(
            story.past,
            "（2026）云99民初87号",
            *fields,
            answer_due_on=_day(story, 30),
        ),
    )
    story.reviewed(disclosure_request, authorised_by_claimant=None, **IN_SUIT)
    story.called_back(disclosure_request.instruments.get())
    disclosure_request = story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    notice.plan_notice(
        disclosure_request.targets.get(),
        NoticeRule.DEFERRED,
        review_on=_day(story, 45),
        reason="告知可能妨碍庭审取证，暂缓告知并定期复核。",
        actor=story.officer,
    )
    story.answered(disclosure_request)


def _day(story: Story, days: int) -> date:
    return story.past.moment.date() + timedelta(days=days)


@chapter.case("zhao-letter", "起诉前律师发函索要发帖人IP地址和身份", days_ago=26)
def _lawyers_letter(story: Story) -> None:
    """A lawyer's letter compels nobody: refused, referred, not opened so far."""
    asked = ask(
        Regime.PERSONAL_RIGHTS,
        "forum",
        "受当事人委托发函，请提供网名“老树”用户的IP地址和身份。",
        account("oldtree", F.IP_ADDRESS, F.REAL_NAME),
        claimant_name="赵问山",
        claimant_kind="injured_person",
        authorised_by_claimant=True,
    )
    disclosure_request = story.filed("lawyer", asked)
    story.reviewed(disclosure_request)
    story.decided(disclosure_request)
    story.answered(disclosure_request)
    story.handled(disclosure_request, "涉案帖文已下线并固定存档。")


@chapter.case("zhao-order", "法院裁定：三项申请只准许注册和身份信息一项", days_ago=15)
def _one_of_three(story: Story) -> None:
    """One of three items is granted; that item alone reached the court."""
    granted = (F.USERNAME, F.REGISTRATION_TIME, F.REAL_NAME, F.PHONE)
    asked = ask(
        Regime.PERSONAL_RIGHTS,
        "forum",
        "名誉权纠纷，原告申请调取三项信息。",
        account("oldtree", F.IP_ADDRESS, *granted, F.VIEW_COUNTS),
        **IN_SUIT,
    )
    disclosure_request = story.filed(
        "court",
        asked,
        instrument=letter(
            story.past,
            "（2026）云9902民初159号",
            *granted,
            refused=(F.IP_ADDRESS, F.VIEW_COUNTS),
            kind=InstrumentKind.COURT_ORDER,
        ),
    )
    story.reviewed(disclosure_request, authorised_by_claimant=None, **IN_SUIT)
    story.called_back(disclosure_request.instruments.get())
    story.decided(disclosure_request, note="以裁定主文为准，未准许的两项不提供。")
    story.looked_up(disclosure_request)
    story.opened(story.answered(disclosure_request), "court")


@chapter.case("yan", "判决披露两名博主身份，以技术所及为限", days_ago=11)
def _two_bloggers(story: Story) -> None:
    """Two accounts of one judgment: what is held of each, and no more."""
    fields = (F.REAL_NAME, F.PHONE, F.EMAIL)
    suit = IN_SUIT | {"stage": "final"}
    asked = ask(
        Regime.PERSONAL_RIGHTS,
        "forum",
        "判决主文：披露两名博主的身份信息。",
        account("longname", *fields),
        account("newnumber", *fields),
        **suit,
    )
    disclosure_request = story.registered(
        asked,
        kind=RequesterKind.COURT,
        name=roster.COURT,
        channel=IntakeChannel.COURT_PLATFORM,
    )
    story.reviewed(disclosure_request, authorised_by_claimant=None, **suit)
    story.ordered(
        disclosure_request,
        letter(
            story.past, "（2026）云99民终204号", *fields, kind=InstrumentKind.JUDGMENT
        ),
    )
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.answered(disclosure_request)


def _wrongly_addressed(story: Story, ref: str) -> DisclosureRequest:
    asked = ask(
        Regime.PERSONAL_RIGHTS,
        "forum",
        "名誉权纠纷，调取发帖人信息。",
        account("cgnat_a", F.REAL_NAME, F.PHONE),
        **IN_SUIT,
    )
    disclosure_request = story.registered(
        asked, kind=RequesterKind.COURT, name=roster.COURT
    )
    story.reviewed(disclosure_request, authorised_by_claimant=None, **IN_SUIT)
    story.ordered(
        disclosure_request,
        letter(story.past, ref, F.REAL_NAME, F.PHONE, addressee=roster.OTHERS),
    )
    return story.again(disclosure_request)


@chapter.case(
    "wrong-addressee", "法院函件写错单位名称，退回并告知正确单位", days_ago=13
)
def _returned(story: Story) -> None:
    """Addressed to the livestream company: returned with the right name."""
    disclosure_request = _wrongly_addressed(story, "（2026）云99民初402号")
    answer = story.released(
        story.returning(disclosure_request, WRONG_NAME), IntakeChannel.POST
    )
    story.opened(answer, f"{roster.COURT} 收发室")


@chapter.case("wrong-addressee-2", "又一份写错单位的函件，退函待复核", days_ago=1.2)
def _to_be_returned(story: Story) -> None:
    """The letter of return waits for the second person."""
    disclosure_request = _wrongly_addressed(story, "（2026）云99民初455号")
    story.put_forward(story.returning(disclosure_request, WRONG_NAME))


@chapter.case("right-letter", "更正后的函件：只调取一周的IP地址", days_ago=10)
def _one_week(story: Story) -> None:
    """The right name now: exactly the week named goes to the court."""
    period = week(date(2026, 11, 2))
    asked = ask(
        Regime.PERSONAL_RIGHTS,
        "video",
        "名誉权纠纷，调取一周内的登录IP地址和端口。",
        account("cloudwalker", F.IP_ADDRESS, period=period),
        **IN_SUIT,
    )
    disclosure_request = story.registered(
        asked,
        kind=RequesterKind.COURT,
        name=roster.COURT,
        channel=IntakeChannel.COURIER,
    )
    story.reviewed(disclosure_request, authorised_by_claimant=None, **IN_SUIT)
    story.ordered(
        disclosure_request,
        letter(story.past, "（2026）云99民初402号之二", F.IP_ADDRESS, period=period),
    )
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.opened(story.answered(disclosure_request), "court")
    closing.close(story.again(disclosure_request), actor=story.officer)


@chapter.case("private-messages", "法院函件同时要求提供私信内容", days_ago=7)
def _messages(story: Story) -> None:
    """Content of communications is barred on every civil route."""
    asked = ask(
        Regime.PERSONAL_RIGHTS,
        "forum",
        "名誉权纠纷，调取身份和私信往来。",
        account("cgnat_b", F.REAL_NAME, F.PRIVATE_MESSAGES),
        **IN_SUIT,
    )
    disclosure_request = story.registered(
        asked, kind=RequesterKind.COURT, name=roster.DISTRICT_COURT
    )
    story.reviewed(disclosure_request, authorised_by_claimant=None, **IN_SUIT)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "（2026）云9902民初518号",
            F.REAL_NAME,
            F.PRIVATE_MESSAGES,
            authority_name=roster.DISTRICT_COURT,
        ),
    )
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.answered(disclosure_request, channel=IntakeChannel.POST)


@chapter.case("minor", "被告可能是未成年人，材料待补", days_ago=5)
def _minor(story: Story) -> None:
    """A child's account: the officer notes it and asks the sender for the suit."""
    asked = ask(
        Regime.PERSONAL_RIGHTS,
        "forum",
        "请提供辱骂我孩子的账号身份。",
        account("kid_07", F.REAL_NAME, F.PHONE),
        claimant_name="苏晴川",
        claimant_kind="injured_person",
    )
    disclosure_request = story.filed("injured", asked)
    disclosure_request = story.reviewed(disclosure_request)
    intake.note(
        disclosure_request,
        "账号使用人登记为未成年人，注意最小必要和监护人事项。",
        actor=story.officer,
    )
    story.asked_back(story.again(disclosure_request), MISSING_LINKS)


CASES = tuple(chapter.cases)
