"""Any moves by any people, restarts and jumps in time: what must be true of duties stays true, on both databases."""

import asyncio
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from rules.alarms import next_alarm, repeating
from rules.duty import Duty
from rules.figures import figures
from rules.kinds import kind_of
from rules.ladders import LADDERS, LAST_TARGETS
from storage import duties, tables
from storage.ledger import Ledger
from tests.conftest import postgres_url
from tests.conversations.stage import Stage
from tests.databases import scratch
from tests.duty.history import begun, kept, retell

ASKERS = st.sampled_from(["li", "sun"])
ACTORS = st.sampled_from(["zhang@cadres/姚洼", "chen@cadres/姚洼", "chen", "head", "leader-monitoring", "boss@command"])
NEEDS = st.sampled_from(["家里没米了", "降压药快没了", "想买点菜", "灯泡坏了", "孩子没奶粉了"])
MOVES = st.sampled_from(
    ["我来办", "办结", "路上", "还要 40 分钟", "不接", "退回", "知道了", "代购 {n} 赵婶", "等 {n} 明天上午 没货",
     "转办 {n} 陈秀英", "转办 {n} 张建国", "合并 {n} 1", "待办", "进展"]
)  # fmt: skip
ANSWERS = st.sampled_from(["办好了", "没办好", "不用了", "嗯", "我的", "满意", "急"])
NUMBERS = st.integers(min_value=1, max_value=4)
JUMPS = st.sampled_from([1, 3, 9, 10, 25, 31, 61, 95, 121, 500])


class Village(RuleBasedStateMachine):
    """One town on one database; every step is a message, a jump in time or a restart."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ends = ExitStack()
        url = self.url
        if url:
            url = self.ends.enter_context(scratch(url))
        else:
            folder = self.ends.enter_context(tempfile.TemporaryDirectory())
            url = f"sqlite:///{folder}/town.db"
        self.stage = Stage(url)
        self.stage.begin_at("09:30")
        self._do(self.stage.open())

    def _do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def _say(self, who: str, words: str) -> None:
        self._do(self.stage.say(who, words))
        self._do(self.stage.listen())

    @rule(who=ASKERS, words=NEEDS)
    def ask(self, who: str, words: str) -> None:
        self._say(who, words)

    @rule(who=ASKERS, words=st.sampled_from(["38.6", "36.5"]))
    def fall_ill(self, who: str, words: str) -> None:
        self._say(who, words)

    @rule(words=st.sampled_from(["路上", "送到了", "还要 20 分钟", "办结 1", "我来办 1"]))
    def run_the_errand(self, words: str) -> None:
        self._say("zhao", words)

    @rule(who=ASKERS, words=ANSWERS, number=NUMBERS)
    def answer(self, who: str, words: str, number: int) -> None:
        self._say(who, f"{words} {number}" if words in ("办好了", "没办好", "不用了") else words)

    @rule(who=ACTORS, words=MOVES, number=NUMBERS)
    def move(self, who: str, words: str, number: int) -> None:
        said = words.format(n=number) if "{n}" in words else words if " " in words else f"{words} {number}"
        self._say(who, said)

    @rule(number=NUMBERS, accepts=st.booleans())
    def hand_over(self, number: int, accepts: bool) -> None:
        self._say("zhang@cadres/姚洼", f"我来办 {number}")
        self._say("zhang@cadres/姚洼", f"转办 {number} 陈秀英")
        self._say("chen", f"{'我来办' if accepts else '不接'} {number}")

    @rule(number=NUMBERS, good=st.booleans(), minutes=JUMPS)
    def finish(self, number: int, good: bool, minutes: int) -> None:
        self._say("zhang@cadres/姚洼", f"办结 {number} 已送到")
        self.time_passes(minutes)
        for who in ("li", "sun"):
            self._say(who, f"{'办好了' if good else '没办好'} {number}")

    @rule(minutes=JUMPS)
    def time_passes(self, minutes: int) -> None:
        self._do(self.stage.move(self.stage.clock + timedelta(minutes=minutes)))
        self._do(self.stage.listen())

    @precondition(lambda self: self.stage.count)
    @rule()
    def restart(self) -> None:
        self._do(self.stage.restart())

    @invariant()
    def what_must_be_true(self) -> None:
        for duty, rows in self._all():
            told = retell(duty.kind, rows)
            assert (told.state, told.holder) == (duty.state, duty.holder), (duty, rows)
            assert (told.handovers, told.reopened) == (duty.handovers, duty.reopened), (duty, rows)
            assert bool(duty.holder) == (duty.state in ("claimed", "reported")) or duty.over, duty
            assert duty.over or duty.rung_at is not None or self._top_knows(rows) or next_alarm(duty), (duty, rows)

    @invariant()
    def nobody_ends_what_is_not_theirs(self) -> None:
        found = {duty.ref: (duty, rows) for duty, rows in self._all()}
        for duty, rows in found.values():
            by = {who for _, what, who, _ in rows if what in ("confirmed", "cancelled", "reopened")}
            assert by <= ({duty.subject} if kind_of(duty.kind).asker else set()), (duty, rows)
            assert not duty.merged_into or found[duty.merged_into][0].subject == duty.subject, duty

    @invariant()
    def what_nobody_has_is_told_again(self) -> None:
        for duty, rows in self._all():
            silenced = not duty.over and not duty.holder and duty.repeat_at is None
            assert not silenced or repeating(duty, LADDERS[duty.ladder]) is None, (duty, rows)

    @invariant()
    def figures_are_what_happened(self) -> None:
        needs = [(duty, rows) for duty, rows in self._all() if duty.kind == "need" and not duty.postponed]
        counted = figures([duty for duty, _ in needs], self.stage.clock, {}, {})
        merged = [duty for duty, _ in needs if duty.merged_into]
        told = {duty.ref: retell("need", rows) for duty, rows in self._all()}
        first = {duty.ref: begun(told[duty.ref], told) for duty, _ in needs if not duty.merged_into}
        plain = sum(kept(each, timedelta(hours=2)) for each in first.values())
        assert plain <= counted.total.fates.get("confirmed", 0) <= plain + len(merged)

    def _top_knows(self, rows: list[tuple[Any, ...]]) -> bool:
        return any(what.startswith("rung") and set(note.split(", ")) & set(LAST_TARGETS) for _, what, _, note in rows)

    def _all(self) -> list[tuple[Duty, list[tuple[Any, ...]]]]:
        def read(tx: Any) -> list[tuple[Duty, list[tuple[Any, ...]]]]:
            ledger = Ledger(tx, "town", self.stage.vault)
            found = duties.read_all(ledger, select(tables.duties))
            return [(duty, duties.history(ledger, "duty", duty.ref)) for duty in found]

        return self._do(self.stage.app.database.transact(read))  # type: ignore[no-any-return]

    def teardown(self) -> None:
        self._do(self.stage.close())
        self.loop.close()
        self.ends.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> str:
    url = "" if request.param == "sqlite" else postgres_url()
    if url is None:
        pytest.skip("no PostgreSQL: set CUNSHAO_TEST_POSTGRES_URL, or start one on 127.0.0.1:5432")
    return url


def test_whatever_people_do(server: str) -> None:
    village = type("Village", (Village,), {"url": server})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        village,
        settings=settings(
            max_examples=3 if server else 8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=checks,
            print_blob=True,
            derandomize=True,
            # Without shrinking, which takes minutes: twenty-five steps can be read as they are.
            phases=(Phase.explicit, Phase.generate),
        ),
    )
