"""Looked up by programs: a million accounts in a database, and a service over HTTP.

Made up from end to end.
"""

from datetime import date
from typing import Final

from disclosure.actions import closing
from disclosure.domain.vocabulary import (
    IdentifierType,
    InstrumentKind,
    Regime,
    RequesterKind,
)
from disclosure.management.demo import roster
from disclosure.management.demo.case import Chapter
from disclosure.management.demo.story import Story
from disclosure.management.demo.wording import (
    SEEN_SHARED,
    F,
    account,
    ask,
    letter,
    week,
)

chapter: Final = Chapter()


@chapter.case(
    "music-name",
    "音乐评论侵害名誉权：用户名先后属于两人，按发表时间查询",
    days_ago=13,
)
def _recycled(story: Story) -> None:
    """Among a million accounts the name means whoever used it on that day."""
    fields = (F.REAL_NAME, F.ID_NUMBER, F.PHONE)
    disclosure_request = story.registered(
        ask(
            Regime.PERSONAL_RIGHTS,
            "music",
            "受理名誉权纠纷一案，需查明评论发布者身份。",
            account("nightboat", *fields),
            stage="first",
            suit_pending=True,
        ),
        kind=RequesterKind.COURT,
        name=roster.COURT,
    )
    story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request, letter(story.past, "（2026）云99民初214号", *fields)
    )
    disclosure_request = story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.opened(story.answered(disclosure_request), "court")
    closing.close(story.again(disclosure_request), actor=story.officer)


@chapter.case(
    "music-address",
    "共享出口地址：来文写明端口和时间，查得唯一账号",
    days_ago=6,
)
def _shared_address(story: Story) -> None:
    """Two accounts stood behind one address in that minute; the port tells them."""
    fields = (F.REAL_NAME, F.IP_ADDRESS)
    disclosure_request = story.registered(
        ask(
            Regime.COPYRIGHT,
            "music",
            "受理录音制作者权纠纷一案，需查明上传者身份。",
            account(
                "203.0.113.77:52002",
                *fields,
                kind=IdentifierType.IP_TIME,
                seen=SEEN_SHARED,
            ),
            stage="first",
            suit_pending=True,
        ),
        kind=RequesterKind.COURT,
        name=roster.COURT,
    )
    story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "（2026）云99民初230号",
            *fields,
            kind=InstrumentKind.COURT_ORDER,
            period=week(date(2026, 11, 2)),
        ),
    )
    disclosure_request = story.decided(disclosure_request)
    story.looked_up(disclosure_request)


@chapter.case("drive-link", "网盘分享链接传播作品：法院调取分享者身份", days_ago=7)
def _storage(story: Story) -> None:
    """Asked over HTTP, field by field; the answer waits for the second person."""
    fields = (F.REAL_NAME, F.PHONE, F.EMAIL)
    disclosure_request = story.registered(
        ask(
            Regime.COPYRIGHT,
            "drive",
            "受理信息网络传播权纠纷一案，需查明分享者身份。",
            account(
                "https://drive.example.com/s/5001", *fields, kind=IdentifierType.URL
            ),
            stage="first",
            suit_pending=True,
        ),
        kind=RequesterKind.COURT,
        name=roster.COURT,
    )
    story.reviewed(disclosure_request)
    story.ordered(
        disclosure_request,
        letter(
            story.past,
            "（2026）云99民初241号",
            *fields,
            kind=InstrumentKind.COURT_ORDER,
        ),
    )
    disclosure_request = story.decided(disclosure_request)
    story.looked_up(disclosure_request)
    story.put_forward(story.prepared(disclosure_request))


CASES: Final = tuple(chapter.cases)
