"""A strict Telegram Bot API server on loopback; without it no test meets the real client, wire and limits at once."""

from .faults import Fault
from .pace import Pace, unlimited
from .server import BotApiServer
from .window import Sent
from .world import Group, User

__all__ = ["BotApiServer", "Fault", "Group", "Pace", "Sent", "User", "unlimited"]
