"""A name and the house written in one go; without it the old well would be part of somebody's name."""

import re

from chat.reading.numbers import normalise

NAME = re.compile(r"(?:我叫|我是|他叫|她叫|名叫|叫|姓名[是:]?)?([\u4e00-\u9fff]{2,4})")
PLACE = re.compile(r"[东西南北]头|村[东西南北]|街|路|巷|胡同|旁|隔壁|对门|对面|挨着|号|家|院|井|桥|河|楼|门口")


def name_and_house(text: str) -> dict[str, str]:
    """王小兵 村东头老井旁边: both answers; empty when it is not surely both."""
    first, _, rest = normalise(text).replace(",", " ").replace("。", " ").partition(" ")
    name = NAME.fullmatch(first)
    house = rest.strip()
    return {"name": name[1], "house": house} if name and PLACE.search(house) and not PLACE.search(name[1]) else {}
