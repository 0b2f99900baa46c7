"""What a sentence about coming home surely says; without it a villager who wrote it all in one go would be asked it all again.

Only what is surely said: a tip about somebody else, a question, a plan or a denial says nothing.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from chat.reading.days import read_day
from chat.reading.numbers import normalise
from chat.reading.places import CITIES, HUBEI, HUBEI_ITSELF, PROVINCES, WUHAN

LONGEST = 200
"""Letters of a message; a longer one tells a story, and a story is read by people."""
OLDEST = timedelta(days=60)
"""An arrival longer ago is left to the question about it, which says what is wrong."""
SOMEBODY = re.compile(
    r"谁|有人|邻居|隔壁|对门|对过|[他她]家|他们|她们|人家|别人|听说|某|举报|[老小大]?[赵钱孙李周吴郑王冯陈张刘杨黄]家"
    r"|\b(?:somebody|someone|neighbou?rs?|people|they|he|she|whose|who)\b"
)
UNREPORTED = re.compile(
    r"没报|沒报|不报|没登记|没上报|瞒|漏报|偷偷|(?:not|n[o']?t) (?:been )?(?:report|register)|unreported|hiding"
)
OWN = re.compile(r"[我俺咱]|本人|自己|\b(?:i|my|we|our)\b")
QUESTION = re.compile(
    r"[?？吗么]$|怎么办|咋办|能不能|可不可以|要不要|用不用|需不需要|是不是|会不会|多久|(?<!十)几天(?!了|前)|^(?:do|does|must|should|can|may|is|are|what|when)\b"
)
NOT_YET = re.compile(
    r"明天|明早|后天|下周|过几天|过两天|打算|准备|计划|想(?:从|回)|要(?:从|回)|快要|还没[回到]|如果|要是|假如|万一"
    r"|\b(?:will|going to|plan|want to|tomorrow|next|if|would|shall)\b"
)
DENIED = re.compile(
    r"(?:没|沒|未|不)(?:有|是|曾|敢|能)?(?:去|到|在|从|回|来|经过|路过)|\b(?:not|never|n't|dont|didnt|havent|hasnt)\b|n't\b"
)
CAME = re.compile(
    r"回来|回家|到家|回村|到村|返乡|回老家|回到|来的|到的|回的|过来|赶回|回了|刚回|来家|到了"
    r"|\b(?:came|come|back|returned?|arrived|got|drove|flew|travell?ed)\b"
)
LIVED = re.compile(r"从|在.{2,6}(?:打工|上班|上学|干活|做买卖|住)|\bfrom\b")
WENT = re.compile(r"去[^年]|出发|动身|\b(?:went to|left|set off)\b")

BACK_FROM = re.compile(
    rf"(?:^|是|刚|才|天|晚|午|早|[号日]|[我俺])(?:{'|'.join((*WUHAN, *HUBEI_ITSELF, *HUBEI, *CITIES, *PROVINCES))})"
    r"[市省]?(?:那边)?(?:回|来的|来家|到家)"
)
"""武汉回来的, 昨天黄冈回来: without a word for "from"."""
OTHER_PEOPLE = re.compile(r"有|的人|的(?=[^,，。]*没)")
KIN = (
    r"(?:儿子|闺女|女儿|老伴|媳妇|儿媳|女婿|孙子|孙女|外甥|侄子|侄女|[大小二三]?[哥弟姐妹姑叔舅姨]|[哥弟姐妹]{2}"
    r"|老?[爹娘爸妈]|爸爸|妈妈|对象|老公|老婆|丈夫|妻子|孩子|小子|亲戚|家里人|家人)"
)
HOUSEHOLD = re.compile(
    r"一家[一二两三四五六七八九十\d]+口|[我俺咱]们?(?:全|一)家|[我俺咱]们?家[一二两三四五六七八九十\d]+口|一家子|一家人|全家|[我俺]们家"
    r"|\b(?:our|my|the|whole) (?:whole )?family\b"
)
RELATIVE = re.compile(
    rf"(?:^|[我俺咱]家?的?|家里)[大小二三]?{KIN}(?![家和跟的])"
    r"|\bmy (?:son|daughter|wife|husband|father|mother|brother|sister|uncle|aunt|cousin|dad|mom|mum)\b(?!')"
)
COMPANY = re.compile(rf"[和跟同带](?:着|了|我|俺)*{KIN}|\b(?:with|and) my\b")
SELF = re.compile(rf"(?:^|[^给替帮和跟])(?:我|俺)(?![们家和跟同带与的]|{KIN})|本人|\bi\b|\bi'(?:m|ve)\b")
NAMED = re.compile(
    r"(?:我叫|我的?名字[是叫]?|姓名[:：是]?)([\u4e00-\u9fff]{2,4}?)(?=$|[,，。\s从昨今前])"
    r"|\bmy name is ([A-Z][\w'-]*(?: [A-Z][\w'-]*)?)"
)
TRANSPORT = {
    "train": r"高铁|火车|动车|\b(?:train|rail)\b", "plane": r"飞机|航班|\b(?:plane|flight|flew|air)\b",
    "coach": r"大巴|客车|长途车|汽车站|\b(?:bus|coach)\b", "car": r"开车|自驾|私家车|拼车|顺风车|打车|面包车|\b(?:drove|car|taxi)\b",
}  # fmt: skip
TRAIN = re.compile(r"(?<![a-z\d])([gdcztk]\d{2,4})(?!\d)(?! ?(?:号|栋|幢|单元|室|座|房|路|国道))", re.IGNORECASE)
FLIGHT = re.compile(r"(?<![a-z\d])((?:mu|cz|ca|hu|sc|zh|mf|3u|8l|fm|gs|ho|9c|jd|kn|eu)\d{3,4})(?!\d)", re.IGNORECASE)
NUMBER_ONLY = re.compile(
    r"(?:我|俺|是|坐|乘|的|车次|航班号?|列车|次|高铁|火车|飞机|train|flight|it was|took|the|i|[\s,，。.:：])*",
    re.IGNORECASE,
)
SYMPTOMS = {
    "breath": r"胸闷|气短|short of breath", "fever": r"发烧|发热|\bfever\b", "cough": r"咳嗽|干咳|嗓子疼|\bcough",
    "tired": r"没劲|乏力|浑身疼",
}  # fmt: skip
"""The graver first: of two, that one is told."""
HEALTHY = re.compile(
    r"没有?症状|没有不舒服|没不舒服|身体(?:都|挺|很)?好|不发烧不咳嗽|没有?发烧咳嗽|不发烧也不咳嗽"
    r"|no symptoms|\b(?:feel|feeling) (?:fine|well|good)"
)
DENIES = re.compile(r"(?:不|没|没有|无|no |not |without |any )$")
NEAR = re.compile(r"接触|挨近|身边|旁边|\bnear\b|contact")
ALONE = re.compile(r"一个人[回从坐开]|独自|自己一个|就我一个|\b(?:alone|by myself)\b")
TOGETHER = re.compile(r"[和跟同](?:着)?([\u4e00-\u9fff]{2,4}?)(?:一起|一块|一道)")


def glean_return(text: str, today: date) -> dict[str, object]:
    """Answers of the return form by the names of its questions; empty when the sentence surely says nothing of a return."""
    said = normalise(text).replace("’", "'")
    trip = _trip(said)
    if trip and NUMBER_ONLY.fullmatch(TRAIN.sub("", FLIGHT.sub("", said))):
        return dict(trip)
    if len(said) > LONGEST or _of_somebody(said.lower()):
        return {}
    clauses = [c for c in _clauses(said.lower()) if not (QUESTION.search(c) or NOT_YET.search(c) or DENIED.search(c))]
    came = [clause for clause in clauses if CAME.search(clause)]
    if not came:
        return {}
    kept = ",".join(clauses)
    found: dict[str, object] = {**_who(kept), **_origin(clauses), **_arrival(came, clauses, today), **_transport(kept)}
    if trip and all(word.lower() in kept for word in (str(trip["trip_number"]),)):
        found |= {**trip, **{key: found[key] for key in ("transport",) if key in found}}
    found |= _name(said, found)
    return {**found, **_company(kept), **_health(kept)}


def origin_named(text: str) -> dict[str, object]:
    """Where from, in answer to that question: 上海, 湖北黄冈, 不是武汉，是黄冈; empty when no place of the tables is named."""
    said = re.sub(r"(?:不是|不从|没[去到在])[^,，。;；是]*|\bnot (?:from )?\w+", " ", normalise(text).lower())
    found = _placed(said)
    if not found and (alone := re.fullmatch(r"(?:从|是|在)?([\u4e00-\u9fff]{2,5}[市县])(?:回来)?的?", said.strip())):
        return {"came_from": "elsewhere", "city": alone[1]}
    return found


def plans_return(text: str) -> bool:
    """Whether somebody tells of a return that is still to come: 明天从武汉回来."""
    said = normalise(text).lower()
    return bool(NOT_YET.search(said) and CAME.search(said) and _placed(said)) and not _of_somebody(said)


def only_origin(text: str) -> bool:
    """Whether nothing but a town or province far away is named: no house is called 武汉."""
    left = normalise(text).lower()
    for name in sorted((*WUHAN, *HUBEI, *HUBEI_ITSELF, *CITIES, *PROVINCES), key=len, reverse=True):
        left = left.replace(name, " ")
    return left != normalise(text).lower() and not re.sub(
        r"[从是在自省市的 ,，。.]|回来|来的|那边|\b(?:from|in|city)\b", "", left
    )


def tells_return(text: str) -> bool:
    """Whether it says that somebody came from a place far away: 前儿从广东回来的 is nobody's house."""
    said = normalise(text).lower()
    return bool(CAME.search(said)) and bool(_placed(said))


def ride_named(text: str) -> dict[str, object]:
    """How somebody came, said beside something else: 昨天坐飞机."""
    said = normalise(text).lower()
    return (
        {}
        if DENIED.search(said) or re.search(r"不是|不坐|没坐", said)
        else {**_transport(said), **_trip(normalise(text))}
    )


def _placed(said: str) -> dict[str, object]:
    """The gravest place named, and the city where it is known."""
    if _first(said, dict.fromkeys(WUHAN, "")):
        return {"came_from": "wuhan"}
    city = _first(said, HUBEI)
    if city or _first(said, dict.fromkeys(HUBEI_ITSELF, "")):
        return {"came_from": "hubei", "city": city} if city else {"came_from": "hubei"}
    city = _first(said, CITIES) or _unlisted(said)
    if city or _first(said, dict.fromkeys(PROVINCES, "")):
        return {"came_from": "elsewhere", "city": city} if city else {"came_from": "elsewhere"}
    return {}


def _of_somebody(said: str) -> bool:
    """A tip: about others, or about what was not reported."""
    return bool(SOMEBODY.search(said)) or bool(UNREPORTED.search(said) and not OWN.search(said))


def _clauses(said: str) -> list[str]:
    """Split at punctuation; the question mark stays with its clause."""
    parts = re.findall(r"[^,，。;；!！?？\n.]+[?？]?", said)
    return [part.strip() for part in parts if part.strip()]


def _who(said: str) -> dict[str, object]:
    if HOUSEHOLD.search(said):
        return {"who": "household"}
    company = COMPANY.search(said)
    relative, self_ = RELATIVE.search(said), SELF.search(said)
    if relative and not company and not (self_ and self_.start() < relative.start()):
        return {"who": "relative"}
    return {"who": "self"} if self_ and not company and not relative else {}


def _origin(clauses: list[str]) -> dict[str, object]:
    """Where from. Of several places the gravest: what is asked after that, and the summary, can correct it."""
    near = [clause for clause in clauses if CAME.search(clause) or LIVED.search(clause)]
    said = " ".join(re.sub(r"(?:回到?了?|到了?|去)(?=[\u4e00-\u9fff]{2})(?!家|村)", r"\g<0>|", c) for c in near)
    if not re.search(r"从|打|在|自|\bfrom\b|\bin\b", said) and not (
        BACK_FROM.search(said) and not OTHER_PEOPLE.search(said)
    ):
        return {}
    return _placed(re.sub(r"\|[\u4e00-\u9fff]{2,3}", " ", said))


def _first(said: str, names: Mapping[str, str]) -> str:
    """The first place named, as it was named; the English name must stand alone."""
    found = []
    for name, english in names.items():
        shown = (name, english)
        for way in (way for way in shown if way):
            edge = r"\b" if way.isascii() else ""
            at = re.search(f"{edge}{re.escape(way.lower())}{edge}", said)
            found += [(at.start(), way)] if at else []
    return min(found)[1] if found else ""


def _unlisted(said: str) -> str:
    """从沂水县: a county or city of no table."""
    found = re.search(r"从([\u4e00-\u9fff]{2,4}?[市县])(?![里城])", said)
    own = ("咱", "我", "俺", "隔壁", "外", "本", "全", "这", "那", "邻")
    return found[1] if found and not found[1].startswith(own) else ""


def _arrival(came: list[str], clauses: list[str], today: date) -> dict[str, object]:
    home = [c for c in came if re.search(r"到家|到村|到的|\barrived\b|got home", c)]
    others = [c for c in clauses if not WENT.search(c)]
    for group in (home, came, others):
        days = {day for clause in group if (day := read_day(TRAIN.sub("", clause), today))}
        if days:
            day = days.pop()
            return {"arrived": day.isoformat()} if not days and today - OLDEST <= day <= today else {}
    return {}


def _transport(said: str) -> dict[str, object]:
    found = [key for key, words in TRANSPORT.items() if re.search(words, said)]
    return {"transport": found[0]} if len(found) == 1 else {}


def _trip(said: str) -> dict[str, object]:
    for pattern, transport in ((TRAIN, "train"), (FLIGHT, "plane")):
        numbers = {number.upper() for number in pattern.findall(said)}
        if len(numbers) == 1:
            return {"transport": transport, "trip_number": numbers.pop()}
    return {}


def _name(said: str, found: Mapping[str, object]) -> dict[str, object]:
    """The writer's own name, which is asked for only when the writer is who came home."""
    name = NAMED.search(said)
    return {"name": name[1] or name[2]} if name and found.get("who") == "self" else {}


def _company(said: str) -> dict[str, object]:
    if ALONE.search(said):
        return {"companions": []}
    names = TOGETHER.findall(said)
    return {"companions": names} if names and not HOUSEHOLD.search(said) else {}


def _health(said: str) -> dict[str, object]:
    if NEAR.search(said):
        return {}
    for key, words in SYMPTOMS.items():
        if any(not DENIES.search(said[: at.start()]) for at in re.finditer(words, said)):
            return {"symptoms": key}
    return {"symptoms": "none"} if HEALTHY.search(said) else {}
