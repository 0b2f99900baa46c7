"""What the forms say: each question asked, answered wrongly, answered, shown in the summary, and gone back to."""

from collections.abc import Iterator
from typing import Any

from bot.texts import LOCALES, texts
from bot.wiring import ROUTES
from chat.form import Form, Setting
from chat.incoming import Attachment, Said
from chat.kinds import early_photo
from chat.letter import Letter
from chat.turn import ask_again, current_question, open_form, pass_over, take_turn
from tests.templates.spoken import Spoken
from tests.templates.village import (
    NOW,
    TOWN,
)

SETTING_PLACES = {"village": {v.key: (v.name,) for v in TOWN.villages}}
FIRST_ANSWERS = {"returnee": ({}, {"who": "relative", "companions": ["?"]}, {"who": "household", "came_from": "hubei"}), "tip": (
    {"receipt": "W3XY"},), "need_more": ({"ref": "3.nvpu"},), "amend": ({"ref": "3"},), "whereabouts": (
    {"ref": "3.wf"}, {"ref": "3.vf"}, {"ref": "3.f"}), "felt": (
    {"said": "发烧了", "sign": "fever"},), "rota": ({"shifts": [{}]}, {"shifts": [{}, {}]})}  # fmt: skip
WRONG = ("37度多", "", "我自己", "myself", "姚洼", "x" * 600, "qqq", "36.5 37.2", "365", "63.5", "不烧", "明天", "12月31日", "1月1日", "/skip",
         "/back", "/change", "/submit", "/cancel", "1", "2", "，，")  # fmt: skip
RIGHT = ("张三", "1", "姚洼", "昨天", "00000001001", "没有", "36.5")


def from_forms() -> Iterator[Spoken]:
    """Each question of each form: asked, answered wrongly, answered, shown in the summary, and gone back to."""
    for name, conversation in ROUTES.conversations.items():
        for first in FIRST_ANSWERS.get(name, ({},)):
            yield from _questions(conversation.form, first)


def _questions(form: Form, first: dict[str, Any]) -> Iterator[Spoken]:
    """Both languages give letters that belong together: the walk is one, with the same answers."""
    walks = [list(_walk(form, first, locale)) for locale in LOCALES]
    for pair in zip(*walks, strict=True):
        yield Spoken("", "web:li", dict(zip(LOCALES, pair, strict=True)))


def _walk(form: Form, first: dict[str, Any], locale: str) -> Iterator[Letter]:
    setting = Setting(texts(locale), NOW, SETTING_PLACES)
    turn = open_form(form, "0123456789", setting, first, texts(locale).say("form.put_aside"))
    yield turn.letter
    while turn.end == "asking":
        puzzled = texts(locale).options("form.puzzled")["puzzled"][0]
        yield from (take_turn(form, turn.talk, Said(text), setting).letter for text in (*WRONG, puzzled))
        yield (pass_over(form, turn.talk, setting) or turn).letter
        yield from _pressed(form, turn.talk, setting, turn.letter)
        yield ask_again(form, turn.talk, setting).letter
        if turn.talk.cursor.at_summary:
            return
        turn = _onward(form, turn, setting)
        yield turn.letter


def _pressed(form: Form, talk: Any, setting: Setting, letter: Letter) -> Iterator[Letter]:
    for button in (b for row in letter.buttons for b in row):
        yield take_turn(form, talk, Said(button=button.data), setting).letter
    yield take_turn(form, talk, Said(button="t:another:who:self"), setting).letter


def _onward(form: Form, turn: Any, setting: Setting) -> Any:
    """The first right answer that brings it to another question."""
    spots: tuple[Said, ...] = (Said(location=(34.1, 113.2)),)
    current, photo = current_question(form, turn.talk), Said(attachment=Attachment("photo", "ref"))
    photos = () if early_photo(form, turn.talk.answers, current, photo) else (photo,)
    for said in (Said("/skip"), *spots, *photos, *(Said(text) for text in RIGHT)):
        after = take_turn(form, turn.talk, said, setting)
        if after.end != "asking" or (after.talk.answers != turn.talk.answers and after.talk.misses == 0):
            return after
    raise AssertionError(f"{form.name}: nothing answers {turn.letter.text}")
