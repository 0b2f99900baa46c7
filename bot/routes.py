"""What a message can lead to: conversations, and acts (sentences and buttons that do one thing). Without it the desk would have
to know every handler by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from chat.form import Answers, Form, Setting
from chat.incoming import Said, Sheet
from chat.letter import Outcome
from rules.context import Context

Reads = Any
"""What a handler may ask of the open transaction; each handler names its own Protocol, ``bot.reads.Reads`` answers them all."""


@dataclass(frozen=True)
class Conversation:
    """A form and what happens when it is finished, or handed to a human as it stands."""

    form: Form
    on_finished: Callable[[Any, Context, Reads, datetime], Outcome]
    on_handed_over: Callable[[Answers, Context, Reads, datetime], Outcome] | None = None
    private: bool = True
    """Whether it may be held in a private chat only; in a group it then posts ``<form>.in_group`` instead."""
    prefill: Callable[[Context, Reads], Answers] | None = None
    """Answers already known of the person."""
    gives_way: bool = False
    """Whether it only asks for more about what is already on its way, and gives way to whatever else is begun."""
    displaced: Callable[[tuple[object, ...]], bool] | None = None
    """Whether these facts make it give way too, though nothing else is asked."""
    gives_way_to: tuple[str, ...] = ("need_more", "whereabouts")
    """The forms that what is said beside this one may open."""
    on_cancelled: Callable[[Answers, Context, Reads, datetime], Outcome] | None = None
    """What is done when somebody cancels it, where that must not end in silence."""
    besides: Callable[[str], str] | None = None
    """What else was said in the message that answered it, for others to listen to."""
    shows: bool = False
    """Whether what is sent beside it and is no answer, a photo or words, belongs to what it asks about, and is heard as if no
    form were open."""
    meanwhile: Callable[[Answers, Answers, Context, Reads, datetime], Outcome | None] | None = None
    """What the answers so far, which were the first ones a moment ago, let happen before the form is finished."""
    hears: Callable[[Said, Answers, Context, Reads, datetime, Setting], Outcome | None] | None = None
    """What is no answer, but understood by what was answered before."""
    of_another: Callable[[Said, Answers, Setting], bool] | None = None
    """Whether it speaks of somebody else than the form is about, and is no answer for that."""
    unasked: Callable[[Answers, Context, Reads, datetime], Outcome | None] | None = None
    """What is done with what would have opened it, where another form is open that gives no way to it."""
    moot: Callable[[Answers, tuple[object, ...]], bool] | None = None
    """Whether these facts leave it nothing to ask for, given its answers so far."""


@dataclass(frozen=True)
class Act:
    """Something done by one sentence: its phrases are the block ``acts.<name>``, its button's data ``d:<name>:<argument>``."""

    name: str
    run: Callable[[str, Context, Reads, datetime], Outcome]
    who: Literal["anyone", "staff"] = "anyone"
    argument: Literal["none", "may", "ref", "span"] = "none"
    """Whether words may follow the phrase; ``ref``: nothing, or something that begins with a number; ``span``: that, or a
    length of time."""
    words: bool = False
    """With ``ref`` or ``span``: whether words alone may follow too, set apart (办结 送到了)."""
    names: bool = False
    """With ``ref``: whether a person's name follows, at once or before the number (转给李四 7)."""
    in_hand: bool = False
    """Whether only staff, and who has something in hand (offered to them, theirs, or its errand), may do it."""
    common: bool = False
    """Whether what a village says to itself may begin so too: there it is answered only when it was said to us."""
    aloud: bool = False
    """Whether its answer names nobody, so that it may be given where a village reads along."""


@dataclass(frozen=True)
class Listener:
    """Understands free text that opens nothing by name: returns None when it is not for it."""

    hear: Callable[[Said, Context, Reads, datetime, Any], Outcome | None]
    last: bool = False
    """Whether it is asked only when no form is open, or one that ``shows``: what it hears would pass for an answer."""


@dataclass(frozen=True)
class Routes:
    """Everything a message can lead to, in the order it is tried."""

    conversations: Mapping[str, Conversation]
    acts: tuple[Act, ...]
    listeners: tuple[Listener, ...]
    on_danger: Callable[[str, str, Said, Context, Reads, datetime], Outcome]
    """Danger of a sort (a key of ``danger.signs``), said of a duty's number or of none, in these words."""
    on_voice: Callable[[Said, Context, Reads, datetime], Outcome]
    on_reply: Callable[[Said, Context, Reads, datetime], Outcome | None]
    """What answers a card: attached to it."""
    on_edited: Callable[[Said, Context, Reads, datetime], Outcome | None]
    """What was corrected after it was sent; None when nothing was made of it before."""
    on_sheet: Callable[[Sheet, Context, Reads, datetime, Setting], Outcome]
    """A table that somebody sent who may hand in a roster."""

    @cached_property
    def act_blocks(self) -> tuple[str, ...]:
        """The vocabularies of all acts."""
        return tuple(f"acts.{act.name}" for act in self.acts)

    @cached_property
    def opening_blocks(self) -> tuple[str, ...]:
        """The vocabularies that open a conversation by name."""
        return tuple(f"{name}.{each.form.opens_with}" for name, each in self.conversations.items())
