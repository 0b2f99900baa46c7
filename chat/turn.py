"""One turn of a conversation: what was said to a form, and what the form says next. Pure; without it nobody could be asked
anything."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from chat.form import Answers, Asked, Cursor, Form, Question, Setting, Talk, Unclear, Value
from chat.incoming import Said
from chat.kinds import early_photo
from chat.letter import MARK, Button, Letter, Rows, button_of, in_rows
from chat.put_right import put_right
from chat.reading.phrases import best_option, matches, named_with_value

End = Literal["asking", "finished", "cancelled"]
AT_END = ("submit", "change")


@dataclass(frozen=True)
class Turn:
    """What a turn came to: the talk as it must be kept, what is said, and whether it goes on."""

    talk: Talk
    letter: Letter
    end: End = "asking"


def open_form(form: Form, talk_id: str, setting: Setting, answers: Answers | None = None, first: str = "") -> Turn:
    """Start a form, perhaps with answers already known; ``first`` stands above the first question (what is kept and why)."""
    talk = Talk(talk_id, form.name, dict(answers or {}))
    kept = _some(setting, f"{form.name}.kept")
    return _ask(form, talk, setting, "\n".join(x for x in (first, kept) if x))


def ask_again(form: Form, talk: Talk, setting: Setting, first: str = "") -> Turn:
    """The question (or summary) where the talk stands, once more, below ``first``."""
    return _ask(form, talk, setting, first)


def take_turn(form: Form, talk: Talk, said: Said, setting: Setting) -> Turn:
    """Answer one message. Gives exactly one letter, and never leaves the talk in a state it cannot go on from."""
    if said.button:
        return _pressed(form, talk, said.button, setting)
    return _controlled(form, talk, said, setting) or _answered(form, talk, said, setting)


def pass_over(form: Form, talk: Talk, setting: Setting) -> Turn | None:
    """A question that need not be answered and could not be read again and again: what was said is kept as it stands, and the
    form goes on; None when an answer is needed."""
    current = current_question(form, talk)
    if current is None or not current.optional:
        return None
    puzzled = setting.words.ways("form.puzzled")["puzzled"]
    words = " / ".join(word for word in dict.fromkeys(talk.cursor.unread) if not matches(word, puzzled))[:60]
    return _keep(form, talk, current, words or None, {}, setting, first=setting.words.say("form.kept_as_said"))


def _pressed(form: Form, talk: Talk, data: str, setting: Setting) -> Turn:
    parts = button_of(data)
    if parts is None or parts[0] != talk.id:
        return _ask(form, talk, setting, setting.words.say("form.old_button"))
    _, name, key = parts
    if name == "!":
        return _control(form, talk, key, setting) or _ask(form, talk, setting, setting.words.say("form.old_button"))
    if talk.cursor.picking and key == "?" and form.question(name) in form.applying(talk.answers):
        return _ask(form, replace(talk, cursor=Cursor(asking=name)), setting)
    current = current_question(form, talk)
    if current is None or current.name != name:
        return _ask(form, talk, setting, setting.words.say("form.old_button"))
    if key in ("yes", "no") and talk.cursor.likely is not None:
        return _likely(form, talk, current, key, setting)
    asked = Asked(form.name, current.name)
    found = [offer for offer in current.kind.offers(asked, setting) if offer.key == key]
    if not found:
        return _ask(form, talk, setting, setting.words.say("form.old_button"))
    return _keep(form, talk, current, found[0].value, {}, setting)


def current_question(form: Form, talk: Talk) -> Question | None:
    """The question the talk stands at; None at the summary."""
    if talk.cursor.at_summary:
        return None
    asking = form.question(talk.cursor.asking)
    return asking if asking is not None and asking in form.applying(talk.answers) else form.next(talk.answers)


def _controlled(form: Form, talk: Talk, said: Said, setting: Setting) -> Turn | None:
    controls = setting.words.ways("form.controls")
    key = next((key for key, phrases in controls.items() if matches(said.text, phrases)), "")
    current = current_question(form, talk)
    # A form that is sent by its last answer has nothing to send or change: 写错了 is read as any choice, or by others.
    chosen = not form.summary and current is not None and current.kind.offers(Asked(form.name, current.name), setting)
    if not key or (current and key in AT_END and (chosen or _answers(talk, current, said, form, setting))):
        return None
    # 提交 at a question is no answer to it, and must not be kept as somebody's name.
    help_block = "form.change_how" if key == "change" else "form.not_yet"
    return _control(form, talk, key, setting) or _ask(form, talk, setting, setting.words.say(help_block))


def _answers(talk: Talk, current: Question, said: Said, form: Form, setting: Setting) -> bool:
    """Whether a word that sends or changes a form is an answer to what was asked just now (是 36.5 吗? 对)."""
    if talk.cursor.likely is not None:
        return True
    offers = current.kind.offers(Asked(form.name, current.name), setting)
    block = f"{form.name}.{current.name}_options"
    known = setting.words.ways(block) if setting.words.has(block) else {}
    return any(matches(said.text, (offer.label, *known.get(offer.key, ()))) for offer in offers)


def _control(form: Form, talk: Talk, key: str, setting: Setting) -> Turn | None:
    """Cancel, back, skip, submit, change; None when that means nothing here."""
    if key == "cancel":
        own = f"{form.name}.cancelled"
        block = own if setting.words.has(own) else "form.cancelled"
        return Turn(talk, Letter(setting.words.say(block, answers=dict(talk.answers))), "cancelled")
    if key == "back":
        return _back(form, talk, setting)
    current = current_question(form, talk)
    if current is None:
        return _at_summary(form, talk, key, setting)
    if key == "skip":
        if current.optional:
            return _keep(form, talk, current, None, {}, setting)
        return _ask(form, talk, setting, setting.words.say("form.cannot_skip"))
    return None


def _at_summary(form: Form, talk: Talk, key: str, setting: Setting) -> Turn | None:
    if form.next(talk.answers) is not None:
        # A form that grew a question while somebody was reading its summary is not finished.
        return _ask(form, replace(talk, cursor=Cursor()), setting)
    if key == "submit":
        return Turn(talk, Letter(""), "finished")
    if key == "change":
        return _pick(form, talk, setting)
    return None


def _back(form: Form, talk: Talk, setting: Setting) -> Turn:
    current = current_question(form, talk)
    applying = form.applying(talk.answers)
    before = applying if current is None else applying[: applying.index(current)]
    answered = [q for q in before if q.name in talk.answers]
    if not answered:
        return _ask(form, talk, setting, setting.words.say("form.at_first"))
    return _ask(form, replace(talk, cursor=Cursor(asking=answered[-1].name), misses=0), setting)


def _answered(form: Form, talk: Talk, said: Said, setting: Setting) -> Turn:
    current = current_question(form, talk)
    if current is None:
        return _summary_answer(form, talk, said, setting)
    if talk.cursor.likely is not None:
        choice = next((k for k, words in setting.words.ways("form.yes_no").items() if matches(said.text, words)), "")
        if choice:
            return _likely(form, talk, current, choice, setting)
    if right := put_right(form, talk, current, said, setting):
        return _noted(form, talk, right, setting, put_right=True)
    passed = _passed_over(form, talk, current, said, setting)
    if passed is not None:
        return passed
    gleaned = dict(form.glean(said.text, setting)) if form.glean and said.text else {}
    own = current.glean(said.text) if current.glean is not None else {}
    gleaned |= {**early_photo(form, talk.answers, current, said), **own}
    if current.name in gleaned:
        # 我从武汉回来的 is a whole sentence to a kind that takes any words; what was gleaned is the answer in it.
        return _keep(form, talk, current, gleaned[current.name], gleaned, setting, own)
    try:
        value = current.kind.read(said, Asked(form.name, current.name), setting)
    except Unclear as unclear:
        if any(form.question(name) for name in gleaned):
            return _noted(form, talk, gleaned, setting)
        return _unread(form, talk, current, said, unclear, setting)
    return _keep(form, talk, current, value, gleaned, setting, own)


def _passed_over(form: Form, talk: Talk, current: Question, said: Said, setting: Setting) -> Turn | None:
    """不记得 and 没有 at what need not be answered; 问这干啥 at anything, which is told why and asked again."""
    if matches(said.text, setting.words.ways("form.why")["why"]):
        why = _some(setting, f"{form.name}.kept") or setting.words.say("form.what_is_meant")
        return _ask(form, talk, setting, why)
    if not current.optional or _answers(talk, current, said, form, setting):
        return None
    forgotten = {"unknown": None, "none": ""}
    words = setting.words.ways("form.dont_know")
    key = next((key for key in forgotten if matches(said.text, words[key])), "")
    return _keep(form, talk, current, forgotten[key], {}, setting) if key else None


def _noted(form: Form, talk: Talk, found: Mapping[str, Value], setting: Setting, put_right: bool = False) -> Turn:
    """No answer to this question, but to another one of the form (发烧了, said at the name): kept there, said back, and asked on."""
    more = {name: _graver(form, talk, name, value) for name, value in found.items() if form.question(name)}
    more = dict(found) if put_right else more
    kept = form.that_apply({**_without_followers(form, talk.answers, more), **more})
    cursor = replace(talk.cursor, likely=None, unread=[])
    back = _said_back(form, kept, more, setting)
    return _ask(form, replace(talk, answers=kept, cursor=cursor, misses=0), setting, back)


def _said_back(form: Form, kept: Answers, names: Collection[str], setting: Setting) -> str:
    return "\n".join(
        setting.words.say("form.noted_line", label=_label(form, q, setting), value=_show(form, q, kept[q.name], setting))
        for q in form.applying(kept) if q.name in names
    )  # fmt: skip


def _graver(form: Form, talk: Talk, name: str, new: Value) -> Value:
    """What is said beside another question, or what was answered before, where that is graver."""
    old, order = talk.answers.get(name), (question.gravest_first if (question := form.question(name)) else ())
    return old if old in order and new in order and order.index(old) < order.index(new) else new


def _summary_answer(form: Form, talk: Talk, said: Said, setting: Setting) -> Turn:
    """At the summary: the name of an answer, after 改 or alone, goes to that question."""
    words, wanted = setting.words, said.text
    if matches(wanted, words.ways("form.yes_no")["yes"]) and (sent := _at_summary(form, talk, "submit", setting)):
        return sent
    for phrase in words.ways("form.controls").get("change", ()):
        wanted = wanted.strip().removeprefix(phrase).strip()
    labels = {q.name: words.all_say(f"{form.name}.{q.name}_label") for q in form.applying(talk.answers)}
    name, value = named_with_value(wanted, labels)
    if name:
        changed = _answered(form, replace(talk, cursor=Cursor(asking=name)), replace(said, text=value), setting)
        if changed.talk.misses <= talk.misses:
            return changed
    if right := put_right(form, talk, None, said, setting):
        return _noted(form, talk, right, setting, put_right=True)
    named = best_option(wanted, labels)
    if named is not None:
        return _ask(form, replace(talk, cursor=Cursor(asking=named), misses=0), setting)
    gleaned = dict(form.glean(said.text, setting)) if form.glean and said.text else {}
    if any(form.question(name) for name in gleaned):
        return _noted(form, talk, gleaned, setting)
    return _ask(form, _missed(talk, said), setting, words.say("form.unclear_summary"))


def _missed(talk: Talk, said: Said) -> Talk:
    """An answer that says nothing, kept as it was said."""
    unread = [*talk.cursor.unread, *([" ".join(said.text.split())[:200]] if said.text.strip() else [])]
    return replace(talk, misses=talk.misses + 1, cursor=replace(talk.cursor, unread=unread))


def _likely(form: Form, talk: Talk, current: Question, choice: str, setting: Setting) -> Turn:
    if choice == "yes":
        return _keep(form, talk, current, talk.cursor.likely, {}, setting)
    return _ask(form, talk, setting)


def _unread(form: Form, talk: Talk, current: Question, said: Said, unclear: Unclear, setting: Setting) -> Turn:
    # What is asked back is half understood: only an answer that says nothing is a miss.
    missed = talk if unclear.likely is not None else _missed(talk, said)
    missed = replace(missed, cursor=replace(missed.cursor, likely=unclear.likely))
    asked = Asked(form.name, current.name)
    own = f"{asked.block}_unclear"
    help_text = setting.words.say(own if setting.words.has(own) else unclear.block, **unclear.values)
    if unclear.likely is None:
        return _ask(form, missed, setting, help_text)
    yes_no = setting.words.options("form.yes_no")
    row = tuple(Button(words[0], f"{MARK}:{talk.id}:{current.name}:{key}") for key, words in yes_no.items())
    return Turn(missed, Letter(help_text, (row,)))


def _keep(
    form: Form, talk: Talk, current: Question, value: Value, gleaned: Mapping[str, Value], setting: Setting,
    own: Collection[str] = (), first: str = "",
) -> Turn:  # fmt: skip
    kept = _without_followers(form, talk.answers, {current.name: value})
    more = {name: found for name, found in gleaned.items() if (name not in kept or name in own) and form.question(name)}
    answers = form.that_apply({**kept, **more, current.name: value})
    # Who says beside the answer that they are ill reads that it was heard.
    grave = {q.name for q in form.questions if q.gravest_first and q.name in more and q.name != current.name}
    back = _said_back(form, answers, grave, setting) or first
    return _ask(form, replace(talk, answers=answers, cursor=Cursor(), misses=0), setting, back)


def _without_followers(form: Form, answers: Answers, new: Answers) -> Answers:
    """Without the answers that ask more about one that is another now: of Hubei there is no Shanghai."""
    changed = {name for name, value in new.items() if answers.get(name, value) != value}
    void = {q.name for q in form.questions if q.follows in changed}
    return {name: answer for name, answer in answers.items() if name not in void}


def _ask(form: Form, talk: Talk, setting: Setting, first: str = "") -> Turn:
    """The question where the talk stands, or its end; what was asked back before is not assumed any longer."""
    talk = replace(talk, cursor=replace(talk.cursor, likely=None))
    current = current_question(form, talk)
    if current is None and not form.summary:
        return Turn(talk, Letter(""), "finished")
    if current is None:
        at_end = Cursor(at_summary=True, unread=talk.cursor.unread)
        return _summary(form, replace(talk, cursor=at_end), setting, first)
    asked = Asked(form.name, current.name)
    applying = form.applying(talk.answers)
    question = setting.words.say(asked.block, **_known(form, talk))
    text = _with_progress(question, applying.index(current) + 1, len(applying), setting)
    rows = in_rows(tuple(
        Button(o.label, f"{MARK}:{talk.id}:{current.name}:{o.key}") for o in current.kind.offers(asked, setting)
    )) + _control_row(talk, setting, ("skip",) if current.optional else ())  # fmt: skip
    return Turn(talk, Letter("\n".join(x for x in (first, text) if x), rows))


def _with_progress(question: str, number: int, of: int, setting: Setting) -> str:
    """(3/8) before a question; a single one has none, it would say nothing."""
    return setting.words.say("form.progress", number=number, of=of, question=question) if of > 1 else question


def _known(form: Form, talk: Talk) -> dict[str, object]:
    """The answers so far, for questions that speak of them (为 self or 您家人)."""
    return {"answers": {q.name: talk.answers.get(q.name) for q in form.questions}}


def _summary(form: Form, talk: Talk, setting: Setting, first: str) -> Turn:
    lines = []
    for number, question in enumerate(form.applying(talk.answers), 1):
        value = talk.answers.get(question.name)
        block = {None: "form.not_known", "": "form.nothing"}.get(value) if isinstance(value, str | None) else None
        shown = setting.words.say(block) if block else _show(form, question, value, setting)
        lines.append(setting.words.say("form.line", number=number, label=_label(form, question, setting), value=shown))
    text = setting.words.say("form.summary", lines=lines)
    own = _some(setting, f"{form.name}.before_submit", answers=dict(talk.answers))
    rows = _control_row(talk, setting, ("submit", "change", "cancel"))
    return Turn(talk, Letter("\n".join(x for x in (first, text, own) if x), rows))


def _show(form: Form, question: Question, value: Value, setting: Setting) -> str:
    return question.kind.show(value, Asked(form.name, question.name), setting)


def _pick(form: Form, talk: Talk, setting: Setting) -> Turn:
    buttons = tuple(
        Button(_label(form, q, setting), f"{MARK}:{talk.id}:{q.name}:?") for q in form.applying(talk.answers)
    )
    picking = replace(talk, cursor=Cursor(at_summary=True, picking=True))
    return Turn(picking, Letter(setting.words.say("form.which"), in_rows(buttons)))


def _label(form: Form, question: Question, setting: Setting) -> str:
    return setting.words.say(f"{form.name}.{question.name}_label")


def _control_row(talk: Talk, setting: Setting, keys: tuple[str, ...]) -> Rows:
    controls = setting.words.options("form.controls")
    row = tuple(Button(controls[key][0], f"{MARK}:{talk.id}:!:{key}") for key in keys)
    return (row,) if row else ()


def _some(setting: Setting, block: str, **values: object) -> str:
    return setting.words.say(block, **values) if setting.words.has(block) else ""
