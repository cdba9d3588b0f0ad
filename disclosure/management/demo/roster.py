"""Who appears in the demo: companies, services, authorities, staff and senders.

Everybody is made up, and every address is on a domain reserved for examples.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from disclosure.domain.types import Text
from disclosure.domain.vocabulary import ProviderRole, RequesterKind, StaffRole

#: The same for every account of the demo; the address is on this machine only.
PASSWORD: Final = "Disclosure-Demo-2026"  # noqa: S105 -- printed at every start
VERIFIED_UNTIL: Final = date(2099, 12, 31)

OURS: Final = "云港网络科技有限公司"
COMMERCE: Final = "云港电子商务有限公司"
BROADBAND: Final = "云港宽带服务有限公司"
OTHERS: Final = "星湾直播科技有限公司"

COURT: Final = "云州市第一中级人民法院"
DISTRICT_COURT: Final = "云州市临江区人民法院"
INTERNET_COURT: Final = "云州互联网法院"
COPYRIGHT_BUREAU: Final = "云州市版权局"
MARKET_REGULATOR: Final = "云州市市场监督管理局"
POLICE: Final = "云州市公安局临江分局"
CYBER_POLICE: Final = "云州市公安局网络安全保卫支队"
TAX: Final = "云州市税务局稽查局"


@dataclass(frozen=True, slots=True)
class Entity:
    """A company; `is_ours` is false for one we have nothing to do with."""

    code: str
    name_zh: str
    name_en: str
    address: str
    is_ours: bool = True
    prefix: str = ""
    prefix_en: str = ""
    phone: str = ""


DEPARTMENT: Final = Text("法务部信息披露组", "Legal Department, Disclosure Desk")
ENTITIES: Final = (
    Entity(
        "cloudport",
        OURS,
        "Cloudport Network Technology Co., Ltd.",
        "云州市临江区云港路1号",
        prefix="云港法函",
        prefix_en="Cloudport Legal",
        phone="0000-00001001",
    ),
    Entity(
        "cloudport-commerce",
        COMMERCE,
        "Cloudport E-Commerce Co., Ltd.",
        "云州市临江区云港路3号",
        prefix="云港商法函",
        prefix_en="Cloudport Commerce Legal",
        phone="0000-00001003",
    ),
    Entity(
        "cloudport-broadband",
        BROADBAND,
        "Cloudport Broadband Services Co., Ltd.",
        "云州市临江区云港路5号",
        prefix="云港宽法函",
        prefix_en="Cloudport Broadband Legal",
        phone="0000-00001005",
    ),
    Entity(
        "starbay",
        OTHERS,
        "Starbay Livestream Technology Co., Ltd.",
        "星湾市滨海大道88号",
        is_ours=False,
    ),
    Entity(
        "oldbanyan",
        "老榕树文化传播有限公司",
        "Old Banyan Culture Co., Ltd.",
        "云州市老榕树巷2号",
        is_ours=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Service:
    """A service and who ran it when; the codes are those of the holdings."""

    code: str
    entity: str
    name_zh: str
    name_en: str
    role: ProviderRole
    starts_on: date
    ends_on: date | None = None


SERVICES: Final = (
    Service(
        "video",
        "cloudport",
        "云港视频",
        "Cloudport Video",
        ProviderRole.HOSTING,
        date(2006, 5, 1),
    ),
    Service(
        "forum",
        "oldbanyan",
        "老榕树论坛",
        "Old Banyan Forum",
        ProviderRole.HOSTING,
        date(2001, 9, 1),
        date(2009, 11, 30),
    ),
    Service(
        "forum",
        "cloudport",
        "云港论坛",
        "Cloudport Forum",
        ProviderRole.HOSTING,
        date(2009, 12, 1),
    ),
    Service(
        "market",
        "cloudport-commerce",
        "云港集市",
        "Cloudport Market",
        ProviderRole.MARKETPLACE,
        date(2012, 11, 11),
    ),
    Service(
        "archive",
        "cloudport",
        "云港相册（已停止上传）",
        "Cloudport Photo Archive (closed to uploads)",
        ProviderRole.HOSTING,
        date(2004, 3, 1),
    ),
    Service(
        "broadband",
        "cloudport-broadband",
        "云港宽带",
        "Cloudport Broadband",
        ProviderRole.ACCESS,
        date(2003, 1, 1),
        date(2016, 12, 31),
    ),
    Service(
        "music",
        "cloudport",
        "云港音乐",
        "Cloudport Music",
        ProviderRole.HOSTING,
        date(2012, 1, 1),
    ),
    Service(
        "drive",
        "cloudport",
        "云港网盘",
        "Cloudport Drive",
        ProviderRole.CLOUD,
        date(2018, 1, 1),
    ),
    Service(
        "live",
        "starbay",
        "星湾直播",
        "Starbay Live",
        ProviderRole.LIVESTREAM,
        date(2020, 6, 18),
    ),
)


@dataclass(frozen=True, slots=True)
class Authority:
    """A court or authority with the published number to call back."""

    kind: RequesterKind
    name: str
    name_en: str
    phone: str


AUTHORITIES: Final = (
    Authority(
        RequesterKind.COURT,
        COURT,
        "Yunzhou No. 1 Intermediate People's Court",
        "0000-12368001",
    ),
    Authority(
        RequesterKind.COURT,
        DISTRICT_COURT,
        "Linjiang District People's Court of Yunzhou",
        "0000-12368002",
    ),
    Authority(
        RequesterKind.COURT, INTERNET_COURT, "Yunzhou Internet Court", "0000-12368003"
    ),
    Authority(
        RequesterKind.COPYRIGHT_AUTHORITY,
        COPYRIGHT_BUREAU,
        "Yunzhou Copyright Bureau",
        "0000-12345004",
    ),
    Authority(
        RequesterKind.MARKET_REGULATOR,
        MARKET_REGULATOR,
        "Yunzhou Administration for Market Regulation",
        "0000-12315005",
    ),
    Authority(
        RequesterKind.POLICE,
        POLICE,
        "Linjiang Branch, Yunzhou Public Security Bureau",
        "0000-00110006",
    ),
    Authority(
        RequesterKind.POLICE,
        CYBER_POLICE,
        "Cyber Security Unit, Yunzhou Public Security Bureau",
        "0000-00110007",
    ),
    Authority(
        RequesterKind.TAX, TAX, "Audit Bureau, Yunzhou Tax Service", "0000-12366008"
    ),
)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in; `note` says what one can see with this account."""

    key: str
    name: str
    note: str
    staff_role: StaffRole | None = None
    kind: RequesterKind | None = None
    organisation: str = ""
    authority: str = ""
    verified: bool = True
    suspended: bool = False
    language: str = "zh-hans"

    @property
    def email(self) -> str:
        """The address to sign in with."""
        domain = "example.com" if self.staff_role else "example.org"
        return f"{self.key.replace('_', '.')}@{domain}"


STAFF: Final = (
    Account("admin", "安可", "staff and roles", StaffRole.ADMINISTRATOR),
    Account("clerk", "文书怡", "registers paper", StaffRole.CLERK),
    Account("officer", "陈审行", "reviews and decides", StaffRole.CASE_OFFICER),
    Account(
        "officer2",
        "Dana Whitfield",
        "reviews and decides, in English",
        StaffRole.CASE_OFFICER,
        language="en",
    ),
    Account("approver", "郭复核", "the second person", StaffRole.APPROVER),
    Account("lead", "林主理", "assigns, approves, suspends", StaffRole.TEAM_LEAD),
    Account("auditor", "严明查", "reads the audit trail", StaffRole.AUDITOR),
)

PORTAL: Final = (
    Account(
        "court",
        "方立案",
        "a court's clerk, receives answers",
        kind=RequesterKind.COURT,
        authority=COURT,
    ),
    Account(
        "internet_court",
        "石在线",
        "another court's clerk",
        kind=RequesterKind.COURT,
        authority=INTERNET_COURT,
    ),
    Account(
        "copyright_bureau",
        "钟执法",
        "an authority, copyright",
        kind=RequesterKind.COPYRIGHT_AUTHORITY,
        authority=COPYRIGHT_BUREAU,
    ),
    Account(
        "regulator",
        "马巡查",
        "an authority, market",
        kind=RequesterKind.MARKET_REGULATOR,
        authority=MARKET_REGULATOR,
    ),
    Account(
        "rights_holder",
        "静水影业有限公司",
        "owns films and a trademark",
        kind=RequesterKind.RIGHTS_HOLDER,
        organisation="静水影业有限公司",
    ),
    Account(
        "brand",
        "Harbour & Finch Ltd.",
        "owns a trademark, writes English",
        kind=RequesterKind.RIGHTS_HOLDER,
        organisation="Harbour & Finch Ltd.",
        language="en",
    ),
    Account(
        "agent",
        "三叶版权代理有限公司",
        "acts for authors",
        kind=RequesterKind.AGENT,
        organisation="三叶版权代理有限公司",
    ),
    Account(
        "injured", "苏晴川", "was insulted online", kind=RequesterKind.INJURED_PERSON
    ),
    Account(
        "lawyer",
        "乔正言律师",
        "acts for injured persons",
        kind=RequesterKind.LAWYER,
        organisation="正言律师事务所",
    ),
    Account(
        "unverified",
        "Morgan Ellery",
        "nobody verified them: files, opens nothing",
        kind=RequesterKind.RIGHTS_HOLDER,
        verified=False,
        language="en",
    ),
    Account(
        "newcomer",
        "米小溪",
        "not verified, has an unfinished draft",
        kind=RequesterKind.INJURED_PERSON,
        verified=False,
    ),
    Account(
        "suspended",
        "快查信息咨询部",
        "suspended after forged papers",
        kind=RequesterKind.AGENT,
        organisation="快查信息咨询部",
        suspended=True,
    ),
)


def account_of(key: str) -> Account:
    """Return somebody by key; raises KeyError for a name nobody has."""
    return {account.key: account for account in (*STAFF, *PORTAL)}[key]
