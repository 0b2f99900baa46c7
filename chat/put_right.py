"""不对，是昨天: an answer put right one or more questions later; without it the day would be taken for somebody's house, or
nobody would know what was meant."""

from collections.abc import Mapping

from chat.form import Asked, Form, Question, Setting, Talk, Unclear, Value
from chat.incoming import Said
from chat.kinds import Day, OneOf, Phone, PlaceOf
from chat.reading.corrections import said_instead

SURE = (Day, OneOf, Phone, PlaceOf)
"""Kinds that take no word for another: what they read is an answer to them."""


def put_right(form: Form, talk: Talk, current: Question | None, said: Said, setting: Setting) -> Mapping[str, Value]:
    """The answer given before that is another now: the last one if it can be, else the only one that can; empty when none is."""
    instead = said_instead(said.text)
    if not instead:
        return {}
    before = [q for q in form.applying(talk.answers) if q.name in talk.answers and q is not current]
    if current is not None:
        applying = form.applying(talk.answers)
        before = [q for q in before if applying.index(q) < applying.index(current)]
    sure = [(q, value) for q in reversed(before) if isinstance(q.kind, SURE)
            and (value := _read(form, q, instead, setting)) is not None]  # fmt: skip
    if sure and (sure[0][0] is before[-1] or len(sure) == 1):
        return {sure[0][0].name: sure[0][1]}
    free = next((q for q in reversed(before[-2:]) if not isinstance(q.kind, SURE)), None)
    if sure or free is None or current is None:
        return {}
    if any(isinstance(q.kind, Day | Phone) and _read(form, q, instead, setting) is not None for q in form.questions):
        return {}  # a day that is asked for only later is nobody's house either
    named = (free.glean(instead) if free.glean else {}).get(free.name)
    value = named if named is not None else _read(form, free, instead, setting)
    return {free.name: value} if value is not None else {}


def _read(form: Form, question: Question, text: str, setting: Setting) -> Value:
    try:
        return question.kind.read(Said(text), Asked(form.name, question.name), setting)
    except Unclear:
        return None
