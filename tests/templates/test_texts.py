"""The two languages say the same things, no phrase means two, labels fit a thumb, danger is heard and calm is not."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, meta, nodes

from bot.cards import card
from bot.gateways.telegram.render import render
from bot.gateways.telegram.text import units
from bot.sayings import danger_in
from bot.texts import FOLDER, LOCALES, READ_AS, Texts, compiled, texts
from bot.wiring import ROUTES
from chat.incoming import Said
from chat.reading.numbers import normalise
from rules.town import HASTES
from tests.templates.village import NOW, TOWN, card_of, open_of

ENVIRONMENT = Environment(trim_blocks=True, lstrip_blocks=True)
LINE = re.compile(r"^\w+: \S.*$")
CONTROL_FORMS = "form.controls"


def trees(locale: str) -> dict[str, nodes.Template]:
    return {p.stem: ENVIRONMENT.parse(p.read_text()) for p in sorted((FOLDER / locale).glob("*.j2"))}


def blocks(locale: str) -> dict[str, nodes.Block]:
    return {f"{file}.{b.name}": b for file, tree in trees(locale).items() for b in tree.find_all(nodes.Block)}


def used(block: nodes.Block) -> set[str]:
    """The values that a block shows."""
    own = {name.name for name in block.find_all(nodes.Name) if name.ctx == "store"}
    return set(meta.find_undeclared_variables(nodes.Template(block.body, lineno=1).set_environment(ENVIRONMENT))) - own


def vocabularies(locale: str) -> list[str]:
    """The blocks that are lines of ``key: label / synonym`` and nothing else."""
    found = []
    for name, block in blocks(locale).items():
        plain = all(
            isinstance(n, nodes.Output) and all(isinstance(x, nodes.TemplateData) for x in n.nodes) for n in block.body
        )
        written = "".join(x.data for n in block.body for x in n.nodes) if plain else ""  # type: ignore[attr-defined]
        lines = written.splitlines() if written.endswith("\n") else []
        if lines and all(LINE.match(line) for line in lines):
            found.append(name)
    return found


def test_both_languages_have_the_same_files_and_blocks_in_the_same_order() -> None:
    assert list(trees("zh")) == list(trees("en"))
    assert list(blocks("zh")) == list(blocks("en"))


def test_both_languages_have_the_same_macros() -> None:
    zh, en = ({f: [(m.name, [a.name for a in m.args]) for m in tree.find_all(nodes.Macro)] for f, tree in trees(x).items()}
              for x in LOCALES)  # fmt: skip
    assert zh == en


NAMES_OF_PEOPLE = "demo.names"
"""The sample town's people have their Chinese names from its config; only an English reader needs others."""


def test_both_vocabularies_have_the_same_keys_in_the_same_order() -> None:
    both = sorted({*vocabularies("zh"), *vocabularies("en")} - {NAMES_OF_PEOPLE})
    wrong = [b for b in both if list(texts("zh").options(b)) != list(texts("en").options(b))]
    assert wrong == []


SHOWN_IN_ONE = {"form.day", "form.line"}
"""Blocks whose languages need not show the same values."""


def test_both_languages_show_the_same_values() -> None:
    zh, en = blocks("zh"), blocks("en")
    wrong = {b: used(zh[b]) ^ used(en[b]) for b in zh if used(zh[b]) != used(en[b]) and b not in SHOWN_IN_ONE}
    assert wrong == {}


# -- phrases ---------------------------------------------------------------------------------------------------------

STAFF_FIRST = {"done": "yes"}
"""Acts of staff, and the act of anybody that the same words are when somebody else says them: "办完了" closes a cadre's duty
and answers a resident's question. Staff's is tried first, so nobody's words mean two things."""


def bare(phrase: str) -> str:
    """As ``chat.reading.phrases`` compares."""
    return normalise(phrase).lower().strip(" .,!?。，！？~～啊呀了哦吧")


def meanings() -> dict[str, set[str]]:
    """Each phrase, in either language → what it can start."""
    found: dict[str, set[str]] = defaultdict(set)
    for locale in LOCALES:
        names = [f"acts.{a.name}" for a in ROUTES.acts if texts(locale).has(f"acts.{a.name}")]
        names += [f"{n}.openings" for n in ROUTES.conversations if texts(locale).has(f"{n}.openings")]
        for name in (*names, CONTROL_FORMS):
            for key, phrases in texts(locale).options(name).items():
                for phrase in phrases:
                    found[bare(phrase)].add(key if name == CONTROL_FORMS else name.removeprefix("acts."))
    return found


def test_no_phrase_opens_two_things() -> None:
    allowed = [{one, other} for one, other in STAFF_FIRST.items()]
    assert {p: what for p, what in meanings().items() if len(what) > 1 and what not in allowed} == {}


def test_within_one_vocabulary_no_word_of_either_language_means_two() -> None:
    wrong = {}
    for block in vocabularies("zh"):
        if block.endswith((".signs", ".urgent", ".calm", "duty.names", "duty.moves")) or block.startswith(
            ("demo.", "web.", "report.", "board.")
        ):
            continue
        seen: dict[str, str] = {}
        for key, phrases in texts("zh").ways(block).items():
            for phrase in phrases:
                if seen.setdefault(bare(phrase), key) != key:
                    wrong[block, phrase] = (seen[bare(phrase)], key)
    assert wrong == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_form_has_words_for_each_question(locale: str) -> None:
    words, missing = texts(locale), []
    for name, conversation in ROUTES.conversations.items():
        wanted = [f"{name}.title", *(f"{name}.{q.name}{end}" for q in conversation.form.questions if not q.hidden
                                     for end in ("", "_label"))]  # fmt: skip
        missing += [block for block in wanted if not words.has(block)]
    assert missing == []


# -- labels ----------------------------------------------------------------------------------------------------------


def labels(locale: str) -> Iterator[tuple[str, str]]:
    shown = [
        "acts.buttons",
        "desk.menu_buttons",
        "form.controls",
        "form.yes_no",
        "form.days_ago",
        "form.none",
        "form.no_photo",
    ]
    shown += [b for b in vocabularies(locale) if b.endswith("_options")]
    for block in shown:
        yield from ((f"{block}.{key}", phrases[0]) for key, phrases in texts(locale).options(block).items())
    yield from ((b, texts(locale).say(b)) for b in blocks(locale) if b.endswith("_label"))


@pytest.mark.parametrize("locale", LOCALES)
def test_labels_are_short(locale: str) -> None:
    """Eight Chinese characters or twenty Latin letters: what fits a button on a narrow phone."""
    wide = {where: label for where, label in labels(locale)
            if sum(5 if unicodedata.east_asian_width(x) in "WF" else 2 for x in label) > 40}  # fmt: skip
    assert wide == {}


# -- danger ----------------------------------------------------------------------------------------------------------

DANGER = """
    chest: 胸口疼得厉害 | 心口疼 | 胸口有点痛 | 胸口好疼 | 胸口这儿一阵疼 | 胸口闷 | 心绞痛 | 心臟疼
    chest: I have chest pain | my chest hurts | pain in my chest
    breath: 喘不上气 | 喘不上来气了 | 憋得慌，喘不过来 | 喘不上來氣 | 呼吸急促 | 呼吸很困难 | 呼吸困難 | 喘气费劲
    breath: 憋的慌 | 特别憋得慌 | I can't breathe | I can’t breathe | cannot breathe well | she is gasping
    faint: 我爹晕倒了 | 老人叫不醒 | 休克了 | 断气了 | 不用了，人晕倒了 | 没办好 老人晕倒了 | 我妈暈倒了
    faint: 叫了半天叫不醒 | he collapsed | my mother fainted | I can't wake my father | unconscious
    gas: 屋里有煤气味 | 煤气罐漏气了 | 煤气罐漏了，味可大 | 煤气灶漏了 | 屋里一股煤气罐味 | 煤气 | 煤氣漏了
    gas: 换煤气罐的时候漏了 | 是不是煤气漏了 | 忘了煤气灶没关 | 要煤气中毒了 | 液化气漏了 | gas leak | I smell gas
    gas: the gas bottle is leaking | carbon monoxide
    despair: 我不想活了 | 活着没意思 | 割腕 | 想跳井 | 活够了 | 喝了敌敌畏 | 她喝农药了 | 自殺 | I don't want to live
    despair: I don’t want to live any more | I want to die | kill myself
    fire: 厨房着火了 | 著火了 | 灶屋起火 | the house is on fire | Fire! | a fire broke out
    bleeding: 血止不住 | 流血不止 | 血流不止 | 吐了一口血 | bleeding won't stop | coughing up blood
    poison: 孩子中毒了 | he swallowed poison
    injury: 中风了 | 老伴摔倒了起不来 | 老伴摔倒了，起不来 | 触电 | 觸電了 | 掉井里了 | he had a stroke
    injury: she fell and can't get up
    help: 救命 | 快来人 | 快來人啊 | 我要死了 | 我快不行了 | 老人快不行了 | somebody help! | I'm dying
    help: call an ambulance
"""
CALM = """煤气罐没气了 | 煤气没了，能换一罐吗 | 在家憋得慌 | 想死你们了 | 胸口不疼 | 没有呼吸困难 | 车胎漏气了 | 家里没米了
    | 换煤气罐 | 想要个新煤气罐 | 煤气灶打不着火 | 没有煤气味 | 家里没煤气了 | 煤气费怎么交 | 送罐煤气 | 没晕倒 | 人没有晕倒，好着呢
    | 急死了 | 累死了 | 饿死了 | 累死我了 | 急死人了 | 累得我要死了 | 手机快不行了 | 救命药快没了 | 跳楼价
    | 防煤气，烟道要通 | 炉子点着火了 | 特别想你
    | 不是胸口疼 | 头疼 | 心疼钱 | 想死孙子了 | 一起火锅 | 我按时喝药了 | 38 | 我来办 2 | 快来人送点米
    | my gas stove is out of gas | gas bottle empty | the gas bottle is empty | we need a new gas bottle | no chest pain
    | I don't have chest pain | we need firewood | masks were passed out | no difficulty breathing | the roof collapsed
    | I am tired | 36.5 | the shop is open | there is no smell of gas | I want to live in town | my phone is dying
    | we changed our number | change day | can you help me with the form | no emergency, but we need rice"""


def heard(text: str) -> str:
    return danger_in(SimpleNamespace(text=text, incoming=SimpleNamespace(said=Said(text))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sort", "text"),
    [(line.partition(":")[0].strip(), text.strip()) for line in DANGER.strip().splitlines()
     for text in line.partition(":")[2].split(" | ")],
)  # fmt: skip
def test_danger_is_heard(sort: str, text: str) -> None:
    assert heard(text) == sort


@pytest.mark.parametrize("text", [text.strip() for text in CALM.split("|")])
def test_calm_words_call_nobody(text: str) -> None:
    assert heard(text) == ""


# -- villagers' groups -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", LOCALES)
def test_words_for_groups_of_villagers_can_show_nothing_of_a_person(locale: str) -> None:
    told = {name: used(block) for name, block in blocks(locale).items()
            if name.endswith(".in_group") or name.startswith("notices.")}  # fmt: skip
    assert len(told) >= 6
    of_danger = {"link", "sort", "told", "d", "danger"}
    """What to do first, and which offices have been told."""
    assert {name: values for name, values in told.items()
            if not values <= (of_danger if name == "danger.in_group" else {"link"})} == {}  # fmt: skip


# -- officialese -----------------------------------------------------------------------------------------------------

STIFF = re.compile("请勿|予以|进行|务必|严禁|知悉|上述|如有|若有|您好！|！|按照规定|相关部门|此致|特此|敬请|贵")


def test_the_chinese_is_plain() -> None:
    """The village's own words; notices, pages and reports have their own tests."""
    aside = ("report.", "notices.", "web.", "demo.", "setup.", "config.", "commands.")
    own = {f: (FOLDER / "zh" / f"{f}.j2").read_text() for f in trees("zh") if f"{f}." not in aside}
    assert {(f, STIFF.search(line)[0], line[:60]) for f, text in own.items()  # type: ignore[index]
            for line in text.splitlines() if STIFF.search(line)} == set()  # fmt: skip


# -- anything a person types -----------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["need", "fever", "missed", "return", "tip", "voice", "order", "breach"]),
    words=st.dictionaries(st.sampled_from(["text", "who", "place", "value", "where", "moment", "errand", "waits_for"]),
                          st.text(max_size=3000)),
    notes=st.lists(st.text(max_size=400), max_size=5), locale=st.sampled_from(LOCALES),
)  # fmt: skip
def test_a_card_with_any_words_on_it_can_be_carried(
    kind: str, words: dict[str, str], notes: list[str], locale: str
) -> None:  # fmt: skip
    duty = open_of(kind)
    letter = card(TOWN, type(duty)(**{**vars(duty), "card": {**card_of(kind), **words, "notes": notes}}), locale, NOW)
    for call in render("telegram:7", letter):
        assert 0 < units(call["params"].get("text", "-")) <= 4096
        rows = call["params"].get("reply_markup", {}).get("inline_keyboard", [])
        assert all(len(b.get("callback_data", "").encode()) <= 64 for row in rows for b in row)


def test_nothing_a_person_writes_is_run_as_a_template() -> None:
    duty = open_of("need")
    for locale in LOCALES:
        assert "{{ 7*7 }}" in card(TOWN, duty, locale, NOW).text


def test_the_folder_of_each_language_is_there() -> None:
    assert {p.name for p in Path(FOLDER).iterdir() if p.is_dir()} >= set(LOCALES)


@pytest.mark.parametrize("locale", LOCALES)
def test_why_a_need_is_urgent_has_words_for_each_that_a_rung_may_name(locale: str) -> None:
    assert tuple(texts(locale).options("need.urgent")) == HASTES


def test_what_is_kept_compiled_is_not_said_after_its_template_or_its_reader_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zh").mkdir()
    file, kept = tmp_path / "zh" / "x.j2", tmp_path / "__pycache__"
    for words in ("早上好", "晚上好"):
        file.write_text(f"{{% block hello %}}{words}{{% endblock %}}", "utf-8")
        assert Texts("zh", tmp_path).say("x.hello") == words
    assert len(list(kept.iterdir())) == 1  # the same file, compiled anew
    monkeypatch.setattr("bot.texts.version", lambda _name: "another Jinja")
    Texts("zh", tmp_path).say("x.hello")
    assert len(list(kept.iterdir())) == 2
    names = {str(vars(compiled(read_as, tmp_path))["pattern"]) for read_as in (READ_AS, {**READ_AS, "trim_blocks": False})}
    assert len(names) == 2
