"""Telegram, one of the messengers; without it a village that chats there has no sentry."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import structlog
from starlette.routing import Route
from telegram import Bot
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from bot.gateways import Accepted, Borrow, Call, Receive, Refused, Result, SetAside, TryLater, Unknown
from bot.gateways.telegram.answer import result_of, updates_of
from bot.gateways.telegram.inbox import Inbox, backoff
from bot.gateways.telegram.parse import Me, parse_update, written_by
from bot.gateways.telegram.plain import read_plain
from bot.gateways.telegram.polling import Poller
from bot.gateways.telegram.render import named, render, render_answer, render_edit
from bot.gateways.telegram.request import AiohttpRequest, CutOff, NotSent, TooLong
from bot.gateways.telegram.webhook import Webhook
from chat.incoming import Incoming
from chat.letter import Letter

__all__ = ["Me", "TelegramGateway", "render_answer", "render_edit"]

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
POLL = 30
"""Seconds Telegram may keep a request for updates open."""
DEEP = "https://t.me/"
NO_ROUTE = 2.0
"""Seconds to wait when no connection could be made."""
BURST = 5
PRIVATE_PAUSE, GROUP_PAUSE = 1.0, 3.0
"""Seconds between messages to one chat: Telegram's limits are one a second, and 20 a minute in a group."""

REMEDY = "get a token from @BotFather, put it into [telegram] token or CUNSHAO_TELEGRAM_TOKEN, restart; alerts wait"
T = TypeVar("T")

log = structlog.get_logger(__name__)
logging.getLogger("telegram").setLevel(logging.INFO)  # its debug lines hold the webhook's secret and people's words


class TokenRefused(ValueError):
    """Telegram takes the token no longer, or never did."""


class NoFile(Exception):
    """What was to be shown beside a letter is not there any more."""


class TelegramGateway:
    """One bot's account. ``parse`` and ``render`` are pure but for the clock that dates a pressed button."""

    channel = "telegram"

    def __init__(
        self,
        token: str,
        api_base_url: str = "https://api.telegram.org",
        *,
        mode: Literal["polling", "webhook"] = "polling",
        webhook_url: str = "",
        webhook_secret: str = "",
        sends_per_second: float = 30.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if mode == "webhook" and not (webhook_url and webhook_secret):
            raise ValueError("mode webhook needs webhook_url and webhook_secret")
        base = api_base_url.rstrip("/")
        self._request = AiohttpRequest(base)
        self._bot = Bot(
            token, f"{base}/bot", f"{base}/file/bot", request=self._request, get_updates_request=self._request
        )
        self._url = f"{base}/bot{token}"
        number = token.partition(":")[0]
        self._me = Me(int(number) if number.isdecimal() else 0)
        self._webhook_url, self._webhook_secret = webhook_url, webhook_secret
        self._webhook = Webhook(webhook_url, webhook_secret) if mode == "webhook" else None
        self._sends_per_second = sends_per_second
        self._now = now
        self.borrow: Borrow | None = None
        self._refused = False
        self._answering: set[asyncio.Task[Result]] = set()

    async def prepare(self) -> Me:
        """Ask Telegram who this bot is. Raises ValueError for a refused token, ConnectionError when out of reach."""
        user = await _asked(self._bot.get_me())
        self._me = Me(user.id, user.username or "")
        return self._me

    def parse(self, raw: Mapping[str, Any]) -> Sequence[Incoming]:
        """What somebody did, from one raw update. Raises ValueError when it cannot be read."""
        plain = read_plain(raw, self._me)
        return [plain] if plain else parse_update(raw, self._me, self._now())

    def render(self, address: str, letter: Letter) -> Sequence[Call]:
        """The calls that say a letter, within Telegram's limits. Raises ValueError for a button that cannot be."""
        return render(address, letter)

    def edit(self, address: str, message_id: str, letter: Letter) -> Call | None:
        """The call that changes a message already sent; None when the words do not fit one message."""
        try:
            return render_edit(address, message_id, letter)
        except ValueError:
            return None

    def written_by(self, raw: str) -> str:
        """The person who wrote an update that cannot be read, when they wrote it in private."""
        return written_by(raw)

    def door(self, village: str) -> str:
        """The deep link that opens the bot and says the village; empty until Telegram has said the bot's name."""
        name = self._me.username
        return (f"{DEEP}{name}?start={village}" if village else f"{DEEP}{name}") if name else ""

    async def deliver(self, call: Call) -> Result:
        """Make one call. A picture that is gone from the disk is left out and its words are sent alone.

        ``address``, when the outbox names one, is where the chat lives now, should it have moved since the call was made.
        """
        if call.get("address") and "chat_id" in call["params"]:
            call = {**call, "params": {**call["params"], "chat_id": int(call["address"].partition(":")[2])}}
        try:
            status, payload = await self._post(call)
        except FileNotFoundError:
            return await self._deliver_words(call)
        except NoFile:
            log.warning("telegram.file_gone")
            return Refused("the file is gone")
        except NotSent as error:
            return TryLater(NO_ROUTE, error.message, everyone=not call.get("borrowed"))
        except CutOff as error:
            return Unknown(error.message)
        result = result_of(call, status, payload)
        if isinstance(result, Accepted) or (isinstance(result, TryLater) and result.ours):
            self._note_token(refused=not isinstance(result, Accepted))
        return result

    def pace(self, address: str) -> tuple[float, int, float]:
        """Calls a second for the whole bot, burst, and seconds between calls to this chat; no pace for a server of one's
        own (``sends_per_second`` 0)."""
        if not self._sends_per_second:
            return 0.0, 0, 0.0
        group = address.startswith("telegram:-")
        return self._sends_per_second, BURST, GROUP_PAUSE if group else PRIVATE_PAUSE

    @property
    def refused(self) -> bool:
        """Whether Telegram takes the token no longer."""
        return self._refused

    @property
    def one_receiver(self) -> bool:
        """Telegram answers one getUpdates at a time; webhook calls may go to any process."""
        return self._webhook is None

    def routes(self) -> list[Route]:
        """The webhook's path for the web application; none when polling."""
        return self._webhook.routes() if self._webhook else []

    async def listen(self, receive: Receive, set_aside: SetAside) -> None:
        """Receive until cancelled; an update is confirmed when it is committed or set aside, never before."""

        async def receive_and_answer(*several: Incoming) -> None:
            await receive(*several)
            for incoming in several:
                if incoming.answer:
                    self._answer_soon(incoming)

        inbox = Inbox(self.parse, receive_and_answer, set_aside)
        await self._until_done("prepare", self.prepare)
        if self._webhook is None:
            await Poller(self._ask, inbox).run()
            return
        self._webhook.inbox = inbox
        try:
            await self._until_done("setWebhook", self._register)
            await asyncio.Event().wait()
        finally:
            self._webhook.inbox = None

    async def fetch_file(self, ref: str) -> bytes:
        """A photo's or voice message's bytes, at most 20 MB. Raises ValueError when there is no such file or it is too
        long, ConnectionError when Telegram is out of reach."""
        file = await _asked(self._bot.get_file(ref))
        if not file.file_path:
            raise ValueError("Telegram names no place to fetch this file from")
        path = file.file_path
        return await _asked(self._request.retrieve(path))

    async def close(self) -> None:
        """Let the answers under way finish, then let go of connections."""
        if self._answering:
            await asyncio.wait(self._answering, timeout=2.0)
        for task in self._answering:
            task.cancel()
        await self._request.shutdown()

    async def _post(self, call: Call) -> tuple[int, bytes]:
        if call.get("borrowed"):
            return await self._post_borrowed(call)
        url, params, files = f"{self._url}/{call['method']}", call["params"], call.get("files")
        if not files:
            return await self._request.post_json(url, params)
        contents = {name: await asyncio.to_thread(Path(path).read_bytes) for name, path in files.items()}
        return await self._request.post_files(url, params, contents)

    async def _post_borrowed(self, call: Call) -> tuple[int, bytes]:
        """A photo or voice message of another channel. Telegram plays Ogg, MP4 and MP3; what else was recorded goes as a
        file. Raises NoFile when it is not there any more."""
        (kind, ref), *_ = call["borrowed"].items()
        try:
            content = await self.borrow(ref) if self.borrow else b""
        except ConnectionError as error:
            raise NotSent(str(error)) from None
        except ValueError:
            content = b""
        if not content:
            raise NoFile
        method, name, file = named(call["method"], kind, content)
        return await self._request.post_files(f"{self._url}/{method}", call["params"], {name: content}, file)

    async def _deliver_words(self, call: Call) -> Result:
        log.error("telegram.picture_gone")
        words = call["params"].get("caption", "")
        if not words:
            return Refused("the picture is gone")
        params = {name: value for name, value in call["params"].items() if name != "caption"}
        return await self.deliver({"method": "sendMessage", "params": {**params, "text": words}})

    def _answer_soon(self, incoming: Incoming) -> None:
        """Stop the waiting circle on the button; best effort, hence not in the outbox: an expired one is no trouble."""
        task = asyncio.create_task(self.deliver(render_answer(incoming)))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        task.add_done_callback(_note_unanswered)

    async def _ask(self, offset: int) -> list[Any]:
        """getUpdates. A webhook that is still set (by an earlier run) is taken away before the next try; what waits stays."""
        params = {"offset": offset, "timeout": POLL, "allowed_updates": ALLOWED_UPDATES}
        status, payload = await self._request.post_json(f"{self._url}/getUpdates", params, answer_within=POLL + 10)
        try:
            updates = updates_of(status, payload)
        except Conflict as error:
            if "webhook is active" in error.message:
                await self._bot.delete_webhook(drop_pending_updates=False)
            raise
        except InvalidToken:
            self._note_token(refused=True)
            raise
        self._note_token(refused=False)
        return updates

    def _note_token(self, refused: bool) -> None:
        """The token is read once, at the start: whoever changes it starts the program anew, and all goes on."""
        if refused and not self._refused:
            log.error("telegram.token_refused", remedy=REMEDY)
        self._refused = refused

    async def _register(self) -> None:
        await _asked(
            self._bot.set_webhook(self._webhook_url, allowed_updates=ALLOWED_UPDATES, secret_token=self._webhook_secret)
        )

    async def _until_done(self, what: str, work: Callable[[], Awaitable[object]]) -> None:
        """Repeat until Telegram agrees: a network or a token that is bad now must not end the listening for good."""
        for pause in backoff():
            try:
                await work()
                self._note_token(refused=False)
                return
            except (ValueError, ConnectionError) as error:
                self._note_token(
                    isinstance(error, TokenRefused) or (self._refused and isinstance(error, ConnectionError))
                )
                log.error("telegram.not_ready", step=what, why=str(error), again_in=round(pause, 1))
                await asyncio.sleep(pause)


async def _asked(work: Awaitable[T]) -> T:
    """The typed client's answer, with errors a caller can act on; none of them names the token."""
    try:
        return await work
    except InvalidToken as error:
        trouble: Exception = TokenRefused(f"Telegram refuses: {error.message}")
    except (BadRequest, TooLong) as error:
        trouble = ValueError(f"Telegram refuses: {error.message}")
    except TelegramError as error:
        trouble = ConnectionError(f"Telegram is out of reach: {error.message}")
    raise trouble


def _note_unanswered(task: "asyncio.Task[Result]") -> None:
    if not task.cancelled() and not isinstance(result := task.result(), Accepted):
        log.info("telegram.button_unanswered", result=type(result).__name__)
