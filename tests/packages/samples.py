"""Fictional letters and packages, one of each kind, for the tests."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    Disposition,
    IdentifierType,
    IdentityField,
    Presence,
    ProductionKind,
    RequesterKind,
    ValueSource,
    VerificationStatus,
)
from disclosure.packages.parts import (
    Addressee,
    Cure,
    DueDate,
    FieldOutcome,
    IncidentNotice,
    InstrumentReference,
    Language,
    LetterData,
    LetterKind,
    MissingItem,
    ObjectionDecision,
    PackageParts,
    ProducedValue,
    Provider,
    ReceivedPaper,
    SearchStep,
    Target,
)

WEEK = Period(date(2026, 11, 2), date(2026, 11, 8))
ALWAYS = Period()
NOON = datetime(2026, 11, 5, 4, 0, 7, tzinfo=UTC)
F, D = IdentityField, Disposition

PROVIDERS = {
    Language.ZH: Provider(
        "示例网络科技（北京）有限公司",
        "北京市海淀区示例路1号",
        "法务部 信息披露组",
        "desk@provider.example，010-0000 0000",
        "https://desk.provider.example/",
    ),
    Language.EN: Provider(
        "Example Network Technology (Beijing) Co., Ltd.",
        "1 Example Road, Haidian District, Beijing",
        "Legal Department, Disclosure Desk",
        "desk@provider.example",
        "https://desk.provider.example/",
    ),
}
COURT = Addressee("北京市海淀区人民法院", RequesterKind.COURT, attention="民事审判一庭")
PERSON_ZH = Addressee("王小明", RequesterKind.INJURED_PERSON, "上海市示例路2号")
PERSON_EN = Addressee(
    "Jane Example", RequesterKind.AGENT, "2 Sample Street, Exampleton"
)
CPL_70 = "《中华人民共和国民事诉讼法》第七十条第一款"
LETTER_OF_COURT = InstrumentReference(
    "协助调查函",
    "北京市海淀区人民法院",
    "（2026）京0108民初1号之一",
    "（2026）京0108民初1号",
    date(2026, 11, 16),
)
TARGET = Target(
    "t1",
    IdentifierType.USERNAME,
    "example_user",
    "示例微博",
    datetime(2026, 11, 5, 4, 0, tzinfo=UTC),
)
REASONS = {
    Language.ZH: {
        D.RELEASED: (
            "文书载明，依法可提供，实际留存。",
            CPL_70,
        ),
        D.NOT_ORDERED: (
            "文书第一项未载明该信息项。",
            CPL_70,
        ),
        D.NOT_HELD: ("该账号注册时未要求填写，从未收集。", ""),
        D.BARRED: (
            "未提供人民法院责令提供信息的法律文书；法律未赋予私人直接请求提供用户身份信息的权利。",
            "《最高人民法院关于审理利用信息网络侵害人身权益民事纠纷案件适用法律若干问题的规定》第三条",
        ),
    },
    Language.EN: {
        D.RELEASED: ("Permitted by the rule and held.", "Example Provisions art. 5"),
        D.NOT_ORDERED: ("The order does not name it.", "Civil Procedure Law art. 70"),
        D.NOT_HELD: ("Never asked for when the account was opened.", ""),
        D.BARRED: (
            "No court document ordering information was presented; the law gives a "
            "private person no direct right to it.",
            "Provisions on Personal Rights Online art. 3",
        ),
    },
}


def outcome(field, disposition, language=Language.ZH, target="t1", period=ALWAYS):
    reason, citation = REASONS[language][disposition]
    return FieldOutcome(target, field, (period,), disposition, reason, citation)


def value(field, content, **changes):
    base = ProducedValue(
        "t1",
        field,
        content,
        ValueSource.ID_CHECK,
        VerificationStatus.REAL_NAME_VERIFIED,
        datetime(2025, 2, 3, tzinfo=UTC),
    )
    return replace(base, **changes)


VALUES = (
    value(F.REAL_NAME, "龘䶮·示例"),
    value(
        F.PHONE,
        "+86 139 0000 0000",
        source=ValueSource.USER,
        verification=VerificationStatus.SELF_DECLARED,
        verified_at=None,
    ),
    value(
        F.IP_ADDRESS,
        "203.0.113.7:51234",
        source=ValueSource.SYSTEM,
        verification=VerificationStatus.UNKNOWN,
        observed_at=NOON,
        verified_at=None,
    ),
)


def letter(kind, language=Language.ZH, addressee=None, **changes):
    """Return a full letter of this kind, every part filled that it may use."""
    chinese = language is Language.ZH
    state = addressee is not None and addressee.is_state
    said = _details(kind, language, state)
    base = LetterData(
        kind=kind,
        language=language,
        objection=said.pop("objection", None),
        incident=said.pop("incident", None),
        reference="DR-2026-000123",
        dated_on=date(2026, 11, 26),
        provider=PROVIDERS[language],
        addressee=addressee or (PERSON_ZH if chinese else PERSON_EN),
        document_number="示例信披〔2026〕123号" if chinese else "",
        received_on=date(2026, 11, 20),
        instrument=LETTER_OF_COURT if state else None,
        targets=(TARGET,),
        appeal=(
            "如有疑问，请与承办人联系。"
            if chinese
            else "Write to us within 15 days; another person will look at it again."
        ),
    )
    return replace(base, **(said | changes))


def _details(kind, language, state):
    chinese = language is Language.ZH
    cures = (
        (
            Cure(
                "向有管辖权的人民法院起诉，申请人民法院责令提供信息。", date(2027, 1, 4)
            ),
        )
        if chinese
        else (Cure("Sue, and ask the court to order the information.", None),)
    )
    due = DueDate(
        "答复期限" if chinese else "You will hear from us by",
        date(2026, 12, 3),
        "收到之次日起七日" if chinese else "five working days from receipt",
    )
    answer = (
        outcome(F.REAL_NAME, D.RELEASED, language),
        outcome(F.PHONE, D.RELEASED, language),
        outcome(F.IP_ADDRESS, D.RELEASED, language, period=WEEK),
        outcome(F.EMAIL, D.NOT_HELD, language),
        outcome(F.DATE_OF_BIRTH, D.NOT_ORDERED, language),
    )
    search = SearchStep(
        "用户注册库" if chinese else "registration database",
        "承办人 A17" if chinese else "case officer A17",
        datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
        Presence.NOT_HELD,
    )
    papers = (
        ReceivedPaper("协助调查函.pdf", NOON, "9f" * 32),
        ReceivedPaper("王小明身份证复印件", NOON),
    )
    missing = MissingItem(
        "文书原件" if chinese else "Power of attorney",
        "来文为复印件，未见院印。" if chinese else "You act for someone else.",
        "寄送加盖院印的原件。" if chinese else "Upload a signed original scan.",
    )
    refused = tuple(
        outcome(field, D.BARRED, language) for field in (F.REAL_NAME, F.PHONE)
    )
    not_held = (outcome(F.EMAIL, D.NOT_HELD, language),)
    return {
        LetterKind.ACKNOWLEDGEMENT: {"papers": papers, "due_dates": (due,)},
        LetterKind.COMPLETION_REQUEST: {"missing": (missing,), "due_dates": (due,)},
        LetterKind.PRODUCTION: {"outcomes": answer},
        LetterKind.REFUSAL: {"outcomes": refused, "cures": cures},
        LetterKind.NOT_HELD: {"outcomes": not_held, "search": (search,)},
        LetterKind.RETURN: {"papers": papers, "cures": cures},
        LetterKind.PRESERVATION_CONFIRMATION: {"due_dates": (due,)},
        LetterKind.PRESERVATION_EXPIRY: {"due_dates": (due,)},
        LetterKind.INCIDENT_NOTICE: {"incident": _incident(chinese)},
        LetterKind.NOTICE_TO_ACCOUNT_HOLDER: {
            "outcomes": answer[:2],
            "due_dates": (due,),
            "asker": "" if state else ("李示例" if chinese else "Jane Example"),
        },
        LetterKind.OBJECTION_DECISION: {"objection": _objection(chinese)},
    }[kind]


def _objection(chinese):
    reason = "该项信息与所主张的权利无关。" if chinese else "It has no bearing on it."
    return ObjectionDecision((F.PHONE,), (F.REAL_NAME,), reason)


def _incident(chinese):
    if chinese:
        return IncidentNotice(
            categories=(F.REAL_NAME, F.PHONE),
            happened="因承办人误选收件人，含有您信息的答复材料被发给他人。",
            harm="他人可能据此与您联系。",
            measures="已关闭下载链接，收件人书面承诺删除。",
            advice="对陌生来电保持警惕；如受骚扰，可以报警。",
            contact="个人信息保护负责人，010-0000 0000。",
        )
    return IncidentNotice(
        categories=(F.REAL_NAME, F.PHONE),
        happened="An answer that names you was addressed to somebody else.",
        harm="That person may call you.",
        measures="We closed the link; the recipient promised in writing to delete it.",
        advice="Mistrust calls of strangers, and tell the police if you are harassed.",
        contact="Privacy officer, privacy@provider.example.",
    )


def parts(kind=ProductionKind.ANSWER, **changes):
    kinds = {
        ProductionKind.ANSWER: LetterKind.PRODUCTION,
        ProductionKind.REFUSAL: LetterKind.REFUSAL,
        ProductionKind.NOT_HELD: LetterKind.NOT_HELD,
        ProductionKind.RETURN: LetterKind.RETURN,
    }
    base = PackageParts(
        production_id=UUID("6b1f7c1e-0000-4000-8000-000000000001"),
        production_number=1,
        kind=kind,
        letter=letter(kinds[kind], addressee=COURT),
        blinding=bytes(range(32)),
        values=VALUES if kind is ProductionKind.ANSWER else (),
    )
    return replace(base, **changes)
