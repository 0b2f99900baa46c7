"""看板: a link that opens the board, once, for whoever may see one; without it the board would need a password for everybody."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from chat.letter import Outcome, Say, Tell
from rules.context import Context
from rules.facts import SignInGiven
from rules.seeing import has_realm


class Reads(Protocol):
    """What this asks."""

    def new_token(self) -> str:
        """128 random bits as text."""

    def has_private_chat(self, person: str) -> bool:
        """Whether a letter to this person reaches a chat of their own."""


def on_board(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """看板: a link that works once; asked for in a group, it goes to the person's own chat, for whoever has it is that person."""
    if not context.town.public_url:
        return Outcome(says=(Say("board.no_pages"),))
    if not has_realm(replace(context, place="private", chat=context.sender)):
        return Outcome(says=(Say("board.not_yours"),))
    if context.chat != context.sender and not reads.has_private_chat(context.sender):
        return Outcome(says=(Say("board.ask_privately"),))
    token = reads.new_token()
    link = {"link": f"{context.town.public_url}/in/{token}"}
    fact = SignInGiven(sha256(token.encode()).hexdigest(), context.sender, context.chat)
    if context.chat == context.sender:
        return Outcome((fact,), (Say("board.link", link),))
    return Outcome((fact,), (Say("board.link_sent"),), (Tell(context.sender, "board.link", link, lane="reply"),))
