"""The messengers: without this protocol the desk and the outbox would have to know each of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from chat.incoming import Incoming
from chat.letter import Letter

Call = Mapping[str, Any]
"""One wire call as JSON, such as ``{"method": "sendMessage", "params": {…}}``; kept in the outbox, one row each. With
``beside`` it is a photo or voice message beside its letter: no card, that would be changed or must be known to have come."""


class Away(Exception):
    """Our own database is away: nothing was decided, and nothing is wrong with what was offered. It must be offered again,
    however long that takes; set aside it would be lost."""


class Receive(Protocol):
    """The desk's door."""

    def __call__(self, *several: Incoming) -> Awaitable[None]:
        """Returns once the messages are committed (then the platform may be told), raises if they are not: ``Away`` when
        the database is."""


SetAside = Callable[[str, str, str], Awaitable[None]]
"""(channel, message id or '', raw text): puts on the record what could not be parsed."""


@dataclass(frozen=True)
class Accepted:
    """The platform has it, under this id (empty when it names none)."""

    message_id: str = ""


@dataclass(frozen=True)
class TryLater:
    """Not now; after so many seconds. ``everyone``: the whole bot must wait, not this chat alone. ``ours``: until somebody
    mends a mistake of ours (the token), which is no letter's fault."""

    seconds: float
    why: str
    everyone: bool = False
    ours: bool = False


@dataclass(frozen=True)
class Moved:
    """The chat lives at another address now."""

    address: str


@dataclass(frozen=True)
class Refused:
    """For good: blocked, gone, malformed. ``gone``: nothing can reach this address any more."""

    why: str
    gone: bool = False


@dataclass(frozen=True)
class Unknown:
    """The connection was cut after the request left: it may have arrived or not."""

    why: str


Result = Accepted | TryLater | Moved | Refused | Unknown


@runtime_checkable
class Forgetful(Protocol):
    """A gateway that keeps what was said, and can be told not to."""

    def forget(self, ledger: Any, chat: str, since: datetime) -> None:
        """Erase a chat's letters from a time on, within the transaction that is open."""


@runtime_checkable
class Refusable(Protocol):
    """A gateway whose platform may take our token no longer."""

    @property
    def refused(self) -> bool:
        """Whether it does not: nothing goes out or comes in until a person gives us another one."""


@runtime_checkable
class Fetching(Protocol):
    """A gateway whose people can send files."""

    async def fetch_file(self, ref: str) -> bytes:
        """The bytes behind a reference. Raises ValueError when there is no such file or it is too long, ConnectionError when
        the messenger, or our own database, is out of reach."""


@runtime_checkable
class Tracing(Protocol):
    """A gateway that can tell who wrote what it could not read."""

    def written_by(self, raw: str) -> str:
        """The private chat a raw update came from; empty when that cannot be told, or others would read the answer."""


@runtime_checkable
class Inviting(Protocol):
    """A gateway on which a link opens a chat of one's own with the bot."""

    def door(self, village: str) -> str:
        """That link, for a person of this village (its key, or empty); empty while it is not known."""


def doors(gateways: Mapping[str, "Gateway"]) -> Mapping[str, Callable[[str], str]]:
    """The door of each channel that has one."""
    found: dict[str, object] = dict(gateways)
    return {channel: one.door for channel, one in found.items() if isinstance(one, Inviting)}


Borrow = Callable[[str], Awaitable[bytes]]
"""The bytes behind ``channel:reference``, from the gateway of that channel. Raises as ``fetch_file`` does."""


@runtime_checkable
class Borrowing(Protocol):
    """A gateway that shows what was sent on another channel: a photo of the web chat in a Telegram group."""

    borrow: Borrow | None


def lend(gateways: Mapping[str, "Gateway"]) -> Borrow:
    """How a gateway gets a file of another one."""

    async def borrow(ref: str) -> bytes:
        channel, _, own = ref.partition(":")
        gateway: object = gateways.get(channel)
        if not isinstance(gateway, Fetching):
            raise ValueError("nobody here has this file")
        return await gateway.fetch_file(own)

    return borrow


def elsewhere(channel: str, ref: str) -> bool:
    """Whether a file's reference is another channel's. One without a channel was made before references named theirs."""
    return ":" in ref and not ref.startswith(f"{channel}:")


class Gateway(Protocol):
    """A messenger at the edge. ``parse`` and ``render`` are pure; ``listen`` and ``deliver`` alone do I/O."""

    channel: str

    def parse(self, raw: Mapping[str, Any]) -> Sequence[Incoming]:
        """What people did, from one raw update. Raises ValueError when it cannot be read."""

    def render(self, address: str, letter: Letter) -> Sequence[Call]:
        """The wire calls that say a letter in a chat: splits what is too long, and never exceeds the platform's limits."""

    def edit(self, address: str, message_id: str, letter: Letter) -> Call | None:
        """The call that changes a message already sent, so that a card is a board; None where that cannot be done."""

    async def listen(self, receive: Receive, set_aside: SetAside) -> None:
        """Receive until cancelled; confirm to the platform only after ``receive`` returned."""

    async def deliver(self, call: Call) -> Result:
        """Make one wire call; never raises for what the platform or the network does."""

    def pace(self, address: str) -> tuple[float, int, float]:
        """(calls per second in all, burst, seconds between calls to this chat)."""

    async def close(self) -> None:
        """Let go of connections."""
