"""Body temperatures as people write them, in tenths of a degree Celsius; without it a fever would hide in a sentence.

What is not sure is asked back, never guessed: a wrong temperature is worse than a second question.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from chat.reading.numbers import one_way

LOWEST, HIGHEST = 340, 429
"""What a living body can have, in tenths of a degree Celsius; anything else is a slip of the thumb."""
LONGEST_ASKED = 12
"""Letters beside the number of a question about it; in a longer one it may be anything."""
NUMBER = re.compile(
    r"(?<![\d.a-z])\d+(?:\.\d+)*(?P<degree> ?(?:度整?|°c?|c(?![a-z])|摄氏度?|degrees?))?(?P<heat> ?°?f(?![a-z])| ?华氏度?)?"
)
COUNTED = re.compile(
    r" ?(?:岁|块|元|毛|角|分钱|斤|公斤|克|两|kg|g\b|里|公里|千米|米|km|m\b|月|号|日|天|周|点|时|小时|分|秒|人|口|个|户|家|栋|单元"
    r"|楼|层|室|组|排"
    r"|次|趟|盒|瓶|袋|支|片|粒|包|箱|桶|亩|年|%|万|千|百|years?|yuan|days?|hours?|pm\b|am\b|:|/ ?\d)"
)
"""What is counted here is no temperature."""
BEFORE = re.compile(
    r"(?:[¥$第/]|\d ?:|不到|没到|低于|超过|高于|不超|不是|(?:血压|心率|脉搏|血氧|电话|手机|房间?|号码) ?:?"
    r"|no\.? ?|below |under |over |above )\s*$"
)
AFTER = re.compile(r" ?(?:以下|以上)")
LABEL = re.compile(r"体温|温度|发烧|发热|烧到|烧|temperature|temp\b|fever")
OTHERS = re.compile(
    r"他|她|老伴|老头子?|老婆子?|老汉|老太太?|当家的|对象|媳妇|儿子|儿媳|(?<![今昨前明后这那哪会点])儿|闺女|女儿|女婿|女|孙子|孙"
    r"|爸爸?|妈妈?|爹|娘|爷爷?|奶奶?|姥爷|姥姥|孩子?|娃|丈夫|公公|婆婆|哥哥?|姐姐?|弟弟?|妹妹?|嫂子?|家里人|家人"
    r"|\b(?:husband|wife|son|daughter|mom|mum|mother|dad|father|he|she|him|her|his|kid|child|baby|brother|sister"
    r"|grandma|grandpa|grandmother|grandfather|partner)\b"
)
TIMES = {
    "昨天": 0, "昨晚": 0, "yesterday": 0, "last night": 0, "今早": 1, "早上": 1, "早晨": 1, "清早": 1, "上午": 1, "早": 1,
    "morning": 1, "中午": 2, "noon": 2, "下午": 3, "afternoon": 3, "傍晚": 4, "晚上": 4, "今晚": 4, "晚": 4, "evening": 4,
    "tonight": 4, "刚才": 5, "刚刚": 5, "现在": 5, "now": 5,
}  # fmt: skip
"""When in the day, in order."""
AT = re.compile("|".join(sorted(TIMES, key=len, reverse=True)))
BEHIND = re.compile(
    r" ?(?:in the |this |at |last )?"
    r"(morning|afternoon|evening|noon|tonight|yesterday|now|昨晚|今早|早上|早晨|上午|中午|下午|傍晚|晚上|今晚)"
)
"""When it was, said after the number: 36.5 this morning 37.4 tonight."""
AROUND = re.compile(
    r"不好意思|对不起|[打发写看说弄搞]错了?|错了|不对|不是|更正|改成|改一下|应该|重新|那个|这个"
    r"|\b(?:sorry|oops|wrong|mistake|mistyped|typo|correction|meant|mean|should|be|not|no)\b"
    r"|体温|温度|正常|今天|今日|早晨|早上|早饭|上午|中午|下午|傍晚|晚上|今早|今晚|昨天|昨晚|今儿个?|昨儿|夜来|刚才|刚刚|现在|早|晚|左右|大概|差不多|报告|报一下|报|量|测|我|俺|本人"
    r"|水银|电子|额温|耳温|额头|腋下|腋窝|腋温|胳肢窝|体温计|体温表|温度计|表|枪|也"
    r"|自己|的|是|了|过|在|有点|有|到|啊|呀|哦|吧|呢|嘛|哈|度|摄氏|不发烧|没发烧|没烧|不烧|发烧|发热|烧|还|又|一直|都|好|您|你|村长|书记|数"
    r"|\b(?:my|temperature|temp|is|it|its|s|was|the|this|morning|evening|noon|afternoon|today|tonight|yesterday|now|normal|degrees?|about|i|am|are|has|have|a|fever|of|just|took|at|me|celsius|c)\b"
)
"""Words that may stand around a temperature that nobody asked for."""
NO_NUMBER = re.compile(r"烧(?![完光尽])|发热|体温|正常|挺好|没事|温度|fever|temperature|normal|\bfine\b|\bok(?:ay)?\b")
QUESTION = re.compile(
    r"[?？吗]|算|是不是|正常不|怎么办|咋办|咋弄|要不要紧|要紧不|高不高|\b(?:is that|is it|is this|what should|should i)\b"
)
CORRECTED = re.compile(
    r"[打发写看说弄搞]错了?|错了|不对|更正|改成|不是.{0,8}?而?是"
    r"|\b(?:wrong|mistake|mistyped|typo|correction|meant|should be|not .{0,12}? but)\b"
)
"""What is said after this is what counts."""
NEAR = (
    r"邻(?!村)|隔壁(?!村)|对门|对过|街坊|楼[上下]|[前后]院|别家|[那这他她]家|村里有|村?[东西南北]头有|[^俺我咱]家有人"
    r"|老(?![人伴婆公爸妈爹娘爷奶师家乡是毛])[\u4e00-\u9fff](?=家|[也又都正在]*(?:发|高|低|咳|烧))"
    r"|\b(?:neighbou?rs?|next door|across the (?:street|road)|upstairs|downstairs)\b"
)
"""Somebody of another house, who can be found."""
SOMEBODY = re.compile(rf"谁|有人|听说|人家|别人|{NEAR}|\b(?:somebody|someone|people|who)\b")
MYSELF = re.compile(
    r"[我俺](?:自己|今天|现在|昨晚|昨天|这|也|又|就|有点|好像)*(?:发|在|高|低)?[烧热咳]|\bi(?:'m| am| have| feel)\b"
)
IN_GENERAL = re.compile(r"吗|多少度|算|会不会|\b(?:does|will|would|what is)\b")
WHETHER = re.compile(r"[吗?？]|多少度|算|会不会|是不是|有没有|谁|\b(?:does|do|will|would|what is|who|whether)\b")
WHAT_FEVER_IS = re.compile(
    r"(?:多少度?|几度|啥|什么|怎么|怎样|咋)(?:才|就)?(?:样)?(?:算|叫|是|为)(?:是)?(?:发烧|发热|烧|高烧|低烧)"
    r"|(?:发烧|发热|烧)(?:是|算|要|得)?(?:多少度|几度)|(?:多少度|几度)(?:以上|起)?(?:是|算|叫)?(?:不)?正常|正常(?:体温)?(?:是|应该)?(?:多少|几)度"
    r"|what (?:temperature )?(?:is|counts as|do you call) (?:a |as )?(?:normal|fever)|when is it a fever"
    r"|how (?:high|many degrees) is a fever"
)
BETWEEN = re.compile(r"(?<!\d)[,，]|[,，](?!\d)|[。;；!！\n]+(?!\d)|\b(?:and|but)\b|(?<=[度\d]) +(?=[\u4e00-\u9fff])")
OWN = re.compile(r"[我俺]|\b(?:i|my|me)\b")

OVER = re.compile(
    r"(?<![\d.])(3[4-9]|4[0-2])(?:\.\d)?(?:度|°c|℃)?(?:多|出头|好几)(?:1?点儿?)?"
    r"(?!\d| ?(?:块|元|天|口|个|人|斤|岁|里|户|家|年|分|小时))|\b(3[4-9]|4[0-2]) (?:point )?something\b"
)
"""38度多: a fever for sure, or not yet one; how much is asked."""
CLEAR = re.compile(r"(3[4-9]|4[0-2])[.度]([0-9])")
"""36.5, 36度5 and nothing else: what most people write needs no longer look."""


@dataclass(frozen=True)
class Read:
    """A temperature surely read."""

    tenths: int


@dataclass(frozen=True)
class Ask:
    """Asked back: ``which``, ``likely`` (the value, in tenths), ``own`` (a question about a value: is it yours, now?),
    ``out_of_range`` ``no_number`` or ``about`` (at least so much, how much is not said)."""

    reason: str
    likely: int | None = None


@dataclass(frozen=True)
class _Number:
    """A number of the text that may be a temperature."""

    tenths: int
    sure: bool
    """Written with a decimal or as degrees."""
    time: int | None
    labelled: bool
    gap: str = ""
    """What is said before it, since the number before."""
    end: int = 0


def read_when_asked(text: str) -> Read | Ask | None:
    """The answer to "how many degrees": read, asked back, or None when it speaks of something else."""
    if clear := CLEAR.fullmatch(text):
        return Read(int(clear[1] + clear[2]))
    said = _corrected(one_way(text))
    if about := _about(said):
        return about
    numbers = numbers_in(said)
    bare = not beside_numbers(said)
    if not numbers:
        return Ask("no_number") if NO_NUMBER.search(said) and not re.search(r"\d", said) else None
    if len(numbers) == 1 and not (bare or numbers[0].sure or numbers[0].labelled):
        fits = LOWEST <= numbers[0].tenths <= HIGHEST
        return Ask("likely", numbers[0].tenths) if fits and len(beside_numbers(said)) < 4 else None
    return _asked(said, numbers)


def read_unasked(text: str) -> Read | Ask | None:
    """A temperature nobody asked for: only when hardly anything else is said, or it is called one."""
    if clear := CLEAR.fullmatch(text):
        return Read(int(clear[1] + clear[2]))
    said = _corrected(one_way(text))
    if about := _about(said):
        return about
    numbers = numbers_in(said)
    labelled = any(n.labelled for n in numbers)
    if QUESTION.search(said):
        return _asked_about(said, numbers)
    if not numbers or (beside_numbers(said) and not (labelled and len(beside_numbers(said)) < 6)):
        return None
    found = _asked(said, numbers)
    if isinstance(found, Read) and not (labelled or any(n.sure for n in numbers)):
        return Ask("likely", found.tenths)
    if isinstance(found, Ask) and found.reason == "out_of_range":
        near = labelled or (numbers[0].sure and 300 <= numbers[0].tenths <= 700)
        return found if near else None
    return found


def read_in_clause(text: str) -> Read | None:
    """38.5，家里没米了: a temperature that has a clause to itself, where no other number is named and nobody else is spoken of."""
    said = one_way(text)
    if OTHERS.search(said) or SOMEBODY.search(said) or QUESTION.search(said):
        return None
    numbered = [clause for clause in clauses_in(text) if numbers_in(one_way(clause))]
    found = read_unasked(numbered[0]) if len(numbered) == 1 else None
    return found if isinstance(found, Read) else None


def besides(text: str) -> str:
    """What is said in clauses of its own beside a temperature: 家里没米了 in 36.5，家里没米了."""
    clauses = [clause for clause in clauses_in(text) if not re.search(r"\d", one_way(clause))]
    return "，".join(clause for clause in clauses if len(beside_numbers(one_way(clause))) > 1)


def asks_what_fever_is(text: str) -> bool:
    """Whether it asks in general from how many degrees on one has a fever: 多少度算发烧."""
    if re.search(r"\d", text):
        return False  # nearly every message with a figure is a temperature, and this says so quickly
    said = one_way(text)
    return bool(WHAT_FEVER_IS.search(said)) and not numbers_in(said)


def clauses_in(text: str) -> list[str]:
    """Parts between commas and the like; a comma between two figures is a dot."""
    return [part.strip() for part in BETWEEN.split(text) if part.strip()]


def is_of_others(text: str) -> bool:
    """Whether it speaks of somebody of the family."""
    return bool(OTHERS.search(one_way(text)))


def is_of_oneself(text: str) -> bool:
    """Whether it speaks of the writer and of nobody else: 我也发烧了, 我38.2."""
    return bool(OWN.search(said := one_way(text))) and not OTHERS.search(said) and not SOMEBODY.search(said)


def names_a_price(text: str) -> bool:
    """Whether its numbers may be money, weights or sizes."""
    return bool(re.search(r"[卖买价钱块元斤]|号[楼码]|\b(?:yuan|price|cost|kg)\b", one_way(text)))


def highest_in(text: str) -> int:
    """The highest body temperature named in it, whoever has it; 0 when there is none."""
    return max((n.tenths for n in numbers_in(one_way(text)) if n.sure and LOWEST <= n.tenths <= HIGHEST), default=0)


def is_about_somebody(text: str) -> bool:
    """Whether it tells, and does not ask, of somebody who is not of the house: 有人发烧了不说."""
    said = one_way(text)
    return bool(SOMEBODY.search(said)) and not IN_GENERAL.search(said) and not QUESTION.search(said)


def is_of_neighbour(text: str) -> bool:
    """Whether it tells of somebody of another house who can be found, and of nobody of one's own: 隔壁老王发烧了，咋办."""
    said = one_way(text)
    return bool(re.search(NEAR, said)) and not WHETHER.search(said) and not MYSELF.search(said)


def is_hearsay(text: str) -> bool:
    """Whether it speaks of somebody else's health, or asks in general."""
    said = one_way(text)
    if MYSELF.search(said) and not IN_GENERAL.search(said):
        return False
    return bool(SOMEBODY.search(said)) or bool(IN_GENERAL.search(said) and not OWN.search(said))


def _about(said: str) -> Ask | None:
    """38度多, where hardly anything else is said and nobody else is spoken of."""
    mark = OVER.search(said)
    if mark is None or OTHERS.search(said) or SOMEBODY.search(said) or QUESTION.search(said):
        return None
    rest = beside_numbers(said[: mark.start()] + said[mark.end() :])
    return Ask("about", int(mark[1] or mark[2]) * 10) if not rest else None


def _corrected(said: str) -> str:
    """36.5打错了，37.8: what comes after the correction, where that has a number of its own and speaks of nobody else."""
    for mark in reversed(list(CORRECTED.finditer(said))):
        after = said[mark.end() :].lstrip(" :,.;-")
        if not OTHERS.search(said) and numbers_in(after):
            return after
    return said


def _asked_about(said: str, numbers: list[_Number]) -> Ask | None:
    """38.5要紧吗: whoever asks about a temperature may well have it."""
    fits = len(numbers) == 1 and LOWEST <= numbers[0].tenths <= HIGHEST
    if (
        not fits
        or not (numbers[0].sure or numbers[0].labelled)
        or OTHERS.search(said)
        or len(beside_numbers(said)) > LONGEST_ASKED
    ):
        return None
    return Ask("own", numbers[0].tenths)


def _asked(said: str, numbers: list[_Number]) -> Read | Ask:
    split = re.fullmatch(r"\D*(3[4-9]|4[0-2])(?: |[ ]?[-:;'*/_] ?)(\d)\D*", said)
    if split:
        return Ask("likely", int(split[1] + split[2]))
    values = list(dict.fromkeys(n.tenths for n in numbers))
    one = values[0]
    if len(values) > 1:
        times = [n.time for n in numbers if n.time is not None]
        ordered = len(times) == len(numbers) and times == sorted(set(times))
        fit = all(LOWEST <= value <= HIGHEST for value in values)
        return Read(values[-1]) if ordered and fit and not OTHERS.search(said) else Ask("which")
    if LOWEST <= one <= HIGHEST:
        if OTHERS.search(said):
            return Ask("which")
        return Ask("own", one) if QUESTION.search(said) else Read(one)
    likely = _likely(one)
    return Ask("likely", likely) if likely else Ask("out_of_range")


def _likely(tenths: int) -> int | None:
    """What a number that cannot be was probably meant to be: 365 and 3650 without the dot, 98.6 without the F."""
    if tenths % 10 == 0 and LOWEST <= tenths // 10 <= HIGHEST:
        return tenths // 10
    if tenths % 100 == 0 and LOWEST <= tenths // 100 <= HIGHEST:
        return tenths // 100
    if 950 <= tenths <= 1080 and tenths % 10:
        return _tenths(str(Decimal(tenths) / 10), fahrenheit=True)
    return None


def numbers_in(said: str) -> list[_Number]:
    found, last = [], 0
    marks = [mark for mark in NUMBER.finditer(said) if not _is_counted(said, mark)]
    trailing = bool(marks) and bool(BEHIND.match(said[marks[-1].end() :])) and not AT.search(said[: marks[0].start()])
    for at, mark in enumerate(marks):
        figures = re.match(r"[\d.]+", mark[0])
        ahead = said[mark.end() : marks[at + 1].start() if at + 1 < len(marks) else len(said)]
        gap = said[last : mark.start()]
        last = mark.end()
        if figures is None or len(figures[0]) > 6:
            continue
        tenths = _tenths(figures[0], bool(mark["heat"]))
        time = BEHIND.match(ahead) or AT.search(gap) if trailing else AT.search(gap) or BEHIND.match(ahead)
        when = (TIMES[time[0]] if time.re is AT else TIMES[time[1]]) if time else None
        sure = "." in figures[0] or bool(mark["degree"] or mark["heat"])
        found.append(_Number(tenths, sure, when, bool(LABEL.search(gap)), gap, mark.end()))
    return found


def _is_counted(said: str, mark: re.Match[str]) -> bool:
    ahead = said[mark.end() :]
    split = re.match(r"[:/] ?\d(?!\d)", ahead) and re.fullmatch(r"3[4-9]|4[0-2]", mark[0])
    counted = COUNTED.match(ahead) and not mark["degree"] and not split
    behind = said[: mark.start()]
    splits = re.search(r"(?<!\d)(?:3[4-9]|4[0-2]) ?[-:/]\s*$", behind) and len(mark[0]) == 1
    return bool(counted or AFTER.match(ahead) or (BEFORE.search(behind) and not splits))


def _tenths(figures: str, fahrenheit: bool = False) -> int:
    """Half a tenth rounds up. Two dots are no number: 0, which is out of range."""
    if figures.count(".") > 1:
        return 0
    degrees = Decimal(figures.rstrip("."))
    if fahrenheit:
        degrees = (degrees - 32) * 5 / 9
    return int((degrees * 10).quantize(Decimal(1), ROUND_HALF_UP))


def beside_numbers(said: str) -> str:
    """What is said beside the number and the words that go with it."""
    return re.sub(r"[\W_]+", "", AROUND.sub("", OTHERS.sub("", NUMBER.sub("", said))))
