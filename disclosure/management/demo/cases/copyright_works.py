"""Copyright: direct requests of 2009, what became of them, courts and bureaus.

After the published cases joy.cn v. tudou (nos. 79 and 53 of 2009), Third Mian Xiang
v. Great Wall Broadband (2009), Qiao v. tiexue.net (2006) and Dongyang Tianshi v.
Baidu (2013). The facts are theirs; names, numbers and people are made up.
"""

from datetime import date
from typing import Final

from disclosure.actions import closing, completion, intake, preservation
from disclosure.actions.inputs import Answer
from disclosure.domain.vocabulary import (
    CaseKind,
    DocumentVerdict,
    IdentifierType,
    InstrumentKind,
    IntakeChannel,
    Recipient,
    Regime,
    RequesterKind,
)
from disclosure.management.demo import roster
from disclosure.management.demo.case import Chapter
from disclosure.management.demo.story import Story, beijing
from disclosure.management.demo.wording import (
    COPYRIGHT_PROOFS,
    MISSING_AUTHORITY,
    SEEN_2009,
    D,
    F,
    account,
    ask,
    letter,
)

chapter: Final = Chapter()
UPLOADER = "夜航船1987"
REGISTERED = (F.REAL_NAME, F.POSTAL_ADDRESS, F.PHONE, F.EMAIL)


@chapter.case(
    "joy-79", "影视作品信息网络传播权纠纷：诉讼中调取上传者注册信息", days_ago=28
)
def _order_of_2009(story: Story) -> None:
    """Self-declared data and a week of addresses reach the court; address lost."""
    asked = ask(
        Regime.COPYRIGHT,
        "video",
        "受理信息网络传播权纠纷一案，需查明上传者身份。",
        account(UPLOADER, *REGISTERED, F.IP_ADDRESS, seen=SEEN_2009),
        stage="first",
        suit_pending=True,
    )
    disclosure_request = story.registered(
        asked,
        kind=RequesterKind.COURT,
        name=roster.COURT,
        received_at=beijing(2009, 6, 15),
    )
    disclosure_request = story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "（2009）云一中民五（知）初字第79号",
            *REGISTERED,
            kind=InstrumentKind.COURT_ORDER,
            issued_on=date(2009, 6, 10),
            served_on=date(2009, 6, 15),
        ),
    )
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.opened(story.answered(disclosure_request), "court")
    story.past.wait(days=1)
    closing.close(story.again(disclosure_request), actor=story.officer)


@chapter.case("joy-53", "影视作品信息网络传播权纠纷：上传者数据已经灭失", days_ago=25)
def _lost(story: Story) -> None:
    """Looked up by hand in a closed service: all of it lost, and said so."""
    asked = ask(
        Regime.COPYRIGHT,
        "archive",
        "受理著作权纠纷一案，需查明图片发布者身份。",
        account("墨大千", *REGISTERED, seen=SEEN_2009),
        stage="second",
        suit_pending=True,
    )
    disclosure_request = story.registered(
        asked,
        kind=RequesterKind.COURT,
        name=roster.COURT,
        received_at=beijing(2009, 2, 16),
    )
    disclosure_request = story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "（2009）云一中民五（知）终字第53号",
            *REGISTERED,
            kind=InstrumentKind.COURT_ORDER,
            issued_on=date(2009, 2, 12),
            served_on=date(2009, 2, 16),
        ),
    )
    story.decided(disclosure_request)
    story.looked_up(
        disclosure_request, [_absent(field, "lost") for field in REGISTERED]
    )
    story.opened(story.answered(disclosure_request), "court")
    closing.close(story.again(disclosure_request), actor=story.officer)


def _absent(field: F, reason: str) -> dict[str, str]:
    return _row(field) | {"absence_reason": reason}


def _held(field: F, value: str, at: str) -> dict[str, str]:
    return _row(field) | {
        "value": value,
        "observed_at": at,
        "source": "user",
        "verification": "self_declared",
    }


def _row(field: F) -> dict[str, str]:
    names = ("value", "observed_at", "source", "verification", "verified_at")
    blank = dict.fromkeys((*names, "absence_reason", "retention_rule"), "")
    return blank | {"field": str(field)}


@chapter.case(
    "great-wall", "文字作品代理机构持三项证明索要网站用户注册资料", days_ago=21
)
def _agent_of_2009(story: Story) -> None:
    """Hosting in 2009: three proofs open registration data, and no IP address."""
    asked = ask(
        Regime.COPYRIGHT,
        "video",
        "受作者委托，请求提供侵权人注册资料。",
        account(
            UPLOADER,
            F.REAL_NAME,
            F.ID_NUMBER,
            F.POSTAL_ADDRESS,
            F.PHONE,
            F.IP_ADDRESS,
            seen=SEEN_2009,
        ),
        claimant_name="柳逸山",
        claimant_kind="rights_holder",
        authorised_by_claimant=True,
    )
    disclosure_request = story.registered(
        asked,
        kind=RequesterKind.AGENT,
        sender="agent",
        received_at=beijing(2009, 3, 2),
    )
    for kind in (*COPYRIGHT_PROOFS, D.POWER_OF_ATTORNEY):
        story.paper(disclosure_request, kind, actor=story.cast["clerk"])
    story.reviewed(disclosure_request)
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.answered(disclosure_request)


@chapter.case("great-wall-now", "同一代理机构今天再次直接索要", days_ago=16)
def _agent_today(story: Story) -> None:
    """The same facts today: no direct right any more; the court route is named."""
    asked = ask(
        Regime.COPYRIGHT,
        "video",
        "受作者委托，请求提供侵权人注册资料。",
        account("cloudwalker", F.REAL_NAME, F.ID_NUMBER, F.PHONE),
        claimant_name="柳逸山",
        claimant_kind="rights_holder",
        authorised_by_claimant=True,
    )
    disclosure_request = story.filed(
        "agent", asked, papers=(*COPYRIGHT_PROOFS, D.POWER_OF_ATTORNEY)
    )
    story.reviewed(disclosure_request)
    story.decided(disclosure_request)
    story.opened(story.answered(disclosure_request), "agent")


@chapter.case("qiao", "摄影作品纠纷：法院调取停用相册的上传者信息", days_ago=9)
def _photographs(story: Story) -> None:
    """A closed service again, this time something was found: sealed, not yet sent."""
    asked = ask(
        Regime.COPYRIGHT,
        "archive",
        "受理摄影作品著作权纠纷一案，需查明上传者。",
        account("老照片馆", F.USERNAME, F.REGISTRATION_TIME, F.EMAIL),
        stage="first",
        suit_pending=True,
    )
    disclosure_request = story.registered(
        asked,
        kind=RequesterKind.COURT,
        name=roster.DISTRICT_COURT,
        channel=IntakeChannel.COURIER,
    )
    story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "（2026）云9902民初15350号",
            F.USERNAME,
            F.REGISTRATION_TIME,
            F.EMAIL,
            authority_name=roster.DISTRICT_COURT,
        ),
    )
    story.decided(disclosure_request)
    at = "2005-08-20T11:00:00+08:00"
    story.looked_up(
        disclosure_request,
        [
            _held(F.USERNAME, "老照片馆", at),
            _held(F.REGISTRATION_TIME, at, at),
            _held(F.EMAIL, "photos@example.com", at),
        ],
    )
    story.sealed(story.prepared(disclosure_request))


@chapter.case("tianshi", "电视剧权利人向接入服务商索要IP地址使用者", days_ago=48)
def _access_provider(story: Story) -> None:
    """Access is not hosting: the role decides, under the law of 2012."""
    asked = ask(
        Regime.COPYRIGHT,
        "broadband",
        "请求提供下列IP地址使用者的身份。",
        account(
            "192.0.2.44",
            F.REAL_NAME,
            F.POSTAL_ADDRESS,
            kind=IdentifierType.IP_TIME,
            seen=beijing(2012, 5, 20, 21),
        ),
        claimant_name="静水影业有限公司",
        claimant_kind="rights_holder",
    )
    disclosure_request = story.registered(
        asked,
        kind=RequesterKind.RIGHTS_HOLDER,
        sender="rights_holder",
        received_at=beijing(2012, 6, 1),
    )
    for kind in COPYRIGHT_PROOFS:
        story.paper(disclosure_request, kind, actor=story.cast["clerk"])
    story.reviewed(disclosure_request)
    story.decided(disclosure_request)
    answer = story.answered(disclosure_request, channel=IntakeChannel.POST)
    story.opened(answer, "静水影业有限公司 收发室")
    closing.close(story.again(disclosure_request), actor=story.officer)


@chapter.case("bureau", "著作权行政处罚案件协查", days_ago=6)
def _bureau(story: Story) -> None:
    """The copyright bureau asks through the portal and receives the answer there."""
    fields = (F.REAL_NAME, F.PHONE, F.EMAIL)
    asked = ask(
        Regime.COPYRIGHT,
        "video",
        "查处信息网络传播权侵权案件。",
        account("cloudwalker", *fields),
    )
    disclosure_request = story.filed(
        "copyright_bureau",
        asked,
        instrument=letter(
            story.past,
            "云版协查〔2026〕18号",
            *fields,
            kind=InstrumentKind.ADMINISTRATIVE_DOCUMENT,
            case_kind=CaseKind.ADMINISTRATIVE,
            authority_name=roster.COPYRIGHT_BUREAU,
            recipient=Recipient.AUTHORITY,
            legal_ground="互联网著作权行政保护办法第十三条",
        ),
    )
    story.reviewed(disclosure_request)
    story.called_back(disclosure_request.instruments.get())
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.answered(disclosure_request)


@chapter.case("investigation-order", "律师持调查令查询上传者", days_ago=4)
def _investigation_order(story: Story) -> None:
    """A lawyer holds a court's investigation order; valid for fifteen days."""
    today = story.past.moment.date()
    fields = (F.REAL_NAME, F.PHONE)
    asked = ask(
        Regime.COPYRIGHT,
        "video",
        "持令查询上传者身份。",
        account("longyan", *fields),
        claimant_name="静水影业有限公司",
        claimant_kind="rights_holder",
        authorised_by_claimant=True,
        stage="first",
        suit_pending=True,
    )
    disclosure_request = story.filed(
        "lawyer",
        asked,
        papers=(D.LAWYER_LICENCE,),
        instrument=letter(
            story.past,
            "（2026）云9901民初311号调查令",
            *fields,
            kind=InstrumentKind.INVESTIGATION_ORDER,
            recipient=Recipient.ORDER_HOLDER,
            valid_until=date.fromordinal(today.toordinal() + 12),
        ),
    )
    story.reviewed(disclosure_request)
    story.called_back(disclosure_request.instruments.get())
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.put_forward(story.prepared(disclosure_request))


@chapter.case("agent-completes", "代理机构未附授权，补正后继续审查", days_ago=8)
def _completed(story: Story) -> None:
    """Asked for a power of attorney, sent it, review goes on."""
    asked = ask(
        Regime.COPYRIGHT,
        "video",
        "请求提供上传者身份信息。",
        account("anon_8", F.REAL_NAME, F.EMAIL),
        claimant_name="路遥歌",
        claimant_kind="rights_holder",
    )
    disclosure_request = story.filed("agent", asked, papers=COPYRIGHT_PROOFS)
    story.reviewed(disclosure_request, {D.OWNERSHIP_PROOF: DocumentVerdict.REJECTED})
    story.asked_back(disclosure_request, MISSING_AUTHORITY)
    story.past.wait(days=2)
    sender = story.cast["agent"]
    disclosure_request = story.again(disclosure_request)
    story.paper(disclosure_request, D.POWER_OF_ATTORNEY, actor=sender)
    item = disclosure_request.completion_items.get()
    completion.complete(disclosure_request, [Answer(item.pk, "已补送。")], actor=sender)
    intake.note(
        story.again(disclosure_request),
        "授权委托书期限至2027年底，可接受。",
        actor=story.officer,
    )


@chapter.case("preserve-first", "权利人请求先行留存证据", days_ago=3)
def _preserve(story: Story) -> None:
    """Data that may expire is kept before anything is decided."""
    asked = ask(
        Regime.COPYRIGHT,
        "video",
        "账号即将注销，请先行留存，法院文书随后送达。",
        account("lastcall", F.REAL_NAME, F.PHONE, F.EMAIL, seen=beijing(2023, 11, 1)),
        claimant_name="静水影业有限公司",
        claimant_kind="rights_holder",
    )
    disclosure_request = story.filed("rights_holder", asked, papers=COPYRIGHT_PROOFS)
    disclosure_request = story.reviewed(disclosure_request)
    preservation.preserve(
        disclosure_request.targets.get(),
        fields=(F.REAL_NAME, F.PHONE),
        actor=story.officer,
    )


CASES = tuple(chapter.cases)
