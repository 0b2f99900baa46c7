"""Who may order, see and count what, where the transcripts' one district and two villages do not reach."""

from dataclasses import replace

import pytest

from handlers.duty.watch import on_watch
from handlers.duty.which import which
from handlers.orders import on_order
from handlers.town_report import on_zero
from rules.duty import Duty
from rules.facts import DutyOpened, WatchStarted
from tests.templates.village import CONTEXTS, NOW, WATCH, FakeReads, open_of

ORDERS = [
    ("area head", "姚洼 打扫", "orders.given", 1),
    ("area head", "姚洼、东坡 打扫", "orders.given", 2),
    ("area head", "西沟 打扫", "orders.elsewhere", 0),
    ("area head", "姚洼、西沟 打扫", "orders.elsewhere", 0),
    ("leader", "西沟 打扫", "orders.given", 1),
    ("cadre in private", "姚洼 打扫", "orders.not_yours", 0),
]


@pytest.mark.parametrize(("who", "said", "block", "orders"), ORDERS, ids=[f"{row[0]}: {row[1]}" for row in ORDERS])
def test_an_area_head_orders_their_own_district_only(who: str, said: str, block: str, orders: int) -> None:
    outcome = on_order(said, CONTEXTS[who], FakeReads(), NOW)
    assert {say.block for say in outcome.says} == {block}
    assert len([fact for fact in outcome.facts if isinstance(fact, DutyOpened)]) == orders


def test_the_text_of_an_order_is_what_is_to_be_done() -> None:
    given = on_order("姚洼 明早8点前 核实3户", CONTEXTS["leader"], FakeReads(), NOW).facts[0]
    assert isinstance(given, DutyOpened)
    assert given.duty.card["text"] == "核实3户"


NOT_HERE = [
    ("cadre of another village", open_of("need"), "duty.elsewhere"),
    ("cadre of another village", open_of("tip"), "duty.no_such"),
    ("volunteer", open_of("need"), "duty.not_with_you"),
]


@pytest.mark.parametrize(("who", "duty", "block"), NOT_HERE, ids=[f"{row[0]}: {row[1].kind}" for row in NOT_HERE])
def test_what_is_not_for_them_is_refused_with_the_reason(who: str, duty: Duty, block: str) -> None:
    meant = which("3", CONTEXTS[who], FakeReads((duty,)))
    assert meant.duty is None
    assert [say.block for say in meant.sorry.says] == [block]


ZEROS = [
    ("a fever", open_of("fever"), "desk.zero_open"),
    ("a tip about a villager", open_of("tip"), "desk.zero_open"),
    ("a tip that may be about the head", replace(open_of("tip"), card={"about": "unsure"}), "desk.zero_kept"),
    ("an order", open_of("order"), "desk.zero_kept"),
    ("a fever of another village", replace(open_of("fever"), village="dongpo"), "desk.zero_kept"),
]


@pytest.mark.parametrize(("what", "duty", "block"), ZEROS, ids=[row[0] for row in ZEROS])
def test_a_zero_report_is_asked_back_about_what_its_head_may_see(what: str, duty: Duty, block: str) -> None:
    outcome = on_zero("", CONTEXTS["head"], FakeReads((duty,)), NOW)
    assert [say.block for say in outcome.says] == [block], what
    assert bool(outcome.facts) is (block == "desk.zero_kept")


WATCHES = [
    ("a fever in the midst of it moves no last day", {}, "watch.already"),
    ("one who has just come home stays longer", {"arrived": NOW.date().isoformat()}, "watch.kept"),
]


@pytest.mark.parametrize(("what", "card", "block"), WATCHES, ids=[row[0] for row in WATCHES])
def test_who_is_watched_already_is_watched_longer_only_for_a_later_arrival(
    what: str, card: dict[str, str], block: str
) -> None:
    fever = replace(open_of("fever"), card=card)
    outcome = on_watch("3", CONTEXTS["cadre in private"], FakeReads((fever,), watch=WATCH), NOW)
    assert [say.block for say in outcome.says] == [block], what
    assert any(isinstance(fact, WatchStarted) for fact in outcome.facts) is (block == "watch.kept")
