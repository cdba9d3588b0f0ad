"""What codes are called in letters and packages, in both languages."""

from collections.abc import Mapping
from typing import Final

from disclosure.domain.fields import spec
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    AbsenceReason,
    Disposition,
    HoldingBasis,
    IdentifierType,
    IdentityField,
    Presence,
    ValueSource,
    VerificationStatus,
)
from disclosure.packages.parts import Language, ProducedValue

DISPOSITIONS: Final[Mapping[Disposition, Text]] = {
    Disposition.RELEASED: Text("提供", "released"),
    Disposition.NOT_REQUESTED: Text("未申请", "not requested"),
    Disposition.NOT_ORDERED: Text("文书未载明", "not in the order"),
    Disposition.BARRED: Text("提供条件不具备", "barred"),
    Disposition.NOT_HELD: Text("经查询，未留存该信息", "not held"),
    Disposition.LOST: Text("已灭失", "lost"),
    Disposition.WITHHELD_ON_OBJECTION: Text(
        "异议成立，不予提供", "withheld on objection"
    ),
}

PRESENCES: Final[Mapping[Presence, Text]] = {
    Presence.HELD: Text("有留存", "held"),
    Presence.NOT_HELD: Text("经查询，未留存", "nothing held"),
    Presence.LOST: Text("已灭失", "lost"),
}

BASES: Final[Mapping[HoldingBasis, Text]] = {
    HoldingBasis.CONNECTOR: Text("系统查询", "searched by program"),
    HoldingBasis.BY_HAND: Text("人工查询", "searched by hand"),
    HoldingBasis.CATALOGUE: Text(
        "依据服务信息目录，未作查询", "told by the service's catalogue, not searched"
    ),
}

#: Why nothing is there; the parameters are `rule` and `company`.
ABSENCES: Final[Mapping[AbsenceReason, Text]] = {
    AbsenceReason.NEVER_COLLECTED: Text(
        "该服务不收集此类信息", "the service does not collect it"
    ),
    AbsenceReason.EXPIRED_BY_POLICY: Text(
        "留存期限届满，已依留存规则“{rule}”删除",
        "deleted at the end of its time under the retention rule “{rule}”",
    ),
    AbsenceReason.NONE_IN_PERIOD: Text(
        "所涉期间内无此类记录", "no record falls in the days asked for"
    ),
    AbsenceReason.LOST: Text("曾经留存，现已灭失", "once held, lost since"),
    AbsenceReason.PASSED_ON: Text(
        "已提供给“{company}”，我公司未留存", "given to “{company}” and not kept here"
    ),
}

VERIFICATIONS: Final[Mapping[VerificationStatus, Text]] = {
    VerificationStatus.REAL_NAME_VERIFIED: Text("已实名核验", "real name verified"),
    VerificationStatus.CHANNEL_VERIFIED: Text(
        "已通过短信或邮件验证", "verified by message"
    ),
    VerificationStatus.DOCUMENT_CHECKED: Text("已核对证件材料", "document checked"),
    VerificationStatus.SELF_DECLARED: Text(
        "用户自行填报，未经核实", "self-declared, unverified"
    ),
    VerificationStatus.UNKNOWN: Text("核实情况不明，按未核实处理", "unverified"),
}
_RECORDED: Final = Text("来源记录，无需用户申报", "recorded at the source")

SOURCES: Final[Mapping[ValueSource, Text]] = {
    ValueSource.USER: Text("用户填写", "account holder"),
    ValueSource.ID_CHECK: Text("身份核验", "identity check"),
    ValueSource.SYSTEM: Text("系统记录", "system record"),
    ValueSource.BANK: Text("银行", "bank"),
    ValueSource.REGISTRY: Text("登记机关", "public registry"),
}

IDENTIFIERS: Final[Mapping[IdentifierType, Text]] = {
    IdentifierType.USERNAME: Text("用户名", "user name"),
    IdentifierType.ACCOUNT_ID: Text("账号标识", "account ID"),
    IdentifierType.URL: Text("网址", "URL"),
    IdentifierType.CONTENT_ID: Text("内容编号", "content ID"),
    IdentifierType.SHOP: Text("店铺", "shop"),
    IdentifierType.LIVE_ROOM: Text("直播间", "live room"),
    IdentifierType.DOMAIN: Text("域名", "domain name"),
    IdentifierType.IP_TIME: Text("网络地址（IP）及时间", "IP address and time"),
    IdentifierType.PHONE: Text("手机号码", "telephone number"),
    IdentifierType.EMAIL: Text("电子邮箱", "e-mail address"),
    IdentifierType.NAME_AND_ID_NUMBER: Text("姓名及身份证件号码", "name and ID number"),
    IdentifierType.ID_NUMBER: Text("身份证件号码", "ID number"),
    IdentifierType.USCC: Text("统一社会信用代码", "unified social credit code"),
    IdentifierType.ORDER_NUMBER: Text("订单编号", "order number"),
    IdentifierType.PAYMENT_ACCOUNT: Text("支付账户", "payment account"),
}


def in_language(text: Text, language: Language) -> str:
    """Return the half of a bilingual text."""
    return text.zh if language is Language.ZH else text.en


def field_label(field: IdentityField, language: Language) -> str:
    """Return what the catalogue calls a field."""
    return in_language(spec(field).label, language)


def verification_label(value: ProducedValue, language: Language) -> str:
    """Return how a value was verified; what was never declared says so."""
    if value.verification is VerificationStatus.UNKNOWN and value.is_verified:
        return in_language(_RECORDED, language)
    return in_language(VERIFICATIONS[value.verification], language)
