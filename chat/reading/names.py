"""A name and the house written in one go, and a name in a sentence; without it the old well would be part of somebody's name."""

import re

from chat.reading.numbers import normalise

CALLED = re.compile(
    r"(?:[我俺他她]?的?名字[是叫]?|[我俺他她]叫|[我俺]是|名叫|叫|姓名[是:]?) ?(?=[\u4e00-\u9fff])"
    r"|(?:my name is|his name is|her name is|i am|i'm|im|this is|name:?) +(?=\w)",
    re.IGNORECASE,
)
NAME = re.compile(r"([\u4e00-\u9fff]{2,4})")
ADDRESSED = re.compile(
    r"^[老小阿](?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?:哥|姐|叔|婶|嫂|伯|大爷|大娘|支书|书记|主任|会计|老师)$"
)
PLACE = re.compile(r"[东西南北]头|村[东西南北]|街|路|巷|胡同|旁|隔壁|对门|对面|挨着|号|家|院|井|桥|河|楼|门口")
NO_NAME = re.compile(
    r"回来|回家|到家|昨天|前天|从.{2,}[来回]|跟前|就是|那家|告诉|你猜|凭啥|保密|干啥|我想|我要|体温|登记|[?？]|\b(?:came|back|from|yesterday|guess|secret|why)\b"
)
PLACE_IN_ENGLISH = re.compile(
    r"\b(?:by|near|next to|behind|beside|opposite|street|road|lane|house|corner|no\.? ?\d+|north|south|east|west|mill|well|bridge)\b",
    re.IGNORECASE,
)
OWN_SELF = re.compile(r"自己|本人|自个儿?|myself|me", re.IGNORECASE)
OF_A_PLACE = re.compile(r"[\u4e00-\u9fff]{2,6}(?:村|村的|的|人)")


def name_and_house(text: str) -> dict[str, str]:
    """王小兵 村东头老井旁边: both answers; 俺叫王小兵 or 王小兵，姚洼的: the name; empty when it is not surely so."""
    said = normalise(text)
    called = CALLED.match(said)
    said = said[called.end() :] if called else said
    first, _, rest = said.replace(",", " ").replace("。", " ").strip().partition(" ")
    name, house = NAME.fullmatch(first), rest.strip()
    if name and PLACE.search(house) and not PLACE.search(name[1]):
        return {"name": name[1], "house": house}
    if name and OF_A_PLACE.fullmatch(house):
        return {"name": name[1]}
    return {"name": said.rstrip(" ,.。!！")} if called and len(said) <= 30 and not (name and house) else {}


def is_called(name: str, said: str) -> bool:
    """Whether somebody is called so for short: 玉梅, 老申, 申姐, 申会计 is 申玉梅. Of several who are, none is meant."""
    bare = ADDRESSED.sub("", normalise(said).replace(" ", ""))
    return bool(bare) and bare != name and (name[1:] == bare or (len(bare) == 1 and name.startswith(bare)))


def own_name(text: str) -> dict[str, str]:
    """俺叫王小兵, in answer to whose return it is: the writer's own, and the name."""
    said = normalise(text)
    called = re.match(
        r"[我俺](?:叫|是)(?=[\u4e00-\u9fff]{2,4}$)|(?:my name is|i am|i'm) +(?=[a-z])", said, re.IGNORECASE
    )
    found = name_and_house(text).get("name", "") if called else ""
    return {"who": "self", "name": found} if found and not OWN_SELF.fullmatch(found) else {}


def is_no_name(text: str) -> bool:
    """Whether it is a sentence about coming home, or a refusal: 俺儿子昨天到家, 不告诉你."""
    return bool(NO_NAME.search(normalise(text).lower()))


def names_a_place(text: str) -> bool:
    """Whether it speaks of a street, a corner of the village or somebody's house."""
    return bool(PLACE.search(text) or PLACE_IN_ENGLISH.search(text))


def house_after(text: str) -> dict[str, str]:
    """姚洼，村东头老李家: the house that is told with the village."""
    first, _, rest = normalise(text).replace(",", " ").replace("。", " ").partition(" ")
    return {"house": rest.strip()} if PLACE.search(rest) and not PLACE.search(first) else {}
