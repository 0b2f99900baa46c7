"""Everything the handlers, the forms, the cards and the clock can say, by calling the real ones over tables of what there is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from bot.routes import Act
from bot.texts import LOCALES, texts
from bot.wiring import ROUTES
from chat.form import Setting
from chat.incoming import Attachment, Said, Sheet
from chat.letter import Outcome, Say
from handlers import return_fever
from handlers.board import on_board
from handlers.need import MoreReport, NeedReport
from handlers.return_form import ReturneeReport
from handlers.rota.sheet import RotaReport
from handlers.temperature import FeltReport, TemperatureReport
from handlers.tip import TipReport
from handlers.town_report import on_report
from handlers.whereabouts import WhereReport
from rules.context import Context
from rules.ladders import LADDERS
from rules.roster import Shift
from rules.seeing import in_hand
from tests.templates.spoken import Spoken, of_outcome
from tests.templates.village import (
    CONTEXTS,
    LI,
    NIGHT,
    NOW,
    PHONE,
    TOWN,
    WATCH,
    FakeReads,
    card_of,
    open_of,
    states_of,
)
from tests.templates.walk_alerts import from_cards, from_clock, from_front
from tests.templates.walk_forms import SETTING_PLACES, from_forms

LONG = SimpleNamespace(until=NOW + timedelta(days=30), village="yaowa")
ARGUMENTS = {
    "start": ("yaowa", "nowhere"), "bind": ("AAAA2222", "BBBB3333"), "hand": ("3 王秀英", "3 谁"),
    "errand": ("3 王婶", "3 谁", "3 王秀英"),
    "onway": ("40 分钟",), "wait": ("3 明天上午 药店没货",), "merge": ("3 5", "5 3"), "rate": ("3 poor", "3 good"), "todo": ("2",),
    "order": ("nowhere", "姚洼 明早8点前 核实3户", "姚洼、东坡 打扫", "西沟 打扫"),
    "ack": ("3,5", "3 5"), "breach": ("李大山", "李大山 出门了", "姚洼 村东头有人打牌", "有人"),
}  # fmt: skip
"""What may follow the name of an act, besides nothing, a number (3), a number and words, and one that is none (99)."""
SPOKEN = {
    "zh": (
        "家里没米了",
        "36.5",
        "38.2",
        "体温365",
        "36.5 37.2",
        "我昨天从武汉坐高铁回来",
        "有人摆酒席",
        "嗯",
        "没有",
        "急",
        "很急",
        "你好",
        "不满意",
        "谢谢",
        "咋还不来",
        "发烧了",
        "38.5要紧吗",
        "多少度算发烧",
        "没空",
        "隔壁老王发烧了不说",
        "听说有人发烧了",
        "打错了 是面",
        "明天从武汉回来",
        "心脏的那种",
        "俺儿子发烧了",
        "老伴37.5 我36.5",
        "我36.5 老伴36.8",
        "36.5 38.2",
        "38度多",
        "37度多",
    ),
    "en": ("urgent", "36.5", "38.2", "36.5 37.2", "no", "thanks", "we have no rice"),
}
"""What is said without being asked, to who reads this language."""


def everything() -> Iterator[Spoken]:
    """All of it, each once to each chat."""
    said = (spoken for context, outcome in outcomes() for spoken in of_outcome(context.chat, outcome))
    yield from {(spoken.to, id(spoken.letters)): spoken for spoken in said}.values()
    yield from from_forms()
    yield from from_cards()
    yield from from_clock()
    yield from from_front()


def outcomes() -> Iterator[tuple[Context, Outcome]]:
    """What the handlers decide."""
    for reads in _registers():
        for context in CONTEXTS.values():
            for act in ROUTES.acts:
                if _kept_from(act, context, reads):
                    continue
                more = ("3", "3 已送到", "99", *ARGUMENTS.get(act.name, ())) if act.argument != "none" else ()
                for argument in ("", *more):
                    for now in (NOW, NIGHT) if act.name in ("done", "yes") else (NOW,):
                        yield context, act.run(argument, context, reads, now)
            yield from _unasked(context, reads)
    night = Setting(texts("zh"), NIGHT, SETTING_PLACES)
    for duty in states_of(open_of("need")):
        for listener in ROUTES.listeners:
            if heard := listener.hear(Said("明早"), LI, FakeReads((duty,)), NIGHT, night):
                yield LI, heard
    yield from _reports()
    yield from _rotas()
    yield from _fevers_in_returns()


def _kept_from(act: Act, context: Context, reads: FakeReads) -> bool:
    in_hands = act.in_hand and (
        "volunteer" in context.roles or any(in_hand(duty, context.sender) for duty in reads.duties)
    )
    may = (act.who == "anyone" and not act.in_hand) or context.staff or in_hands
    return not may or (context.among_villagers and not act.aloud)


def _registers() -> Iterator[FakeReads]:
    other = open_of("need", "5")
    shift = Shift("cadres", "yaowa", "web:zhang", NOW, NOW + timedelta(hours=9))
    seats = tuple(
        (replace(shift, target="command_post", scope="", post=seat), "郑镇长")
        for seat in ("duty_leader", "duty_officer")
    )
    yield FakeReads(shifts=((shift, "张建国"), (replace(shift, target="line_leader", scope="monitoring"), ""), *seats))
    part = replace(shift, person="web:wang", until=NOW + timedelta(hours=2))
    yield FakeReads(shifts=((shift, "张建国"), (part, "王秀英"), *seats))
    offices = (
        ("area_head", "north", "web:area"),
        ("line_leader", "monitoring", "web:monitoring"),
        ("cadres", "xigou", "web:zhang"),
    )
    yield FakeReads(shifts=tuple((Shift(t, s, p, NOW, NOW + timedelta(hours=9)), "") for t, s, p in offices))
    yield FakeReads(locked=True, watch=WATCH, last=(NOW, 365))
    for kind in ("need", "fever", "tip", "urgent"):
        for duty in states_of(open_of(kind)):
            yield FakeReads((duty,), watch=WATCH)
            if kind == "urgent":
                reporter = {**duty.card, "reporter": "web:zhang", "said_at": (NOW - timedelta(minutes=30)).isoformat()}
                yield FakeReads((replace(duty, card=reporter),), answered=duty)
            if kind == "need":
                yield FakeReads((duty, other), answered=duty, last=(NOW, 382))
    yield FakeReads(tuple(open_of("need", str(n)) for n in range(1, 20)), watch=WATCH)
    yield from _hands()


def _hands() -> Iterator[FakeReads]:
    """Things that are asked about together, told again and again, run by a neighbour, put together, or done without a word."""
    by_wang = replace(open_of("need"), state="claimed", holder="web:wang", holder_name="王秀英", touched_at=NOW)
    reported = replace(by_wang, state="reported", reported_at=NOW, ask_at=NOW + timedelta(minutes=30), asked_times=1)
    other, flour = open_of("need", "5"), replace(open_of("need", "5"), card={**card_of("need"), "text": "没面了"})
    yield FakeReads((reported, replace(reported, ref="5")))
    yield FakeReads((by_wang, flour))
    yield FakeReads((by_wang, replace(flour, state="claimed", holder="web:zhang", holder_name="张建国")))
    yield FakeReads((replace(by_wang, subject="web:other", responsible=""), other))
    yield FakeReads((replace(by_wang, responsible=""), other))
    told = tuple(rung.key for rung in LADDERS["need"])
    for duty in (open_of("need"), by_wang):
        yield FakeReads((replace(duty, told=told, repeat_at=NOW),))
    ran = replace(by_wang, card={**by_wang.card, "runner": "web:aunt", "errand": "王婶"})
    yield FakeReads((ran,))
    yield FakeReads((ran,), answered=ran)
    yield FakeReads((replace(ran, state="reported"),))
    yield FakeReads((replace(by_wang, holder="web:zhang", card=ran.card), replace(ran, ref="5", holder="web:zhang")))
    order = replace(open_of("order"), state="claimed", holder="web:zhang", holder_name="张建国", touched_at=NOW)
    yield FakeReads((order,))
    yield FakeReads((replace(order, state="closed", reported_at=NOW),))
    yield FakeReads((replace(by_wang, state="closed", confirmed=True),))
    outside = open_of("breach")
    longer = {**outside.card, "said_at": (NOW - timedelta(minutes=30)).isoformat()}
    yield FakeReads((outside, replace(by_wang, ref="7")))
    yield FakeReads((replace(outside, card=longer, holder="web:wang", holder_name="王秀英", state="claimed"),))
    next_door = {"text": "隔壁老王发烧了", "neighbour": True, "by": "李*", "reporter": LI.sender}
    for holder in ("", "张建国"):
        yield FakeReads((replace(open_of("fever"), subject="", card=next_door, holder_name=holder),))
    half = open_of("return")
    own = {"relative": False}
    for more, watch in (({"unfinished": True}, None), ({"watch": "off"}, None), (own, None), (own, WATCH), (own, LONG)):
        yield FakeReads((replace(half, card={**half.card, **more}),), watch=watch)


def _unasked(context: Context, reads: FakeReads) -> Iterator[tuple[Context, Outcome]]:
    for locale, spoken in SPOKEN.items():
        setting, asked = Setting(texts(locale), NOW, SETTING_PLACES), replace(reads, locale=locale)
        for said in (*map(Said, spoken), Said(attachment=Attachment("photo", "r"))):
            for listener in ROUTES.listeners:
                heard = listener.hear(said, context, asked, NOW, setting)
                if heard is not None:
                    yield context, heard
    # What sort of danger it is names its words only, unless there is such a case already.
    sorts = tuple(texts("zh").options("danger.signs"))
    for sort in sorts if not reads.duties or reads.duties[0].kind == "urgent" else sorts[:1]:
        for of, said in (("", Said("我老伴")), ("3", Said("东坡", attachment=Attachment("photo", "r")))):
            yield context, ROUTES.on_danger(sort, of, said, context, reads, NOW)
    if context.among_villagers:
        return
    yield context, ROUTES.on_voice(Said(attachment=Attachment("voice", "r")), context, reads, NOW)
    for said in (Said("在路上"), Said(attachment=Attachment("photo", "r"))):
        replied = ROUTES.on_reply(said, context, reads, NOW)
        if replied is not None:
            yield context, replied
    corrected = ROUTES.on_edited(Said(f"{open_of('need').card['text']}还缺降压药"), context, reads, NOW)
    if corrected is not None:
        yield context, corrected


def _reports() -> Iterator[tuple[Context, Outcome]]:
    # The clock's own words of the reports are Tells of bot/slots.py, which tests/bot/test_reporting.py has sent for real.
    villages = ("姚洼", "石门")
    for block in ("report.villages_without", "report.zero_call"):
        yield LI, Outcome(says=(Say(block, {"villages": villages, "time": "21:00"}),))
    nowhere = replace(LI, roles=frozenset({"cadre"}), village="", place="private")
    yield nowhere, on_report("", nowhere, FakeReads(), NOW)
    no_pages = replace(CONTEXTS["head"], town=replace(TOWN, public_url=""))
    yield no_pages, on_board("", no_pages, FakeReads(), NOW)
    for name, report, reads in _finished():
        for context in (LI, replace(LI, watched=False, cadre="", name=""), CONTEXTS["stranger"]):
            for now in (NOW, NIGHT):
                yield context, ROUTES.conversations[name].on_finished(report, context, reads, now)
    for name, conversation in ROUTES.conversations.items():
        if conversation.unasked:
            for context in (LI, CONTEXTS["stranger"]):
                yield context, conversation.unasked({"sign": "fever"}, context, FakeReads(), NOW) or Outcome()
        if conversation.on_handed_over:
            known: dict[str, Any] = {"ref": "3.vpu", "urgency": "now"} if name == "need_more" else {"name": "王五"}
            for answers in ({"ref": "3"} if name == "need_more" else {}, known):
                reads = FakeReads((open_of("need"),))
                for context in (LI, CONTEXTS["stranger"]):
                    unread = {**answers, "unread": ["不烧", "好着呢"]}
                    yield context, conversation.on_handed_over(answers, context, reads, NOW)
                    yield context, conversation.on_handed_over(unread, context, replace(reads, watch=WATCH), NOW)
                    if conversation.on_cancelled:
                        yield context, conversation.on_cancelled(answers, context, reads, NOW)


def known_return(report: ReturneeReport, duty: str) -> dict[str, Any]:
    """How the register tells of a return."""
    return {**vars(report), "id": "r1", "duty": duty, "reporter": "web:li"}


def _fevers_in_returns() -> Iterator[tuple[Context, Outcome]]:
    """A fever or a cry for help told while a return is filled in, told once more, taken back, with a number, and cancelled."""
    told: dict[str, Any] = {"name": "王五", "village": "yaowa"}
    own, theirs = (
        replace(open_of("fever"), card={**card_of("fever"), "relative": x, "of_return": True}) for x in (False, True)
    )
    setting = Setting(texts("zh"), NOW, SETTING_PLACES)
    for context in (LI, CONTEXTS["stranger"]):
        for who, standing in (("self", own), ("relative", theirs)):
            for sign in return_fever.RINGS:
                answers = {**told, "who": who, "symptoms": sign}
                for duties in ((), (standing,), (replace(standing, village=""),), (open_of("urgent"),)):
                    reads = FakeReads(duties)
                    for found in (
                        return_fever.meanwhile({}, answers, context, reads, NOW),
                        return_fever.meanwhile(answers, {**answers, "symptoms": "none"}, context, reads, NOW),
                        return_fever.hear_of_relative(Said("38.5"), answers, context, reads, NOW, setting),
                        return_fever.hear_of_relative(Said("36.5"), answers, context, reads, NOW, setting),
                        return_fever.on_cancelled(answers, context, reads, NOW),
                    ):
                        if found is not None:
                            yield context, found


SHEETS = (
    (("白班", "村干部", "姚洼", "张建国"), ("夜班", "村主任", "东坡", "王秀英"), ("全天", "管理区", "北片", "web:area"),
     ("夜班", "值班领导", "指挥部", "web:post"), ("夜班", "值班员", "", "张建国"), ("白班", "", "监护线", "web:monitoring"),
     ("白班", "副职", "监护线", "web:monitoring2")),
    (*(("夜班", "村干部", "姚洼", name) for name in ("张建国、王秀英", "王婶", "谁", "")),
     ("中班", "村干部", "姚洼", "王秀英"), ("夜班", "炊事员", "", "王秀英"), ("夜班", "村干部", "", "王秀英"),
     ("夜班", "村干部", "李庄", "王秀英"), ("夜班", "村干部", "姚洼", "张建国 00000009999")),
    tuple(("夜班", "村干部", "姚洼", f"谁{n}") for n in range(20)),
)  # fmt: skip
"""Rows of rosters: good ones of every office, some that are wrong, and too many wrong ones."""


def _rotas() -> Iterator[tuple[Context, Outcome]]:
    """Sheets from who may send them and who may not; kept, not kept, and told."""
    heads = (("日期", "班次", "岗位", "单位", "姓名"),)
    cells = {"columns": "rota.columns", "posts": "rota.posts", "spans": "rota.spans", "lines": "rota.lines"}
    setting = Setting(texts("zh"), NOW, {name: texts("zh").options(block) for name, block in cells.items()})
    days = ("2月11日", "2月9日", "哪天", "2025-01-01", "")
    tables = [heads + tuple((day, *row) for row in rows) for rows in SHEETS for day in days]
    tables += [((*heads[0], "电话"), ("2月11日", "夜班", "村干部", "姚洼", "", "1")), (("一", "二"),), heads]
    sheets = [Sheet("x.csv", (table,)) for table in tables]
    sheets += [Sheet("x.csv", trouble=why) for why in
               ("too_large", "too_many", "no_sheet", "broken", "locked", "out_of_reach", "something new")]  # fmt: skip
    post = replace(CONTEXTS["administrator"], roles=frozenset({"duty_leader"}))
    zhang = Shift("cadres", "yaowa", "web:wang", NOW, NOW + timedelta(days=2))
    for context in (post, CONTEXTS["head"], CONTEXTS["leader"], CONTEXTS["cadre in private"]):
        for reads in (FakeReads(), FakeReads(shifts=((zhang, ""),)), FakeReads(locked=True)):
            for sheet in sheets:
                outcome = ROUTES.on_sheet(sheet, context, reads, NOW, setting)
                yield context, outcome
                for report in _answered(outcome):
                    yield context, ROUTES.conversations["rota"].on_finished(report, context, reads, NOW)
                    yield LI, ROUTES.conversations["rota"].on_finished(report, LI, reads, NOW)
    yield post, ROUTES.conversations["rota"].on_finished(RotaReport(_many(), "import"), post, FakeReads(), NOW)
    kept = tuple(
        (Shift(s.target, s.scope, s.person, s.since, s.until, s.post), "") for s in _shifts(sheets[0], post, setting)
    )
    yield post, ROUTES.on_sheet(sheets[0], post, FakeReads(shifts=kept), NOW, setting)
    yield post, ROUTES.conversations["rota"].on_finished(RotaReport(None, "import"), post, FakeReads(), NOW)


def _answered(outcome: Outcome) -> Iterator[RotaReport]:
    if outcome.then:
        yield from (RotaReport(outcome.then[1]["shifts"], sure) for sure in ("import", "drop"))


def _shifts(sheet: Sheet, context: Context, setting: Setting) -> list[Shift]:
    then = ROUTES.on_sheet(sheet, context, FakeReads(), NOW, setting).then
    assert then
    times = ("since", "until")
    return [Shift(**{**raw, **{x: datetime.fromisoformat(raw[x]) for x in times}}) for raw in then[1]["shifts"]]


def _many() -> list[dict[str, Any]]:
    days = (NOW + timedelta(days=n) for n in range(12))
    return [{"target": "cadres", "scope": "yaowa", "person": "web:zhang", "since": day.isoformat(), "post": "",
             "until": (day + timedelta(hours=9)).isoformat()} for day in days]  # fmt: skip


def _finished() -> Iterator[tuple[str, Any, FakeReads]]:
    returned = ReturneeReport("self", "李大山", "yaowa", "老李家", "wuhan", None, "2020-02-09", "train", "G1", [], "none", PHONE,
                              "no")  # fmt: skip
    for origin in ("wuhan", "hubei", "elsewhere"):
        for who, arrived in (("self", "2020-02-09"), ("relative", "2020-01-01")):
            yield "returnee", replace(returned, came_from=origin, who=who, arrived=arrived), FakeReads()
    for duty in ("3", "99"):
        yield "returnee", returned, FakeReads((open_of("return"),), known_return=known_return(returned, duty))
    # Another day, of whoever writes and of a relative: the days at home are counted from it, or over already.
    for who, arrived in (("self", "2020-02-08"), ("relative", "2020-02-08"), ("self", "2020-01-02")):
        day = replace(returned, who=who, arrived=arrived)
        yield "returnee", day, FakeReads((open_of("return"),), known_return=known_return(day, "3"))
    for who in ("self", "relative"):
        for origin in ("wuhan", "elsewhere"):
            yield "returnee", replace(returned, who=who, came_from=origin, symptoms="fever"), FakeReads()
    for value in (365, 382):
        yield "temperature", TemperatureReport(value), FakeReads()
        yield "temperature", TemperatureReport(value), FakeReads((open_of("fever"), open_of("missed", "4")))
        on_it = replace(open_of("missed", "4"), state="claimed", holder="web:zhang", holder_name="张建国")
        yield "temperature", TemperatureReport(value), FakeReads((on_it,))
    for sign in ("fever", "cough"):
        yield "felt", FeltReport("我咳嗽", sign, 365), FakeReads()
    for text in ("谢谢", "家里没米了", "胰岛素快没了", "要个本子", "thanks"):
        yield from (("need", NeedReport(text), FakeReads(locale=locale)) for locale in LOCALES)
        yield "need", NeedReport(text), FakeReads((replace(open_of("need"), card={"text": text}),))
    for tonight in (None, "now", "morning"):
        for duty in states_of(open_of("need")):
            yield "need_more", MoreReport("3.npu", tonight, None, "村东头", "now"), FakeReads((duty,))
    for about in ("villager", "cadre", "higher", "unsure"):
        yield (
            "tip",
            TipReport(
                "W3XY",
                "2020-02-10T09:30:00+08:00",
                "摆酒席",
                "gathering",
                "yaowa",
                "东头",
                "now",
                about,
                {"none": True},
            ),
            FakeReads(),
        )
    for duty in (open_of("urgent"), replace(open_of("urgent"), village="", card={"sort": "fire", "text": "着火了"})):
        yield from (("whereabouts", WhereReport(*answer), FakeReads((duty,), locked=locked)) for locked in (True, False)
                    for answer in WHERE)  # fmt: skip
    yield "home", ROUTES.conversations["home"].form.report({"village": "yaowa"}), FakeReads()


WHERE: tuple[tuple[str, str | dict[str, float] | None, str | None, str | None], ...] = (
    ("3.wf", "姚洼东头", None, None), ("3.wf", "东头", None, None), ("3.wf", {"lat": 34.1, "lon": 113.2}, None, None),
    ("3.vf", None, "yaowa", None), ("3.f", None, None, PHONE), ("3.f", None, None, None), ("99.f", None, None, PHONE),
)  # fmt: skip
