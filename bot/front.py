"""What a message means: an old button, an act, the answer to a question, a new conversation, danger, or nothing we know.

Without it the desk could record what people say but never understand it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from bot.cries import cried, makes_room, of_known_case, overheard, with_beside
from bot.enclosed import calls_itself_roster, setting_of
from bot.hearing import Door, Hearing, hearing_of
from bot.listening import begun, heard_by, introduced, kept_above, listen, meanwhile, unknown, unopened, with_rest
from bot.photos import said_back, with_photo
from bot.post import said
from bot.routes import Act, Conversation, Routes
from bot.sayings import argument_of, danger_in, may_name, menu, opening_of
from chat.form import Talk
from chat.incoming import Incoming, Said
from chat.letter import Letter, Outcome, Say, Tell, button_of
from chat.turn import Turn, ask_again, pass_over, take_turn
from rules.facts import Bound, DutyMoved, DutyOpened
from rules.town import Town
from storage import talks
from storage.ledger import Ledger


@dataclass(frozen=True)
class Heard:
    """What came of a message: facts to keep, the one reply, and words for others."""

    facts: tuple[object, ...] = ()
    reply: Letter | None = None
    reply_to: str = ""
    reply_duty: str = ""
    tells: tuple[Tell, ...] = ()
    rebound: bool = False


@dataclass(frozen=True)
class Front:
    """Tries, in this order: a form's button, danger, an act, an answered card, voice, a conversation's name, the open form,
    the listeners."""

    routes: Routes
    doors: Mapping[str, Door] = field(default_factory=dict)
    """By channel; where there is none it is the web chat's page."""

    def hear(self, ledger: Ledger, town: Town, incoming: Incoming, now: datetime) -> Heard:
        """Decide one message."""
        hearing = hearing_of(ledger, town, incoming, now, self.doors.get(incoming.channel))
        if not incoming.private and not incoming.addressed and not hearing.context.staff:
            cry = overheard(self.routes, hearing)
            return Heard(hearing.facts + cry.facts, tells=cry.tells)
        outcome, letter = self._decide(hearing)
        facts, photo = with_photo(outcome.facts if outcome else (), incoming.said)
        letter = introduced(self.routes, hearing, outcome, said_back(letter, photo, hearing.words))
        facts = hearing.facts + facts
        # Whoever gives a tip is answered like anybody, and nothing that is kept of the answer names the tip.
        about = (f for f in facts if isinstance(f, DutyMoved | DutyOpened))
        duty = next((f.duty.ref for f in about if isinstance(f, DutyMoved) or f.duty.kind != "tip"), "")
        rebound = any(isinstance(f, Bound) for f in facts)
        return Heard(facts, letter, incoming.chat, duty, outcome.tells if outcome else (), rebound)

    def idle(self, ledger: Ledger, town: Town, chat: str, person: str, now: datetime) -> Heard:
        """Nobody went on with a talk: dropped with one polite line, forgotten, or handed to a human as it stands."""
        incoming = Incoming(chat.partition(":")[0], "", chat, person, chat == person, Said(), now)
        hearing = hearing_of(ledger, town, incoming, now)
        talk = hearing.talk
        if talk is None or talk.form not in self.routes.conversations:
            talks.drop(ledger, chat, person)
            return Heard()
        conversation = self.routes.conversations[talk.form]
        talks.drop(ledger, chat, person)
        if conversation.form.idle == "hand_over" and conversation.on_handed_over:
            outcome = conversation.on_handed_over(talk.as_it_stands, hearing.context, hearing.reads, now)
            done, letter = self._answered(replace(hearing, talk=None), outcome, resume=False)
            return Heard(done.facts, letter, chat, "", done.tells)
        if conversation.form.idle == "forget":
            return Heard()
        text = hearing.words.say("form.dropped", title=hearing.words.say(f"{talk.form}.title"))
        return Heard(reply=Letter(text), reply_to=chat)

    def _decide(self, hearing: Hearing) -> tuple[Outcome | None, Letter | None]:
        spoken = hearing.incoming.said
        if button_of(spoken.button):
            return self._button(hearing)
        if spoken.document is not None and (enclosed := self._enclosed(hearing)) is not None:
            return enclosed
        found = self._act(hearing)
        danger = danger_in(hearing)
        if danger and not (found and of_known_case(hearing, *found)):
            return self._in_danger(hearing, danger, found[1] if found else None)
        if found is not None:
            return self._acted(hearing, *found)
        attached = self._attached(hearing)
        if attached is not None:
            return self._answered(hearing, attached, resume=True)
        if spoken.attachment and spoken.attachment.kind == "voice":
            return self._voice(hearing)
        if hearing.incoming.edited and hearing.incoming.private and (corrected := self._edited(hearing)) is not None:
            return corrected
        opening = opening_of(self.routes, hearing)
        if opening is not None:
            return self._open(hearing, *opening)
        if hearing.talk is not None:
            return self._turn(hearing)
        return self._listened(hearing)

    def _enclosed(self, hearing: Hearing) -> tuple[Outcome | None, Letter | None] | None:
        """A table from who may hand in a roster; what else is sent as a file is not looked at."""
        sheet, context = hearing.incoming.said.sheet, hearing.context
        if sheet is None:
            asked = hearing.incoming.addressed and context.staff and not context.among_villagers
            if not (asked and calls_itself_roster(hearing)):
                return None
            return self._answered(hearing, Outcome(says=(Say("rota.not_yours"),)), resume=True)
        if hearing.talk is not None and hearing.talk.form == "rota":
            self._drop(hearing)  # a corrected sheet stands for the one before
            hearing = replace(hearing, talk=None)
        outcome = self.routes.on_sheet(sheet, context, hearing.reads, hearing.now, setting_of(hearing))
        if outcome.then is None or hearing.talk is None:
            return self._answered(hearing, outcome, resume=True)
        handed = self._hand_over(hearing) or Outcome()
        says = (Say("form.put_aside"), *outcome.says)
        outcome = replace(outcome, says=says, facts=handed.facts + outcome.facts, tells=handed.tells + outcome.tells)
        return self._answered(hearing, outcome, resume=False)

    def _edited(self, hearing: Hearing) -> tuple[Outcome | None, Letter | None] | None:
        """What was corrected is no answer to the question that is open now, unless the last one could not be read; None when it
        is heard as if it had been written now."""
        corrected = self.routes.on_edited(hearing.incoming.said, hearing.context, hearing.reads, hearing.now)
        if corrected is not None:
            return self._answered(hearing, corrected, resume=True)
        conversation = self._conversation(hearing.talk)
        if hearing.talk is None or conversation is None or hearing.talk.misses:
            return None
        return self._aside(hearing, conversation) or self._again(hearing, hearing.words.say("form.edited_seen"))

    def _attached(self, hearing: Hearing) -> Outcome | None:
        """Words, a voice message or a photo in answer to a card, from somebody who works on it."""
        if not hearing.incoming.reply_to or hearing.incoming.said.button or not hearing.context.staff:
            return None
        return self.routes.on_reply(hearing.incoming.said, hearing.context, hearing.reads, hearing.now)

    def _voice(self, hearing: Hearing) -> tuple[Outcome | None, Letter | None]:
        """A voice message cannot be read by us, but somebody can listen to it: it goes to the cadres with all there is."""
        if not hearing.incoming.private:
            return None, None
        if hearing.talk and hearing.words.has(nameless := f"{hearing.talk.form}.no_voice"):
            # A voice is as good as a name, and a form that keeps no name must not hand it on.
            return self._again(hearing, hearing.words.say(nameless))
        outcome = self.routes.on_voice(hearing.incoming.said, hearing.context, hearing.reads, hearing.now)
        conversation = self._conversation(hearing.talk)
        if hearing.talk and conversation and conversation.on_handed_over:
            half = conversation.on_handed_over(hearing.talk.as_it_stands, hearing.context, hearing.reads, hearing.now)
            outcome = replace(outcome, facts=outcome.facts + half.facts, tells=outcome.tells + half.tells)
            self._drop(hearing)
        elif hearing.talk and conversation:
            first = said(hearing.words.locale, outcome.says).text
            turn = ask_again(conversation.form, hearing.talk, hearing.setting, first)
            return outcome, turn.letter
        return outcome, said(hearing.words.locale, outcome.says)

    def _button(self, hearing: Hearing) -> tuple[Outcome | None, Letter | None]:
        parts = button_of(hearing.incoming.said.button)
        if hearing.talk and parts and parts[0] == hearing.talk.id:
            return self._turn(hearing)
        if hearing.talk and self._conversation(hearing.talk):
            return self._again(hearing, hearing.words.say("form.old_button"))
        return None, said(hearing.words.locale, (Say("desk.old_button"), menu(hearing.context)))

    def _act(self, hearing: Hearing) -> tuple[Act, str] | None:
        if not hearing.incoming.said.button and not may_name(self.routes.act_blocks, hearing.text):
            return None
        for act in self.routes.acts:
            argument = argument_of(act, hearing)
            if argument is not None and (act.who == "anyone" or hearing.context.staff):
                return act, argument
        return None

    def _acted(self, hearing: Hearing, act: Act, argument: str) -> tuple[Outcome | None, Letter | None]:
        if hearing.context.among_villagers and not act.aloud:
            # What a cadre says to the village, and not to us, may well begin with such a word.
            away = said(hearing.words.locale, (Say("desk.in_group", {"link": hearing.link}),))
            return None, away if hearing.incoming.addressed or not act.common else None
        outcome = act.run(argument, hearing.context, hearing.reads, hearing.now)
        return self._answered(hearing, outcome, resume=True)

    def _in_danger(self, hearing: Hearing, danger: str, undone: str | None) -> tuple[Outcome | None, Letter | None]:
        outcome = cried(self.routes, hearing, danger, undone)
        if hearing.context.among_villagers:
            return outcome, said(hearing.words.locale, outcome.says) if hearing.incoming.addressed else None
        if undone is None:
            outcome = with_beside(self.routes, hearing, outcome)
        conversation = self._conversation(hearing.talk)
        if conversation is not None and not makes_room(hearing, conversation, outcome):
            return self._answered(hearing, replace(outcome, then=None), resume=True)
        more = self._hand_over(hearing) or Outcome()
        self._drop(hearing)
        done, letter = self._answered(hearing, outcome, resume=False)
        return replace(done, facts=more.facts + done.facts, tells=more.tells + done.tells), letter

    def _open(self, hearing: Hearing, conversation: Conversation, rest: str) -> tuple[Outcome | None, Letter | None]:
        form = conversation.form
        if conversation.private and not hearing.incoming.private:
            return None, said(hearing.words.locale, (Say(f"{form.name}.in_group", {"link": hearing.link}),))
        answers = dict(conversation.prefill(hearing.context, hearing.reads)) if conversation.prefill else {}
        if form.glean and rest:
            answers |= form.glean(hearing.text, hearing.setting)
        first = hearing.words.say("form.put_aside") if hearing.talk else ""
        handed = self._hand_over(hearing)
        turn = begun(form, hearing, answers, first)
        if rest and not form.glean:
            turn = take_turn(form, turn.talk, replace(hearing.incoming.said, text=rest, button=""), hearing.setting)
            turn = replace(turn, letter=kept_above(hearing, form.name, first, turn.letter))
        outcome, letter = self._after(hearing, conversation, turn)
        if handed:
            done = outcome or Outcome()
            outcome = replace(done, facts=handed.facts + done.facts, tells=handed.tells + done.tells)
        return outcome, letter

    def _hand_over(self, hearing: Hearing) -> Outcome | None:
        """What becomes of a half-filled form when something else is begun."""
        conversation = self._conversation(hearing.talk)
        known = conversation.prefill(hearing.context, hearing.reads) if conversation and conversation.prefill else {}
        told = hearing.talk is not None and hearing.talk.answers and hearing.talk.as_it_stands != known
        if hearing.talk and told and conversation and conversation.on_handed_over:
            return conversation.on_handed_over(hearing.talk.as_it_stands, hearing.context, hearing.reads, hearing.now)
        return None

    def _turn(self, hearing: Hearing) -> tuple[Outcome | None, Letter | None]:
        conversation = self._conversation(hearing.talk)
        if conversation is None or hearing.talk is None:
            self._drop(hearing)
            return None, said(hearing.words.locale, (Say("desk.unknown"), menu(hearing.context)))
        spoken, apart = hearing.incoming.said, conversation.of_another
        of_another = apart is not None and apart(spoken, hearing.talk.answers, hearing.setting)
        if of_another and (aside := self._aside(hearing, conversation)):
            return aside
        turn = take_turn(conversation.form, hearing.talk, spoken, hearing.setting)
        missed = turn.end == "asking" and turn.talk.misses > hearing.talk.misses
        if missed and (aside := self._aside(hearing, conversation)):
            return aside
        return self._after(hearing, conversation, turn)

    def _aside(self, hearing: Hearing, conversation: Conversation) -> tuple[Outcome | None, Letter | None] | None:
        """No answer to the question, but something else that is understood: it is done, and the form goes on below it. A
        form that only asks for more about what is already on its way gives way to another."""
        opens = conversation.gives_way_to
        outcome = heard_by(conversation, hearing) or listen(self.routes, hearing, conversation.shows, may_open=opens)
        if outcome is not None and outcome.then and outcome.then[0] not in opens:
            outcome = unopened(self.routes, hearing, outcome)
        if outcome is None:
            return None
        displaced = bool(conversation.displaced and conversation.displaced(outcome.facts))
        if conversation.gives_way and (outcome.then or displaced):
            handed = self._hand_over(hearing) or Outcome()
            self._drop(hearing)
            done, letter = self._answered(hearing, outcome, resume=False)
            return replace(done, facts=handed.facts + done.facts, tells=handed.tells + done.tells), letter
        return self._answered(hearing, replace(outcome, then=None), resume=True)

    def _after(self, hearing: Hearing, conversation: Conversation, turn: Turn) -> tuple[Outcome | None, Letter | None]:
        form = conversation.form
        misses = form.hands_over_after
        given_up = turn.end == "asking" and bool(misses) and turn.talk.misses >= misses
        if given_up and (passed := pass_over(form, turn.talk, hearing.setting)):
            turn, given_up = passed, False
        if given_up and conversation.on_handed_over:
            self._drop(hearing)
            outcome = conversation.on_handed_over(turn.talk.as_it_stands, hearing.context, hearing.reads, hearing.now)
            return self._answered(hearing, outcome, resume=False)
        if turn.end == "asking":
            self._keep(hearing, conversation, turn.talk)
            return meanwhile(hearing, conversation, turn)
        self._drop(hearing)
        if turn.end == "cancelled" and conversation.on_cancelled:
            outcome = conversation.on_cancelled(turn.talk.as_it_stands, hearing.context, hearing.reads, hearing.now)
            return self._answered(hearing, outcome, resume=False) if outcome.says else (outcome, turn.letter)
        if turn.end == "cancelled":
            return None, turn.letter
        outcome = conversation.on_finished(form.report(turn.talk.answers), hearing.context, hearing.reads, hearing.now)
        if conversation.besides and not hearing.incoming.said.button:
            outcome = with_rest(self.routes, hearing, outcome, conversation.besides(hearing.text))
        return self._answered(hearing, outcome, resume=False)

    def _answered(self, hearing: Hearing, outcome: Outcome, resume: bool) -> tuple[Outcome, Letter | None]:
        """The reply to an outcome, with the next form's question or the open one's below it."""
        letter = said(hearing.words.locale, outcome.says)
        if outcome.then is not None:
            name, known = outcome.then
            conversation = self.routes.conversations[name]
            turn = begun(conversation.form, hearing, known, letter.text)
            if outcome.answers:
                turn = take_turn(conversation.form, turn.talk, hearing.incoming.said, hearing.setting)
                text = "\n".join(x for x in (letter.text, turn.letter.text) if x)
                turn = replace(turn, letter=replace(turn.letter, text=text))
            if turn.end == "asking":
                self._keep(hearing, conversation, turn.talk)
                return outcome, Letter(turn.letter.text, letter.buttons + turn.letter.buttons)
            if outcome.answers:
                return self._ended(hearing, conversation, turn, outcome)
        if resume and self._is_moot(hearing, outcome):
            self._drop(hearing)
        elif resume and hearing.talk is not None and (current := self._conversation(hearing.talk)):
            turn = ask_again(current.form, hearing.talk, hearing.setting, letter.text)
            return outcome, Letter(turn.letter.text, letter.buttons + turn.letter.buttons)
        return outcome, letter if letter.text else None

    def _is_moot(self, hearing: Hearing, outcome: Outcome) -> bool:
        """Whether the open form asks for more about something that has just come to its end."""
        conversation = self._conversation(hearing.talk)
        moot = conversation.moot if conversation else None
        return moot is not None and hearing.talk is not None and moot(hearing.talk.answers, outcome.facts)

    def _ended(
        self, hearing: Hearing, conversation: Conversation, turn: Turn, before: Outcome
    ) -> tuple[Outcome, Letter | None]:
        """A form that what was said has answered whole (a bare 38): carried out at once, after what led to it."""
        done, letter = self._after(hearing, conversation, turn)
        done = done or Outcome()
        return replace(done, facts=before.facts + done.facts, tells=before.tells + done.tells), letter

    def _again(self, hearing: Hearing, first: str) -> tuple[Outcome | None, Letter | None]:
        conversation = self._conversation(hearing.talk)
        if conversation is None or hearing.talk is None:
            return None, Letter(first)
        return None, ask_again(conversation.form, hearing.talk, hearing.setting, first).letter

    def _listened(self, hearing: Hearing) -> tuple[Outcome | None, Letter | None]:
        outcome = listen(self.routes, hearing)
        if outcome is not None:
            return self._answered(hearing, outcome, resume=False)
        if not hearing.incoming.private and not hearing.incoming.addressed:
            return None, None
        return None, said(hearing.words.locale, unknown(hearing))

    def _conversation(self, talk: Talk | None) -> Conversation | None:
        return self.routes.conversations.get(talk.form) if talk else None

    def _keep(self, hearing: Hearing, conversation: Conversation, talk: Talk) -> None:
        kept = (talk.id, talk.form, dict(talk.answers), asdict(talk.cursor), talk.misses)
        idle_at = hearing.now + conversation.form.idle_after
        talks.save(hearing.ledger, hearing.incoming.chat, hearing.incoming.sender, kept, hearing.now, idle_at)

    def _drop(self, hearing: Hearing) -> None:
        if hearing.talk is not None:
            talks.drop(hearing.ledger, hearing.incoming.chat, hearing.incoming.sender)
