"""Trademark: the marketplace's document review, consent, forged papers, the regulator.

After Guo Donglin v. Wu Yundi (2014) and Xu v. Tong (2016). Names, numbers and people
are made up.
"""

from datetime import timedelta
from typing import Final

from disclosure.access import AccountHolder
from disclosure.actions import closing, intake, notice, objections
from disclosure.actions.inputs import IntakeInput, TargetInput
from disclosure.domain.vocabulary import (
    CaseKind,
    DocumentVerdict,
    IdentifierType,
    InstrumentKind,
    NoticeRule,
    Recipient,
    Regime,
)
from disclosure.management.demo import roster
from disclosure.management.demo.case import Chapter
from disclosure.management.demo.story import TICK, Story
from disclosure.management.demo.wording import (
    TRADEMARK_PROOFS,
    WHOLE_CHECKLIST,
    D,
    F,
    account,
    ask,
    letter,
)
from disclosure.models import DisclosureRequest, Production, UserNotice

chapter: Final = Chapter()
BUSINESS: Final = (F.COMPANY_NAME, F.BUSINESS_ADDRESS, F.PHONE)
TEXT: Final = (
    "有权利人依平台规则申请查询您店铺的主体信息。您可在期限内凭验证码提出异议。"
)


def _shop(name: str, *fields: F) -> TargetInput:
    return account(
        name, *(fields or BUSINESS), kind=IdentifierType.SHOP, service="market"
    )


def _asked(story: Story, *shops: TargetInput, language: str = "zh-hans") -> IntakeInput:
    ground = {
        "zh-hans": "店铺销售侵犯注册商标专用权的商品，请提供经营者主体信息。",
        "en": "The shop sells goods under my trademark. Please name its operator.",
    }
    owner = {"zh-hans": "静水影业有限公司", "en": "Harbour & Finch Ltd."}
    return ask(
        Regime.TRADEMARK,
        "market",
        ground[language],
        *shops,
        claimant_name=owner[language],
        claimant_kind="rights_holder",
        authorised_by_claimant=True,
        language=language,
    )


def _accepted(
    story: Story, shop: str, *fields: F, sender: str = "rights_holder"
) -> DisclosureRequest:
    """A clean file about one enterprise: reviewed, decided, looked up."""
    language = "en" if sender in {"brand", "unverified"} else "zh-hans"
    disclosure_request = story.filed(
        sender,
        _asked(story, _shop(shop, *fields), language=language),
        papers=TRADEMARK_PROOFS,
    )
    story.reviewed(disclosure_request)
    disclosure_request = story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    return disclosure_request


def _noticed(
    story: Story, disclosure_request: DisclosureRequest, answer: Production
) -> UserNotice:
    """Tell the seller; the answer waits for an objection."""
    planned = notice.plan_notice(
        disclosure_request.targets.get(),
        NoticeRule.REQUIRED,
        review_on=(story.past.moment + timedelta(days=90)).date(),
        actor=story.officer,
    )
    notice.give_notice(planned, answer, text=TEXT, actor=story.officer)
    return planned


@chapter.case("guo", "服装商标权利人查询企业卖家，审核通过并提供", days_ago=40)
def _enterprise(story: Story) -> None:
    """Enterprise: noticed, nobody objected, a second person approved, released."""
    disclosure_request = _accepted(story, "晨光百货", *BUSINESS, F.REAL_NAME)
    answer = story.prepared(disclosure_request)
    _noticed(story, disclosure_request, answer)
    story.past.wait(days=9)
    answer = notice.end_notice(answer, cause="window_over", actor=TICK)
    story.opened(story.released(answer), "rights_holder")
    closing.close(story.again(disclosure_request), actor=story.officer)


@chapter.case("guo-natural", "同一权利人查询自然人卖家，未取得单独同意", days_ago=20)
def _natural_person(story: Story) -> None:
    """A natural person who did not consent: refused, the court route named."""
    disclosure_request = story.filed(
        "rights_holder",
        _asked(story, _shop("转角二手", F.REAL_NAME, F.PHONE, F.BUSINESS_ADDRESS)),
        papers=TRADEMARK_PROOFS,
    )
    story.reviewed(disclosure_request)
    story.decided(disclosure_request)
    story.answered(disclosure_request)


@chapter.case("xu", "投诉人提交的评价报告系伪造", days_ago=35)
def _forged(story: Story) -> None:
    """The issuer never wrote the report: refused, the sender suspended since."""
    disclosure_request = story.filed(
        "suspended",
        _asked(story, _shop("北岸文具")),
        papers=(*WHOLE_CHECKLIST, D.EVALUATION_REPORT),
    )
    disclosure_request = story.reviewed(
        disclosure_request, {D.EVALUATION_REPORT: DocumentVerdict.FORGED}
    )
    intake.note(
        disclosure_request,
        "出具机构书面答复：未出具该报告。已告知主管。",
        actor=story.officer,
    )
    story.decided(disclosure_request)
    story.answered(disclosure_request)


@chapter.case("suspected", "评价报告疑似伪造，等待出具机构核实", days_ago=9)
def _suspected(story: Story) -> None:
    """Suspicion is not proof: pending until the issuer answers; now overdue."""
    disclosure_request = story.filed(
        "rights_holder",
        _asked(story, _shop("裁云手作")),
        papers=(*TRADEMARK_PROOFS, D.EVALUATION_REPORT),
    )
    story.reviewed(
        disclosure_request, {D.EVALUATION_REPORT: DocumentVerdict.SUSPECTED_FORGERY}
    )
    story.decided(disclosure_request)


@chapter.case("objection-kept", "卖家部分异议成立，电话不提供", days_ago=27)
def _objection(story: Story) -> None:
    """The seller objects; for the telephone number they are right."""
    disclosure_request = _accepted(story, "龘䶮茶行", sender="brand")
    answer = story.prepared(disclosure_request)
    told = _noticed(story, disclosure_request, answer)
    story.past.wait(days=3)
    objection = objections.record_objection(
        disclosure_request.targets.get(),
        grounds="该号码是我个人手机，与店铺无关。",
        fields=[F.PHONE],
        notice=told,
        actor=AccountHolder(told.pk),
    )
    story.past.wait(days=1)
    objections.decide_objection(
        objection,
        sustained_fields=[F.PHONE],
        reason="该号码为个人号码，名称和地址已足以识别经营者。",
        actor=story.officer,
    )
    answer = notice.end_notice(
        story.current(answer), cause="objection_decided", actor=story.officer
    )
    story.released(answer)


@chapter.case("objection-open", "卖家异议待处理", days_ago=6)
def _objection_open(story: Story) -> None:
    """An objection somebody has to decide."""
    disclosure_request = _accepted(story, "北岸文具")
    answer = story.prepared(disclosure_request)
    told = _noticed(story, disclosure_request, answer)
    story.past.wait(days=2)
    objections.record_objection(
        disclosure_request.targets.get(),
        grounds="商品系正品，有授权书。",
        fields=list(BUSINESS),
        notice=told,
        actor=AccountHolder(told.pk),
    )


@chapter.case("in-notice", "已告知卖家，异议期内", days_ago=4)
def _in_notice(story: Story) -> None:
    """Nothing to do but wait."""
    disclosure_request = _accepted(story, "晨光百货", sender="brand")
    _noticed(story, disclosure_request, story.prepared(disclosure_request))


@chapter.case("mixed", "一次查询两个店铺，一个主体性质待查明", days_ago=3)
def _two_shops(story: Story) -> None:
    """One enterprise goes on; who stands behind the other shop is not known yet."""
    disclosure_request = story.filed(
        "brand",
        _asked(story, _shop("龘䶮茶行"), _shop("无此店铺"), language="en"),
        papers=TRADEMARK_PROOFS,
    )
    story.reviewed(disclosure_request)
    disclosure_request = story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.put_forward(story.prepared(disclosure_request, "t1"))


@chapter.case("unverified-sender", "申请人身份未核验，不能作出提供决定", days_ago=2)
def _unverified(story: Story) -> None:
    """Complete papers from a sender nobody has verified: pending."""
    disclosure_request = story.filed(
        "unverified",
        _asked(story, _shop("晨光百货"), language="en"),
        papers=TRADEMARK_PROOFS,
    )
    story.reviewed(disclosure_request)
    story.decided(disclosure_request)


@chapter.case("preparing", "审核通过，答复起草中", days_ago=1.5)
def _preparing(story: Story) -> None:
    """A draft answer, one field not held."""
    disclosure_request = _accepted(
        story, "北岸文具", *BUSINESS, F.POSTAL_ADDRESS, sender="brand"
    )
    story.prepared(disclosure_request)


@chapter.case("regulator", "市场监管部门查办网店案件", days_ago=14)
def _regulator(story: Story) -> None:
    """The regulator's inquiry: all that was asked and held, opened by the regulator."""
    fields = (F.COMPANY_NAME, F.USCC, F.BUSINESS_ADDRESS, F.LEGAL_REPRESENTATIVE)
    disclosure_request = story.filed(
        "regulator",
        ask(
            Regime.TRADEMARK,
            "market",
            "查办侵犯注册商标专用权案件，协查经营者信息。",
            _shop("龘䶮茶行", *fields),
        ),
        instrument=letter(
            story.past,
            "云市监协查〔2026〕231号",
            *fields,
            kind=InstrumentKind.INQUIRY_LETTER,
            case_kind=CaseKind.ADMINISTRATIVE,
            authority_name=roster.MARKET_REGULATOR,
            addressee=roster.COMMERCE,
            recipient=Recipient.AUTHORITY,
            legal_ground="电子商务法第二十五条、商标法第六十二条",
        ),
    )
    story.reviewed(disclosure_request)
    story.called_back(disclosure_request.instruments.get())
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.opened(story.answered(disclosure_request), "regulator")


@chapter.case("tm-court", "商标案件：法院调取交易记录", days_ago=5)
def _court(story: Story) -> None:
    """A court's letter about a seller, prepared and before the second person."""
    fields = (F.REAL_NAME, F.PHONE, F.TRANSACTION_RECORDS)
    disclosure_request = story.filed(
        "court",
        ask(
            Regime.TRADEMARK,
            "market",
            "侵害商标权纠纷，调取经营者信息和交易记录。",
            _shop("阿明小店", *fields),
            stage="first",
            suit_pending=True,
        ),
        instrument=letter(
            story.past,
            "（2026）云99民初617号",
            *fields,
            addressee=roster.COMMERCE,
            answer_due_on=(story.past.moment + timedelta(days=6)).date(),
        ),
    )
    story.reviewed(disclosure_request)
    story.called_back(disclosure_request.instruments.get())
    story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.put_forward(story.prepared(disclosure_request))


CASES = tuple(chapter.cases)
