"""Who understands a message that opens nothing by name, and the first words to somebody new; without it 36.5，家里没米了 would be a
temperature, and the rice forgotten."""

from collections.abc import Collection
from dataclasses import replace

from bot.hearing import Hearing
from bot.post import said
from bot.routes import Conversation, Routes
from bot.sayings import for_staff, menu
from chat.form import Answers, Form
from chat.incoming import Said
from chat.kinds import early_photo
from chat.letter import Letter, Outcome, Say
from chat.reading.phrases import matches
from chat.turn import Turn, open_form
from rules.facts import Bound, DutyOpened, PersonTold, WrongCode
from storage.tables import new_id


def listen(
    routes: Routes, hearing: Hearing, alone: bool = True, may_open: Collection[str] | None = None
) -> Outcome | None:
    """What the first listener makes of the message, and another of what the first left unheard. ``may_open``: the forms that
    may come of that; None: any."""
    found = _heard(routes, hearing, hearing.incoming.said, alone)
    return with_rest(routes, hearing, found, found.unheard, alone, may_open) if found else None


def with_rest(
    routes: Routes, hearing: Hearing, first: Outcome, rest: str, alone: bool = True,
    may_open: Collection[str] | None = None,
) -> Outcome:  # fmt: skip
    """The outcome together with what comes of the rest of the message."""
    more = _heard(routes, hearing, replace(hearing.incoming.said, text=rest), alone) if rest else None
    if more is None or (more.then and may_open is not None and more.then[0] not in may_open):
        return first
    return joined(replace(first, then=first.then or more.then, answers=first.answers if first.then else False), more)


def joined(first: Outcome, more: Outcome | None) -> Outcome:
    """Both, in that order; what is opened next is the first one's."""
    if more is None:
        return first
    return replace(first, facts=first.facts + more.facts, says=first.says + more.says, tells=first.tells + more.tells)


def unknown(hearing: Hearing) -> tuple[Say, ...]:
    """What is said to what nobody understands: it is not passed on, and that is said."""
    private = hearing.incoming.private
    if not private and hearing.context.place not in ("cadres", "office"):
        return (Say("desk.in_group", {"link": hearing.link}),)
    if for_staff(hearing):
        return Say("desk.for_staff"), menu(hearing.context)
    controls = hearing.words.ways("form.controls").values()
    if private and hearing.talk is None and any(matches(hearing.text, phrases) for phrases in controls):
        mine = [duty.ref for duty in hearing.reads.open_duties_of(hearing.context.sender, "need")]
        return (Say("desk.nothing_begun", {"mine": mine}), *(() if mine else (menu(hearing.context),)))
    return Say("desk.unknown" if hearing.text else "desk.unknown_sent"), menu(hearing.context)


def introduced(routes: Routes, hearing: Hearing, outcome: Outcome | None, letter: Letter | None) -> Letter | None:
    """The first words to somebody begin with what is kept and why, unless a form says that itself. In danger nothing stands
    before 120; and who works for the village knows."""
    new = any(isinstance(fact, PersonTold) for fact in hearing.facts)
    if letter is None or not letter.text or not new or (hearing.context.staff and not hearing.context.watched):
        return letter
    words = hearing.words
    kept = [words.say(block) for name in routes.conversations if words.has(block := f"{name}.kept")]
    facts = outcome.facts if outcome else ()
    urgent = any(isinstance(f, DutyOpened) and f.duty.kind == "urgent" for f in facts)
    if urgent or any(isinstance(f, Bound | WrongCode) for f in facts) or any(each in letter.text for each in kept):
        return letter
    return replace(letter, text=f"{words.say('desk.kept')}\n{letter.text}")


def kept_above(hearing: Hearing, form: str, first: str, letter: Letter) -> Letter:
    """A form that what was said has answered at once: what is put aside and what is kept stands above its next question."""
    block = f"{form}.kept"
    kept = hearing.words.say(block) if hearing.words.has(block) else ""
    return replace(letter, text="\n".join(x for x in (first, kept, letter.text) if x))


def unopened(routes: Routes, hearing: Hearing, outcome: Outcome) -> Outcome | None:
    """What comes of words that would open a form where none can be opened: what they have done by themselves, or what that form
    does unasked; None when it has to ask."""
    if outcome.facts or outcome.then is None:
        return replace(outcome, then=None)
    name, known = outcome.then
    unasked = routes.conversations[name].unasked
    return unasked(known, hearing.context, hearing.reads, hearing.now) if unasked else None


def begun(form: Form, hearing: Hearing, answers: Answers, first: str) -> Turn:
    """The form, opened with what is known and with a photo that came in the same message."""
    known = {**answers, **early_photo(form, answers, None, hearing.incoming.said)}
    return open_form(form, new_id()[-10:], hearing.setting, known, first)


def heard_by(conversation: Conversation, hearing: Hearing) -> Outcome | None:
    """What the open conversation itself makes of what is no answer to its question, by what was answered before."""
    if conversation.hears is None or hearing.talk is None:
        return None
    spoken, answers = hearing.incoming.said, hearing.talk.answers
    return conversation.hears(spoken, answers, hearing.context, hearing.reads, hearing.now, hearing.setting)


def meanwhile(hearing: Hearing, conversation: Conversation, turn: Turn) -> tuple[Outcome | None, Letter]:
    """A form goes on; what does not wait for its end is said above the next question."""
    before = hearing.talk.answers if hearing.talk and hearing.talk.id == turn.talk.id else {}
    decide = conversation.meanwhile
    done = decide(before, turn.talk.answers, hearing.context, hearing.reads, hearing.now) if decide else None
    if done is None:
        return None, turn.letter
    first = said(hearing.words.locale, done.says).text
    return done, replace(turn.letter, text="\n".join(x for x in (first, turn.letter.text) if x))


def _heard(routes: Routes, hearing: Hearing, spoken: Said, alone: bool) -> Outcome | None:
    for listener in (x for x in routes.listeners if alone or not x.last):
        outcome = listener.hear(spoken, hearing.context, hearing.reads, hearing.now, hearing.setting)
        if outcome is not None:
            return outcome
    return None
