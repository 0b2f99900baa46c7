"""A town's own webhooks; without them no SMS, telephone or loudspeaker gateway could be put behind an alert."""

import asyncio
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from typing import Any

from bot.gateways import Accepted, Call, Receive, Refused, Result, SetAside, TryLater
from bot.gateways.posting import Answer, CutOff, NotSent, Poster, clean, sayable
from chat.incoming import Incoming
from chat.letter import Letter
from storage.tables import made_at

BUSY = 10.0
"""Seconds to wait when the receiver does not say how long."""
ASTRAY = 60.0
"""Seconds to wait after a redirect, which a signed letter never follows."""
LATER = (408, 409, 425, 429)
"""The 4xx that speak of the moment: too slow, the same key still being worked on, too early, too many."""
GONE = 410


@dataclass(frozen=True)
class Hook:
    """Where letters to ``hook:<name>`` are posted, and the secret they are signed with."""

    name: str
    url: str
    secret: str


class HookGateway:
    """All hooks of a town. Outward only: an answer's body can name a message id and nothing else."""

    channel = "hook"
    opens_cards = True
    """The link of a letter opens the duties it shows: whoever is rung by a telephone can do no more than follow it."""

    def __init__(
        self, hooks: Sequence[Hook], town: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._hooks = {hook.name: hook for hook in hooks}
        self._town = town
        self._now = now
        self._poster = Poster()

    def parse(self, raw: Mapping[str, Any]) -> Sequence[Incoming]:
        """Nothing: a hook says nothing."""
        return ()

    def render(self, address: str, letter: Letter) -> Sequence[Call]:
        """One call whatever the length; none for a letter that is a picture only, which no loudspeaker can read."""
        buttons = [
            {"label": clean(button.label), "say": clean(sayable(button))}
            for button in chain.from_iterable(letter.buttons)
        ]
        text = clean(letter.text)
        if not text.strip() and not buttons:
            return []
        phones = list(dict.fromkeys(letter.mention))
        return [{"address": address, "text": text, "buttons": buttons, "phones": phones, "link": letter.link}]

    def edit(self, address: str, message_id: str, letter: Letter) -> Call | None:
        """None: what was read out stands."""
        return None

    async def listen(self, receive: Receive, set_aside: SetAside) -> None:
        """Wait until cancelled."""
        await asyncio.Event().wait()

    async def deliver(self, call: Call) -> Result:
        """Post one letter, signed. The same row is the same Idempotency-Key and the same body however often it is tried."""
        hook = self._hooks.get(call["address"].partition(":")[2])
        if hook is None:
            return Refused("no such hook in the config", gone=True)
        body = body_of(call, self._town)
        headers = {"Idempotency-Key": str(call["row"]), **signed(hook.secret, body, self._now())}
        try:
            answer = await self._poster.post(hook.url, body, headers)
        except (NotSent, CutOff) as error:
            # A cut connection leaves open whether it arrived. Elsewhere that is Unknown; here a repeat does no harm, since
            # the receiver knows the letter by its Idempotency-Key, and so it may be tried until somebody says yes.
            return TryLater(BUSY, str(error) or type(error).__name__)
        return result_of(answer, self._now())

    def pace(self, address: str) -> tuple[float, int, float]:
        """As fast as the receiver answers; it asks for less with a 429."""
        return 0.0, 0, 0.0

    async def close(self) -> None:
        """Let go of connections."""
        await self._poster.close()


def body_of(call: Call, town: str) -> bytes:
    """The JSON that is posted, the same bytes at each attempt. ``row``, ``lane`` and ``duty`` come from the outbox; the
    row's id says when it was written."""
    body = {
        "id": call["row"], "town": town, "to": call["address"], "text": call["text"], "buttons": call["buttons"],
        "phones": call["phones"], "lane": call.get("lane", ""), "duty": call.get("duty", ""), "link": call["link"],
        "at": made_at(str(call["row"])).isoformat(timespec="seconds"),
    }  # fmt: skip
    return json.dumps(body, ensure_ascii=False).encode()


def signed(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers by which the receiver knows who sent a body, and that it was not kept back and sent again."""
    timestamp = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    return {"X-Cunshao-Timestamp": timestamp, "X-Cunshao-Signature": f"sha256={digest}"}


def result_of(answer: Answer, now: datetime) -> Result:
    """What became of a letter."""
    status = answer.status
    if 200 <= status < 300:
        return Accepted(_message_id(answer))
    if status in LATER or status >= 500:
        return TryLater(answer.retry_after(now, BUSY), str(status))
    if status < 400:
        return TryLater(ASTRAY, f"{status}: the hook's url leads elsewhere")
    return Refused(str(status), gone=status == GONE)


def _message_id(answer: Answer) -> str:
    given = answer.json.get("id")
    return str(given)[:128] if isinstance(given, str | int) and not isinstance(given, bool) else ""
