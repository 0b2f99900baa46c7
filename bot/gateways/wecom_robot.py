"""A WeCom group robot; without it a cadres' group that lives in WeCom (企业微信) would not hear of an alert.

Outward only: such a robot is a webhook, it hears nothing and has no buttons. What it may be sent and what it answers:
https://developer.work.weixin.qq.com/document/path/91770, the codes: …/path/90313.
"""

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import md5
from itertools import chain
from pathlib import Path
from typing import Any
from unicodedata import category

from bot.gateways import Accepted, Call, Receive, Refused, Result, SetAside, TryLater, Unknown
from bot.gateways.posting import Answer, CutOff, NotSent, Poster, clean
from bot.texts import Texts, texts
from chat.incoming import Incoming
from chat.letter import Button, Letter

TEXT = 2048
"""Bytes of UTF-8 in one text."""
PICTURE = 2 * 1024 * 1024
"""Bytes of a picture, before base64."""
MOST_PARTS = 9999
PAUSE = 3.1
"""Seconds between calls to one robot: it may be sent 20 messages a minute, and a network does not keep distances."""
FLOODED, BUSY, NO_ROUTE, ASTRAY = 60.0, 5.0, 5.0, 60.0
"""Seconds to wait: over the limit; the platform is busy; no connection; an answer that is not the platform's."""
LATER = {-1: BUSY, 45009: FLOODED, 45033: BUSY}
"""System busy; over the limit; too many calls at once."""
GONE = (93000, 93004, 93008)
"""No such robot, or it was taken out of the group; it was switched off; it is not in the group."""
TOO_LONG = "exceed max length"
"""In older answers a text that is too long has the code of a robot that is gone."""


class WecomRobotGateway:
    """All robots of a town; which one is the address's key. Its words are in the town's language: a robot cannot be asked."""

    channel = "wecom-robot"
    opens_cards = True
    """The link of a letter opens the duties it shows: nothing can be answered here."""

    def __init__(self, api_base_url: str = "https://qyapi.weixin.qq.com", locale: str = "zh") -> None:
        self._url = f"{api_base_url.rstrip('/')}/cgi-bin/webhook/send"
        self._words = texts(locale)
        self._poster = Poster()

    def parse(self, raw: Mapping[str, Any]) -> Sequence[Incoming]:
        """Nothing: a robot hears nothing."""
        return ()

    def render(self, address: str, letter: Letter) -> Sequence[Call]:
        """The text in parts of at most 2,048 bytes, numbered when there are several, then the picture."""
        parts = numbered(clean("\n".join(lines_of(letter, self._words))), self._words)
        # Who is mentioned is rung once, not with each part.
        calls = [_text(address, part, () if n else letter.mention) for n, part in enumerate(parts)]
        return [*calls, {"address": address, "picture": letter.picture}] if letter.picture else calls

    def edit(self, address: str, message_id: str, letter: Letter) -> Call | None:
        """None: what a robot said stands."""
        return None

    async def listen(self, receive: Receive, set_aside: SetAside) -> None:
        """Wait until cancelled."""
        await asyncio.Event().wait()

    async def deliver(self, call: Call) -> Result:
        """Make one call: a text as it was rendered, or the picture as it lies on the disk now."""
        try:
            body = call["body"] if "body" in call else await asyncio.to_thread(_picture, call["picture"])
        except OSError:
            return Refused("the picture is gone")
        except ValueError as error:
            return Refused(str(error))
        query = {"key": call["address"].partition(":")[2]}
        try:
            answer = await self._poster.post(self._url, json.dumps(body).encode(), query=query)
        except NotSent as error:
            return TryLater(NO_ROUTE, str(error))
        except CutOff as error:
            return Unknown(str(error))
        return result_of(answer)

    def pace(self, address: str) -> tuple[float, int, float]:
        """No pace for all robots together; each by itself."""
        return 0.0, 0, PAUSE

    async def close(self) -> None:
        """Let go of connections."""
        await self._poster.close()


def lines_of(letter: Letter, words: Texts) -> Iterator[str]:
    """The text, then in words what cannot be here: phones and links, what was attached, and where it can be answered."""
    buttons = tuple(chain.from_iterable(letter.buttons))
    if letter.text.strip():
        yield letter.text
    for button in buttons:
        if button.url:
            yield _opened(button, words)
    if letter.attachments:
        yield words.say("channels.attached")
    if labels := [button.label for button in buttons if not button.url]:
        yield words.say("channels.answer_here" if letter.link else "channels.answer_elsewhere", labels=labels,
                        link=letter.link)  # fmt: skip
    elif letter.link:
        yield words.say("channels.open", link=letter.link)


def numbered(text: str, words: Texts) -> list[str]:
    """The text in parts that fit, none when it is blank; each with its number above it when there are several."""
    if not text.strip():
        return []
    if len(text.encode()) <= TEXT:
        return [text]
    room = TEXT - len(_number(MOST_PARTS, MOST_PARTS, words).encode())
    parts = list(split(text, room))
    return [_number(n, len(parts), words) + part for n, part in enumerate(parts, 1)]


def split(text: str, limit: int) -> Iterator[str]:
    """The text in parts of at most ``limit`` bytes, cut after a line, else after a space, else between two characters.
    Joined again they are the text: nothing is dropped at a cut."""
    while len(text.encode()) > limit:
        head = text.encode()[:limit].decode(errors="ignore")
        late = len(head) // 2  # a cut further up would leave a part nearly empty
        cut = head.rfind("\n", late) + 1 or head.rfind(" ", late) + 1 or _between(text, len(head))
        yield text[:cut]
        text = text[cut:]
    yield text


def _between(text: str, end: int) -> int:
    """The last place up to ``end`` where one character ends: an accent or a skin tone stays with what it belongs to."""
    cut = end
    while cut > 1 and _joined(text[cut - 1], text[cut]):
        cut -= 1
    return cut if cut > 1 else end


def _joined(left: str, right: str) -> bool:
    zero_width_joiner = "\u200d"
    toned = "\U0001f3fb" <= right <= "\U0001f3ff"
    return toned or zero_width_joiner in (left, right) or category(right) in ("Mn", "Mc", "Me")


def result_of(answer: Answer) -> Result:
    """What became of a call. The platform always answers 200 with a code in JSON, whatever it thinks of the call."""
    body = answer.json
    code = body.get("errcode")
    if not isinstance(code, int):
        return _astray(answer.status)
    why = f"{code} {_why(body)}".strip()
    if code == 0:
        return Accepted()
    if code in LATER:
        return TryLater(LATER[code], why)
    return Refused(why, gone=code in GONE and TOO_LONG not in why)


def _astray(status: int) -> Result:
    """An answer that is not the platform's: a gateway before it that fails, a proxy, or the page of a hotel's network.
    None of them says anything about the robot, so no letter is thrown away for it."""
    if status == 200:
        return Unknown("an answer that is not JSON")
    if status == 429:
        return TryLater(FLOODED, "429")
    return TryLater(BUSY if status >= 500 else ASTRAY, str(status))


def _why(body: Mapping[str, Any]) -> str:
    """The reason without the hint, our IP address and the advertisement that follow it."""
    return str(body.get("errmsg", "")).partition(", hint")[0][:200]


def _text(address: str, content: str, mention: Sequence[str]) -> Call:
    said: dict[str, Any] = {"content": content}
    if mention:
        said["mentioned_mobile_list"] = list(dict.fromkeys(mention))
    return {"address": address, "body": {"msgtype": "text", "text": said}}


def _picture(path: str) -> dict[str, Any]:
    """A picture's body. Raises OSError when it is gone from the disk, ValueError when it is over 2 MB."""
    content = Path(path).read_bytes()
    if len(content) > PICTURE:
        raise ValueError("the picture is longer than 2 MB")
    # The platform wants MD5 as a checksum; it protects nothing.
    checksum = md5(content, usedforsecurity=False).hexdigest()
    return {"msgtype": "image", "image": {"base64": base64.b64encode(content).decode(), "md5": checksum}}


def _opened(button: Button, words: Texts) -> str:
    if button.url.startswith("tel:"):
        return words.say("channels.phone", label=button.label, number=button.url.removeprefix("tel:"))
    return words.say("channels.link", label=button.label, url=button.url)


def _number(n: int, of: int, words: Texts) -> str:
    return words.say("channels.part", n=n, of=of) + "\n"
