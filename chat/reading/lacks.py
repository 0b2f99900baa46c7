"""Finds what somebody says has run out, or that it is urgent and nothing else; without it 没酱油了 would be no need, and heart
medicine a remark on yesterday's flour."""

import re

from chat.reading.numbers import normalise

HAN = r"\u3400-\u9fff"
END = r"[了啦喽咯嘞咧]"
MEASURE = r"(?:天|顿|片|粒|袋|斤|瓶|包|块|碗|盒|口)"
NO_GOODS = (
    r"事|啥事|什么|问题|关系|意见|必要|时间|空|发烧|发热|烧|咳|症状|不舒服|异常|反应|感觉|疼|痛|来|去|人|回|到|出|进|看|听|收|"
    r"见|说|写|报|填|睡|好|办|完|想|错|走|动|用|敢|能|法|办法|消息|信儿|动静|影|劲儿|从|跟|和|在|接触|别|其他|救|命|呼吸|脉|心跳|知觉|意识|力气|盼头|活头|多少|几|登记|同行|联系|退"
)
"""没事了, 没发烧了, 没人来了: what begins so is nothing that could be brought."""
WHOSE = re.compile(r"^(?:俺|我|咱|们|家里?|这里|这|那|也|都|还|就|又|快|的|里)+(?=.)")
LACKS = (
    re.compile(rf"没(?:有|得)?((?!有|得|{NO_GOODS})[{HAN}]{{1,6}}?){END}"),
    re.compile(rf"([{HAN}]{{1,8}}?)(?:快|也|都|又)*(?:吃|用|喝|使|抽|花|(?<![发不退高低])烧)(?:完|光|没|尽){END}"),
    re.compile(rf"([{HAN}]{{1,8}}?)(?:快|也|都|又)*(?<![吃用喝使抽花烧])(?:没有|没|完|见底){END}"),
    re.compile(rf"([{HAN}]{{1,8}}?)[，,]?(?:就|只|才|光)(?:剩下?|够)(?:吃|用|喝|烧)?[一二两三四五半几\d]+{MEASURE}"),
    re.compile(rf"(?:就|只|才|光)剩下?[一二两三四五半几\d]+{MEASURE}([{HAN}]{{1,4}}?){END}"),
    re.compile(rf"([{HAN}]{{1,8}}?)(?:也|都)?没几{MEASURE}{END}"),
    re.compile(rf"((?:水管|管子|龙头)(?:也|都)?冻|炉子?(?:也|都)?灭){END}"),
    re.compile(rf"([{HAN}]{{1,6}}?)(?<![吓饿累忙急气渴冻])(?:坏|堵|漏){END}"),
    re.compile(r"没(?:有)?(得吃|的吃|吃的|饭吃|啥吃)"),
    re.compile(r"([停断](?:水|电|气|暖|粮|炊))"),
    re.compile(rf"(?:买|捎|带|送|拿)(?:点|些|袋|盒|瓶|桶)儿?([{HAN}]{{1,4}})"),
    re.compile(r"(?:买|开|拿|换|取|(?<![不需])要(?!吃|喝))([^，。,. ]{0,4}药)"),
    re.compile(rf"(?:还缺|也缺|缺)(?:点|少|些)?((?!席|课|勤|点$)[{HAN}]{{1,6}})"),
    re.compile(r"(?:^|[.,;!] ?|\b(?:are|re|r|am|m|is|s|run|ran|running|nearly|almost|all|get|getting|completely) )out(?:ta| of) "
               r"(?:our |my |the |any )?(?!here|hospital|town|bed|breath|isolation|quarantine|country|china|wuhan|hubei)(\w+)"),
    re.compile(r"\b(?:have ?n ?t|do ?n ?t have) (?:got )?any (?:more )?"
               r"(?!fever|symptoms?|problems?|cough|news|idea|time)(\w+)"),
    re.compile(r"\b(?:no|not any) (?:more )?(?!fever|symptoms?|problems?|cough|news|one)(\w+) (?:left|any ?more)\b"),
    re.compile(r"\b(?:only|just) (?:\w+ ){1,4}of (?:my |our |the )?(?:\w+ )?(?!isolation|quarantine|observation)(\w+) left\b"),
)  # fmt: skip
DONE = ("吃", "饭", "说", "写", "填", "做", "忙", "干", "看", "洗", "睡", "弄", "办", "发烧", "烧", "事")
"""饭吃完了, 事办完了: what is done is no lack."""
WELCOME = re.compile(r"症状|咳嗽?|发?烧|痰|鼻涕|隔离|观察|[还那这里家]|家里|剩下?|日子|时间|人")
"""咳嗽没了, 隔离就剩两天了: what nobody misses."""
FOOD = re.compile(
    r"米|面|粮|菜|饭|吃|馍|馒头|鸡蛋|肉|豆|\b(?:rice|flour|food|eat|bread|noodles|vegetables|eggs|meat)\b"
)
HUNGER = re.compile(
    rf"(?:(?:孩子|娃|小孩|老人|俺|我|咱)(?:们|都|也)?)?饿(?:得慌|坏|死|哭)?{END}?|\b(?:we are|i am|i'm|hungry|starving)\b"
)
FILLERS = re.compile(
    rf"等不[及了起]|家里|我们|俺们|[很太真好挺特别非常有点些一实在急死用呢啊呀吧嘛哦唉请您你俺我咱的这那是要得就也都来送拿{END[1:-1]}]|"
    r"\b(?:very|really|so|it|up|come on|guys|is|it's|its|please|this|that|more|now|quite|a|bit|too|much)\b"
)
"""What says nothing by itself."""


def things(text: str) -> frozenset[str]:
    """What is said to have run out: 米 in 家里没米了; empty when the sentence names none."""
    plain = plain_lack(text).lower().replace("’", "'").replace("'", " ")
    found = {_bare(match[1]) for way in LACKS for match in way.finditer(plain)}
    return frozenset(thing for thing in found if thing and thing not in DONE and not WELCOME.fullmatch(thing))


def plain_lack(text: str) -> str:
    """莫得米, 冇得盐, 米没得了 in the words of the standard language."""
    said = re.sub(r"(?:莫|冇|木|么|没)得(?=[了啦喽])", "没", normalise(text))
    return re.sub(r"[莫冇木]得|冇有|冇(?!得)|木有|没得(?!吃|喝|办法)", "没", said)


def is_about_food(text: str) -> bool:
    """Whether what was asked for is something to eat: who says they are hungry asks for that once more."""
    return bool(FOOD.search(text.lower()))


def is_hungry(text: str) -> bool:
    """Whether hunger is named."""
    return bool(re.search(r"饿|\b(?:hungry|starving)\b", text.lower()))


def says_only(text: str, words: tuple[str, ...]) -> bool:
    """Whether nothing is said but these words, hunger and small words around them: 很急, 急，孩子饿了."""
    left = normalise(text).lower()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word.lower(), " ")
    return not re.search(r"\w", FILLERS.sub(" ", HUNGER.sub(" ", left)))


def says_besides(text: str, words: tuple[str, ...]) -> bool:
    """Whether a clause says these words alone and another says something else: 急，卫生纸. 马上到家了 does not."""
    clauses = [clause for clause in re.split(r"[\s,.;!，。；！、]+", normalise(text).lower()) if clause]
    hasty = [c for c in clauses if any(w.lower() in c for w in words) and says_only(c, words)]
    return bool(hasty) and not says_only(text, words)


def _bare(thing: str) -> str:
    return re.sub(r"(?:快|都|也)$", "", WHOSE.sub("", thing))
