"""What lies on the desk unopened: some of it late, most of it new."""

from typing import Final

from disclosure.actions import intake
from disclosure.domain.vocabulary import (
    IdentifierType,
    IntakeChannel,
    Regime,
    RequesterKind,
)
from disclosure.management.demo import roster
from disclosure.management.demo.case import Chapter
from disclosure.management.demo.story import Story, beijing
from disclosure.management.demo.wording import (
    COPYRIGHT_PROOFS,
    SEEN_SHARED,
    TRADEMARK_PROOFS,
    F,
    account,
    ask,
    letter,
)

chapter: Final = Chapter()


@chapter.case("late-agent", "代理机构索要三名上传者身份，已逾内部时限", days_ago=11.5)
def _late(story: Story) -> None:
    """Nobody took it up: the team lead is told. Now assigned."""
    disclosure_request = story.filed(
        "agent",
        ask(
            Regime.COPYRIGHT,
            "video",
            "请求提供三名上传者身份。",
            *(
                account(name, F.REAL_NAME, F.EMAIL)
                for name in ("longyan", "sixnet", "anon_8")
            ),
            claimant_name="柳逸山",
            claimant_kind="rights_holder",
            authorised_by_claimant=True,
        ),
        papers=COPYRIGHT_PROOFS,
    )
    story.past.wait(days=9)
    intake.assign(disclosure_request, story.cast["officer2"], actor=story.cast["lead"])


@chapter.case("late-complaint", "个人信息投诉，十五日答复期将满", days_ago=14.2)
def _complaint(story: Story) -> None:
    """Under review; the statutory answer to a complaint is due."""
    disclosure_request = story.filed(
        "injured",
        ask(
            Regime.PERSONAL_RIGHTS,
            "forum",
            "有人公开了我的电话，请提供是谁。",
            account(
                "t/5503", F.REAL_NAME, kind=IdentifierType.CONTENT_ID, seen=SEEN_SHARED
            ),
            claimant_name="苏晴川",
            claimant_kind="injured_person",
        ),
    )
    story.reviewed(disclosure_request)


@chapter.case("paper-new", "法院邮寄函件，刚登记", days_ago=0.6)
def _paper(story: Story) -> None:
    """Registered this morning, receipt confirmed."""
    story.registered(
        ask(
            Regime.PERSONAL_RIGHTS,
            "forum",
            "名誉权纠纷，调取发帖人身份。",
            account(
                "https://forum.example.com/t/5502",
                F.REAL_NAME,
                kind=IdentifierType.URL,
                seen=beijing(2026, 11, 8),
            ),
        ),
        kind=RequesterKind.COURT,
        name=roster.DISTRICT_COURT,
    )


@chapter.case("phone-holder", "公安机关按手机号码查询", days_ago=0.5)
def _by_phone(story: Story) -> None:
    """The identifier is personal data itself: stored sealed, found by blind index."""
    story.registered(
        ask(
            Regime.STATE_ASSISTANCE,
            "forum",
            "办理治安案件，查询手机号码对应账号。",
            account("13800000205", F.USERNAME, F.REAL_NAME, kind=IdentifierType.PHONE),
        ),
        kind=RequesterKind.POLICE,
        name=roster.POLICE,
        channel=IntakeChannel.DESK,
    )


@chapter.case("court-new", "互联网法院在线送达调查函", days_ago=0.4)
def _court(story: Story) -> None:
    """Came with its letter through the portal."""
    story.filed(
        "internet_court",
        ask(
            Regime.COPYRIGHT,
            "video",
            "侵害作品信息网络传播权纠纷。",
            account("longyan", F.REAL_NAME, F.PHONE, F.IP_ADDRESS),
            stage="first",
            suit_pending=True,
        ),
        instrument=letter(
            story.past,
            "（2026）云9903民初808号",
            F.REAL_NAME,
            F.PHONE,
            F.IP_ADDRESS,
            authority_name=roster.INTERNET_COURT,
        ),
    )


@chapter.case("brand-new", "A brand owner asks about a shop", days_ago=0.35)
def _brand(story: Story) -> None:
    """In English, with papers."""
    story.filed(
        "brand",
        ask(
            Regime.TRADEMARK,
            "market",
            "This shop sells copies of our teapots.",
            account(
                "龘䶮茶行", F.COMPANY_NAME, F.BUSINESS_ADDRESS, kind=IdentifierType.SHOP
            ),
            claimant_name="Harbour & Finch Ltd.",
            claimant_kind="rights_holder",
            language="en",
        ),
        papers=TRADEMARK_PROOFS,
    )


@chapter.case("unverified-new", "An author nobody has verified asks", days_ago=0.3)
def _unverified(story: Story) -> None:
    """Anybody may submit and gets a receipt."""
    story.filed(
        "unverified",
        ask(
            Regime.COPYRIGHT,
            "video",
            "My short film is on your site.",
            account("v-1006", F.REAL_NAME, kind=IdentifierType.ACCOUNT_ID),
            language="en",
        ),
    )


@chapter.case("address-shared", "按IP地址和时间查询，两个账号共用", days_ago=0.25)
def _shared_address(story: Story) -> None:
    """Two accounts stood behind it at that minute: which one has to be chosen."""
    disclosure_request = story.filed(
        "lawyer",
        ask(
            Regime.PERSONAL_RIGHTS,
            "forum",
            "请提供该IP地址当时的使用者。",
            account(
                "198.51.100.77",
                F.REAL_NAME,
                kind=IdentifierType.IP_TIME,
                seen=SEEN_SHARED,
            ),
            claimant_name="赵问山",
            claimant_kind="injured_person",
            authorised_by_claimant=True,
        ),
    )
    story.reviewed(disclosure_request)


@chapter.case("suspended-new", "被停用的代理机构仍可提交", days_ago=0.2)
def _suspended(story: Story) -> None:
    """Suspended since the forgery: may file, opens nothing."""
    story.filed(
        "suspended",
        ask(
            Regime.COPYRIGHT,
            "video",
            "请求提供上传者身份。",
            account("sixnet", F.REAL_NAME),
        ),
    )


@chapter.case("draft", "尚未提交的草稿", days_ago=1.1, drafted_by="newcomer")
def _draft(story: Story) -> None:
    """Half filled in; nobody but its sender sees it."""
    form = {
        "ground": {
            "ground": "有人在论坛上编造我的谣言，想知道是谁。",
            "service": "forum",
            "claimant_name": "米小溪",
            "claimant_kind": "injured_person",
        }
    }
    intake.save_draft(
        None,
        form,
        regime=Regime.PERSONAL_RIGHTS,
        language="zh-hans",
        actor=story.cast["newcomer"],
    )


CASES = tuple(chapter.cases)
