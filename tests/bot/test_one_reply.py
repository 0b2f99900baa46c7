"""Whatever somebody says, at any question of any form and when none is open, they get exactly one reply; without it 38 could be
met with silence again."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.texts import LOCALES, texts
from chat.form import Talk
from chat.incoming import Incoming, Said
from storage import talks
from tests.chat.test_form_machine import QUESTIONS, SAID, standing_at
from tests.conversations.stage import BEGIN, Stage

SAYABLE = (
    "38", "39", "37", "３８", "38。", "我38", "今早38", "三十八", "365", "36.5", "36.5 37.2", "63.5", "不烧", "38.5要紧吗",
    "家里没米了", "没药了", "急", "嗯", "没有", "谢谢", "不用了", "没办好", "办结", "我来办", "等", "返乡登记", "需求", "举报",
    "帮助", "菜单", "我的", "待办", "我昨天从武汉坐高铁回来", "胸口疼", "不用了，人晕倒了", "着火了", "煤气", "救命",
    "/need 着火了", "/temp 38", "/menu", "转给李四 7", "数据", "日报", "取消", "返回", "跳过", "提交", "是", "？", "。", "yes",
    "I can't breathe", "38 C", "need rice",
)  # fmt: skip
ODD = "38度。？不没有我急 \n\u200b😀/36.5\x00"
WORDS = st.one_of(st.sampled_from(SAYABLE), st.text(min_size=1, max_size=20), st.text(ODD, min_size=1, max_size=8))
NUMBER = count(1)


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, asyncio.AbstractEventLoop]]:
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as folder:
        opened = Stage(f"sqlite:///{folder}/town.db")
        loop.run_until_complete(opened.open())
        yield opened, loop
        loop.run_until_complete(opened.close())
    loop.close()


def answered(stage: Stage, loop: asyncio.AbstractEventLoop, who: str, said: Said, talk: Talk | None = None,
             language: str = "zh") -> list[str]:  # fmt: skip
    """The replies to one message of somebody new, who stands at a question or has no form open."""
    n = next(NUMBER)
    person = f"{who}{n}"
    incoming = Incoming("paper", f"x{n}", person, person, True, said, BEGIN, language=language)
    if talk is not None:
        kept = (talk.id, talk.form, dict(talk.answers), asdict(talk.cursor), talk.misses)
        loop.run_until_complete(stage.app.database.transact(
            lambda tx: talks.save(stage.app.ledger(tx), person, person, kept, BEGIN, BEGIN + timedelta(days=1))
        ))  # fmt: skip
    loop.run_until_complete(stage.app.desk.receive(incoming))
    loop.run_until_complete(stage.app.sender.drained())
    new = stage.gateway.sheets[stage.heard :]
    stage.heard = len(stage.gateway.sheets)
    return [str(call["text"]) for _, address, call in new if address == incoming.chat]  # type: ignore[index,call-overload]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=WORDS)
@example("38")
@example("今早38")
def test_any_text_when_no_form_is_open_gets_exactly_one_reply(
    stage: tuple[Stage, asyncio.AbstractEventLoop], text: str
) -> None:
    replies = answered(*stage, "paper:any", Said(text))
    assert len(replies) == 1
    assert replies[0].strip()
    assert texts("zh").say("desk.apology") not in replies[0]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("name", "question"), QUESTIONS)
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(said=st.builds(Said, text=WORDS) | SAID)
def test_anything_said_at_any_question_gets_exactly_one_reply(
    stage: tuple[Stage, asyncio.AbstractEventLoop], name: str, question: str, locale: str, said: Said
) -> None:
    replies = answered(*stage, "paper:asked", said, standing_at(name, question), locale)
    assert len(replies) == 1
    assert replies[0].strip()
    assert not any(texts(x).say("desk.apology") in replies[0] for x in LOCALES)


@pytest.mark.parametrize("text", ["38", "39", "３８", "38。", "我38", "今早38", "三十八", "38 今天"])
def test_a_bare_fever_is_kept_as_one(stage: tuple[Stage, asyncio.AbstractEventLoop], text: str) -> None:
    (reply,) = answered(*stage, "paper:hot", Said(text))
    assert "发烧了" in reply
