"""What the program says: to the chat it was asked in (Say), to somebody else (Tell), and the finished Letter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Lane = Literal["alert", "reply", "notice"]


@dataclass(frozen=True)
class Button:
    """A shortcut for something sayable. ``data`` is what comes back when pressed (at most 64 bytes), or ``url`` opens a link
    or a phone call (``tel:``)."""

    label: str
    data: str = ""
    url: str = ""


Rows = tuple[tuple[Button, ...], ...]
ROW_LETTERS = 14
"""Labels that together are longer than this do not share a row on a narrow phone."""


def in_rows(buttons: tuple[Button, ...]) -> Rows:
    """Short labels side by side, long ones below each other."""
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        if rows and len(rows[-1]) < 3 and sum(len(b.label) for b in (*rows[-1], button)) <= ROW_LETTERS:
            rows[-1] = (*rows[-1], button)
        else:
            rows.append((button,))
    return tuple(rows)


MARK = "t"


def button_of(data: str) -> tuple[str, str, str] | None:
    """(talk id, question, key) of a form's button; None when it is no such button."""
    parts = data.split(":", 3)
    return (parts[1], parts[2], parts[3]) if len(parts) == 4 and parts[0] == MARK else None


@dataclass(frozen=True)
class Say:
    """A reply, by the name of its block of words (``need.received``), and the values the block shows."""

    block: str
    values: Mapping[str, object] = field(default_factory=dict)
    buttons: Rows = ()


@dataclass(frozen=True)
class Tell:
    """Words for somebody else, by address; the desk renders them in that chat's language."""

    to: str
    block: str
    values: Mapping[str, object] = field(default_factory=dict)
    buttons: Rows = ()
    lane: Lane = "alert"
    duty: str = ""
    """The reference of the duty it speaks of, so that a reply to it is understood and its delivery can be followed."""
    unless_shown: bool = False
    """Not told in a chat whose card of that duty has just been changed to say the same: it would be there twice."""


@dataclass(frozen=True)
class Letter:
    """A finished message in plain text (no markup). ``picture`` names a PNG made by the program; ``attachments`` are
    references of what a person sent and the same channel can send again."""

    text: str
    buttons: Rows = ()
    picture: str = ""
    attachments: tuple[tuple[str, str], ...] = ()
    """Pairs of kind (photo, voice) and the gateway's reference."""
    link: str = ""
    """Where this can be answered, for channels without buttons."""
    mention: tuple[str, ...] = ()
    """The phone numbers of whom it is for, for channels that can ring them."""
    about: tuple[str, ...] = ()
    """The duties it shows, for channels whose link opens them."""
    only_for: str = ""
    """The one person it is meant for, where it is said in a chat of several."""
    topic: str = ""
    """The part of the chat where it is an answer, in the messenger's own words."""
    quiet: bool = False
    """Whether it follows another letter and needs no sound of its own."""


@dataclass(frozen=True)
class Outcome:
    """What came of a message: facts to keep (frozen dataclasses of ``rules.facts``), replies, and words for others."""

    facts: tuple[object, ...] = ()
    says: tuple[Say, ...] = ()
    tells: tuple[Tell, ...] = ()
    then: tuple[str, Mapping[str, Any]] | None = None
    """A form to open next, by name, with the answers already known."""
    answers: bool = False
    """Whether what was said is also the answer to that form's first question, to be asked back about."""
    unheard: str = ""
    """What else was said in the same message, in clauses of its own, for others to listen to."""
