"""A conversation as a value: a list of questions, and the kinds of answers they take.

Without it every conversation would be a tangle of states; with it the next question is the first one that applies and has no
answer yet, and everything else (resume, back, change, cancel) follows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from chat.incoming import Said
from chat.words import Words

Value = Any
"""A plain JSON value: what was read (a date as ISO text), never the words it was read from."""
Answers = Mapping[str, Value]


class Unclear(Exception):
    """The answer could not be read. ``block`` names the words that help; ``likely`` is what was probably meant, to be asked
    back, never assumed."""

    def __init__(self, block: str, likely: Value = None, **values: object) -> None:
        super().__init__(block)
        self.block = block
        self.likely = likely
        self.values = values


@dataclass(frozen=True)
class Setting:
    """What a turn may look at: the words of the person's language, the town's time, and lists of places to choose from."""

    words: Words
    now: datetime
    choices: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """The question being answered: its form's and its own name, which name its words."""

    form: str
    question: str

    @property
    def block(self) -> str:
        """The block that asks it."""
        return f"{self.form}.{self.question}"


@dataclass(frozen=True)
class Offer:
    """One ready answer: a short key for the button, its label, and the value it stands for."""

    key: str
    label: str
    value: Value


class Kind(Protocol):
    """A kind of answer."""

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """The JSON value of what was said; raises Unclear."""

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """Ready answers, the most probable first."""

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """The value in words, for the summary."""


def always(_answers: Answers) -> bool:
    """The question applies whatever else was answered."""
    return True


@dataclass(frozen=True)
class Question:
    """One question. ``when`` is asked again at every turn and may meet questions that have no answer yet."""

    name: str
    kind: Kind
    when: Callable[[Answers], bool] = always
    optional: bool = False
    glean: Callable[[str], Answers] | None = None
    """Reads what is said here besides the answer; what it finds stands for what was answered before."""
    gravest_first: tuple[str, ...] = ()
    """Values that what is said beside another question never makes milder: 没劲 after 发烧了 is still a fever."""
    follows: str = ""
    """The question that this one asks more about: another answer there makes this one void."""
    hidden: bool = False
    """Known before the form opens and never asked, shown or changed (a receipt, the number of a case)."""


@dataclass(frozen=True)
class Form:
    """A conversation. Its words are ``templates/<locale>/<name>.j2``; ``makes`` is built from the answers, field by field.

    Raises TypeError when ``makes`` has not the same fields in the same order, so that a wrong form fails at import.
    """

    name: str
    makes: type[Any]
    questions: tuple[Question, ...]
    opens_with: str = "openings"
    glean: Callable[[str, Setting], Answers] | None = None
    """Reads several answers out of one sentence."""
    summary: bool = True
    """Whether what was answered is shown once more before it is sent."""
    idle: Literal["drop", "hand_over", "forget"] = "drop"
    """When nobody goes on: dropped with a polite line, handed to a human, or forgotten (nothing of it was still needed)."""
    idle_after: timedelta = timedelta(days=1)
    hands_over_after: int = 0
    """So many answers running that cannot be read hand the form to a human as it stands; 0: never."""

    def __post_init__(self) -> None:
        if not is_dataclass(self.makes):
            raise TypeError(f"{self.name}: {self.makes.__name__} is not a dataclass")
        wanted = [f.name for f in fields(self.makes)]
        asked = [q.name for q in self.questions]
        if wanted != asked:
            raise TypeError(f"form {self.name} asks {asked} but {self.makes.__name__} takes {wanted}")

    def question(self, name: str | None) -> Question | None:
        """The question of that name, or None."""
        return next((q for q in self.questions if q.name == name), None)

    def applying(self, answers: Answers) -> tuple[Question, ...]:
        """The questions that apply to these answers and can be asked, in order."""
        return tuple(q for q in self.questions if not q.hidden and q.when(answers))

    def that_apply(self, answers: Answers) -> Answers:
        """Without what no longer applies after a change: should it apply again, it is asked again."""
        while True:
            counting = self.kept(answers)
            kept = {name: value for name, value in answers.items() if name in counting}
            if len(kept) == len(answers):
                return kept
            answers = kept

    def kept(self, answers: Answers) -> frozenset[str]:
        """The names whose answers count: what applies, and what is hidden."""
        return frozenset(q.name for q in self.questions if q.hidden or q.when(answers))

    def next(self, answers: Answers) -> Question | None:
        """The first question that applies and has no answer yet; None when all are answered."""
        return next((q for q in self.applying(answers) if q.name not in answers), None)

    def report(self, answers: Answers) -> Any:
        """The finished report; what does not apply, or was skipped, is None."""
        applying = self.kept(answers)
        return self.makes(**{q.name: answers.get(q.name) if q.name in applying else None for q in self.questions})


@dataclass(frozen=True)
class Cursor:
    """Where in a form somebody is, beyond the answers: going back to one, changing one, at the summary, or asked back."""

    asking: str = ""
    at_summary: bool = False
    picking: bool = False
    likely: Value = None
    unread: list[str] = field(default_factory=list)
    """What was said here and could not be read: whoever takes the form over sees it as it stands."""


@dataclass(frozen=True)
class Talk:
    """A form being filled by a person in a chat. Its ``id`` is carried by its buttons, so that an old one does no harm."""

    id: str
    form: str
    answers: Answers = field(default_factory=dict)
    cursor: Cursor = Cursor()
    misses: int = 0

    @property
    def as_it_stands(self) -> Answers:
        """The answers for a human who goes on; with ``unread``, the words that could not be read."""
        return {**self.answers, "unread": self.cursor.unread} if self.cursor.unread else self.answers
