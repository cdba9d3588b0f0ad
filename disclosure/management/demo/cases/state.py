"""Courts' common tools, police, other authorities, and one from abroad."""

from datetime import timedelta
from typing import Final

from disclosure.actions import closing, intake, notice, preservation
from disclosure.domain.vocabulary import (
    CaseKind,
    InstrumentKind,
    InstrumentRelation,
    IntakeChannel,
    NoticeRule,
    Recipient,
    ReferralKind,
    Regime,
    RequesterKind,
)
from disclosure.management.demo import roster
from disclosure.management.demo.case import Chapter
from disclosure.management.demo.story import Story
from disclosure.management.demo.wording import F, account, ask, letter
from disclosure.models import DisclosureRequest

chapter: Final = Chapter()


def _police(
    story: Story, name: str, ref: str, user: str, *fields: F
) -> DisclosureRequest:
    """A notice to produce evidence, brought by two officers, to be kept secret."""
    disclosure_request = story.registered(
        ask(
            Regime.STATE_ASSISTANCE,
            "forum",
            "办理刑事案件，调取电子数据。",
            account(user, *fields),
        ),
        kind=RequesterKind.POLICE,
        name=name,
        channel=IntakeChannel.DESK,
    )
    story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            ref,
            *fields,
            kind=InstrumentKind.EVIDENCE_NOTICE,
            case_kind=CaseKind.CRIMINAL,
            authority_name=name,
            recipient=Recipient.AUTHORITY,
            secrecy=True,
            legal_ground="刑事诉讼法第五十四条",
        ),
    )
    return story.again(disclosure_request)


@chapter.case("police", "公安机关调取证据通知书，要求保密", days_ago=18)
def _secret(story: Story) -> None:
    """Handed over at the desk against a receipt; the account holder is not told."""
    disclosure_request = _police(
        story,
        roster.POLICE,
        "云公临调证字〔2026〕77号",
        "oldtree",
        F.REAL_NAME,
        F.PHONE,
    )
    disclosure_request = story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    notice.plan_notice(
        disclosure_request.targets.get(),
        NoticeRule.FORBIDDEN,
        review_on=(story.past.moment + timedelta(days=60)).date(),
        reason="通知书载明保密要求。",
        actor=story.officer,
    )
    story.opened(
        story.answered(disclosure_request, channel=IntakeChannel.DESK),
        "两名民警，签收单0077",
    )
    closing.close(story.again(disclosure_request), actor=story.officer)


@chapter.case("police-messages", "刑事案件通知书点名要求私信内容", days_ago=8)
def _restricted_desk(story: Story) -> None:
    """It names messages: the whole document goes to the restricted desk."""
    story.officer_key = "lead"
    disclosure_request = _police(
        story,
        roster.CYBER_POLICE,
        "云公网调证字〔2026〕12号",
        "rainyday",
        F.REAL_NAME,
        F.PRIVATE_MESSAGES,
    )
    disclosure_request = story.decided(disclosure_request)
    if not disclosure_request.referrals.exists():
        preservation.refer(
            disclosure_request,
            ReferralKind.RESTRICTED_DESK,
            story.cast["lead"],
            actor=story.officer,
        )
    closing.refer_away(story.again(disclosure_request), actor=story.officer)


@chapter.case("police-new", "公安机关紧急调取，文书真伪待回拨核实", days_ago=0.9)
def _not_called_yet(story: Story) -> None:
    """Somebody has to call the published number; nothing opens before."""
    disclosure_request = story.registered(
        ask(
            Regime.STATE_ASSISTANCE,
            "video",
            "办理电信网络诈骗案件，调取注册信息。",
            account("longyan", F.REAL_NAME, F.PHONE, F.ID_NUMBER),
        ),
        kind=RequesterKind.POLICE,
        name=roster.CYBER_POLICE,
        channel=IntakeChannel.COURT_PLATFORM,
    )
    story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "云公网调证字〔2026〕31号",
            F.REAL_NAME,
            F.PHONE,
            F.ID_NUMBER,
            kind=InstrumentKind.EVIDENCE_NOTICE,
            case_kind=CaseKind.CRIMINAL,
            authority_name=roster.CYBER_POLICE,
            recipient=Recipient.AUTHORITY,
            answer_due_on=(story.past.moment + timedelta(days=3)).date(),
        ),
        genuine=None,
    )
    story.decided(disclosure_request)


@chapter.case("tax", "税务稽查协查，所列法律依据待核对", days_ago=7)
def _tax(story: Story) -> None:
    """An authority's letter about a seller."""
    fields = (F.COMPANY_NAME, F.USCC, F.TRANSACTION_RECORDS)
    disclosure_request = story.registered(
        ask(
            Regime.STATE_ASSISTANCE,
            "market",
            "税务检查，协查经营者身份和交易记录。",
            account("seller3004", *fields),
        ),
        kind=RequesterKind.TAX,
        name=roster.TAX,
    )
    story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "云税稽协〔2026〕45号",
            *fields,
            kind=InstrumentKind.INQUIRY_LETTER,
            case_kind=CaseKind.ADMINISTRATIVE,
            authority_name=roster.TAX,
            addressee=roster.COMMERCE,
            recipient=Recipient.AUTHORITY,
        ),
    )
    story.decided(disclosure_request)


@chapter.case("foreign", "A court abroad writes directly", days_ago=21)
def _abroad(story: Story) -> None:
    """No data stored here goes abroad without the competent authority's approval."""
    disclosure_request = story.registered(
        ask(
            Regime.STATE_ASSISTANCE,
            "video",
            "Order to disclose the identity of the user of this account.",
            account("sixnet", F.REAL_NAME, F.EMAIL),
            language="en",
        ),
        kind=RequesterKind.FOREIGN_AUTHORITY,
        name="District Court of Northmarch",
    )
    story.reviewed(disclosure_request)
    story.decided(disclosure_request)
    story.opened(
        story.answered(disclosure_request, channel=IntakeChannel.COURIER),
        "Northmarch registry",
    )
    closing.close(story.again(disclosure_request), actor=story.officer)


@chapter.case("preservation-ruling", "诉前证据保全裁定", days_ago=10)
def _ruling(story: Story) -> None:
    """First the data is kept, then what the ruling names is produced."""
    fields = (F.REAL_NAME, F.PHONE, F.EMAIL)
    disclosure_request = story.registered(
        ask(
            Regime.STATE_ASSISTANCE,
            "video",
            "诉前证据保全：保全并调取账号注册资料。",
            account("lastcall", *fields, seen=None),
            stage="pre_suit",
        ),
        kind=RequesterKind.COURT,
        name=roster.INTERNET_COURT,
        channel=IntakeChannel.COURT_PLATFORM,
    )
    disclosure_request = story.reviewed(disclosure_request)
    preservation.preserve(
        disclosure_request.targets.get(), fields=fields, actor=story.officer
    )
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "（2026）云9903证保9号",
            *fields,
            kind=InstrumentKind.PRESERVATION_RULING,
            authority_name=roster.INTERNET_COURT,
        ),
    )
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.answered(disclosure_request)


@chapter.case("withdrawn-letter", "法院来函撤回此前的调取函", days_ago=17)
def _taken_back(story: Story) -> None:
    """The court takes its letter back: nothing is produced, and it is said so."""
    first, second = "（2026）云99民初350号", "（2026）云99民初350号之一"
    disclosure_request = _court_letter(story, first)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            second,
            relation=InstrumentRelation.WITHDRAWS,
            relates_to_ref=first,
        ),
    )
    disclosure_request = story.decided(disclosure_request)
    story.answered(disclosure_request)


def _court_letter(story: Story, ref: str) -> DisclosureRequest:
    fields = (F.REAL_NAME, F.PHONE)
    disclosure_request = story.registered(
        ask(
            Regime.STATE_ASSISTANCE,
            "video",
            "民间借贷纠纷，调取账号注册人信息。",
            account("deepblue-studio", *fields),
        ),
        kind=RequesterKind.COURT,
        name=roster.COURT,
    )
    story.reviewed(disclosure_request)
    story.ordered(disclosure_request, letter(story.past, ref, *fields))
    return story.again(disclosure_request)


@chapter.case("forged-letter", "回拨核实：法院称未出具该函", days_ago=22)
def _not_genuine(story: Story) -> None:
    """The call-back found that the court wrote no such letter."""
    fields = (F.REAL_NAME, F.ID_NUMBER)
    disclosure_request = story.registered(
        ask(
            Regime.STATE_ASSISTANCE,
            "video",
            "调取注册人身份证号。",
            account("cloudwalker", *fields),
        ),
        kind=RequesterKind.COURT,
        name=roster.DISTRICT_COURT,
    )
    disclosure_request = story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "（2026）云9902民初9999号",
            *fields,
            authority_name=roster.DISTRICT_COURT,
        ),
        genuine=False,
    )
    intake.note(
        story.again(disclosure_request),
        "疑似冒充法院发函，已报主管并留存信封。",
        actor=story.officer,
    )
    story.decided(disclosure_request)
    story.answered(disclosure_request, channel=IntakeChannel.POST)


CASES = tuple(chapter.cases)
