"""不对，是昨天: what is to stand in the place of something said before; without it what was wrong and what is right would be one
answer."""

import re

from chat.reading.numbers import normalise

WRONG = re.compile(
    r"^(?:哎呀?|啊|噢|哦)?[,，。 ]*(?:前面|刚才|上面)?(?:那个)?的?(?:不对|[打写说弄搞发选点按填记]错了?|错了|更正)[了啊呀吧]?"
    r"(?:[,，。.:：、 ]+|(?=是|应该|改))(?:应该)?(?:是|改成|改)?[,， ]*(?P<zh>.+)"
    r"|^(?:sorry|oops|wrong|correction|my mistake|i meant)\b[,.: ]*(?:i meant|it was|it is|it's|that was|should be)?[ :]*(?P<en>.+)",
    re.IGNORECASE,
)


def said_instead(text: str) -> str:
    """What is to stand instead, in a message that begins by calling something wrong; empty when it does not."""
    found = WRONG.match(normalise(text).strip())
    return (found["zh"] or found["en"]).strip() if found else ""
