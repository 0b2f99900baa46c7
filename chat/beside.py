"""Answers about something that is on its way already, beside each other or beside a need of its own; without it 大街南头，不急
would be somebody's house."""

from dataclasses import dataclass

from chat.form import Answers, Asked, Kind, Offer, Setting, Unclear, Value
from chat.incoming import Said
from chat.reading.lacks import says_besides, things
from chat.reading.names import names_a_place
from chat.reading.phrases import clauses, matches, once
from chat.reading.slips import slip_in


@dataclass(frozen=True)
class Beside:
    """An answer about the need before; a sentence that names a thing is none, but a need of its own (没酱油了，没醋了), nor is
    one that puts the need right (打错了，是面)."""

    kind: Kind
    unlike: tuple[str, ...] = ()
    """Questions of the same form whose options are no answer here: 今天就行 is nobody's house."""

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """As the kind reads it."""
        # 还没拿, said while this is still asked, answers whether it is done: it is nobody's house.
        if any(matches(once(said.text), words) for words in setting.words.ways("duty.answers").values()):
            raise Unclear("form.unclear_option")
        haste = setting.words.ways("need.urgent_now")["now"]
        others = (setting.words.ways(f"{asked.form}.{name}_options") for name in self.unlike if name != asked.question)
        if any(matches(said.text, words) for options in others for words in options.values()):
            raise Unclear("form.unclear_option")
        slip = slip_in(said.text)
        if things(said.text) or says_besides(said.text, haste) or (slip is not None and slip.marked):
            raise Unclear("form.unclear_option")
        return self.kind.read(said, asked, setting)

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """The kind's own."""
        return self.kind.offers(asked, setting)

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """As the kind shows it."""
        return self.kind.show(value, asked, setting)


def several(text: str, form: str, choices: tuple[str, ...], setting: Setting) -> Answers:
    """大街南头，不急: what is chosen and the ``place``, whichever was asked; a lack in it is a need of its own."""
    if things(text) or says_besides(text, setting.words.ways("need.urgent_now")["now"]):
        return {}
    found: dict[str, Value] = {}
    rest = []
    for clause in clauses(text):
        said = {name: key for name in choices if (key := chosen(clause, f"{form}.{name}_options", setting))}
        found = {**said, **found}
        rest += [] if said else [clause]
    return {**found, "place": " ".join(rest)} if names_a_place(" ".join(rest)) else found


def chosen(text: str, block: str, setting: Setting) -> str:
    """The key of the line of a vocabulary of which the text is a phrase; empty when it is none."""
    return next((key for key, words in setting.words.ways(block).items() if matches(text, words)), "")
