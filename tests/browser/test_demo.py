"""The three suggestions to the end, wide and narrow, by mouse and by keys, over a reload and a kill."""

import signal

import pytest

from tests.browser.conftest import Hall, Table
from tests.browser.player import carry_on, do, play, step_of

WIDE, NARROW = (1280, 800), (360, 740)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_three_suggestions(hall: Hall, size: tuple[int, int]) -> None:
    name = "wide" if size == WIDE else "narrow"
    table = hall.table(*size, has_touch=size == NARROW, device_scale_factor=2 if size == NARROW else 1)
    table.open()
    table.shot(f"{name}-first")
    play(table, "return")
    assert any("24" in text or "14" in text for text in table.letters("wang")), table.letters("wang")
    assert any("返乡 1" in text for text in table.letters("cadres-yaowa"))
    table.shot(f"{name}-return")
    play(table, "need", lambda number, _: table.shot(f"{name}-need-{number}"))
    assert any("需求 2" in text for text in table.letters("command")), table.letters("command")
    assert "需求 2" in table.page.text_content("#way-duty .about")
    table.shot(f"{name}-need")
    play(table, "fever")
    assert any("38.2" in text for text in table.letters("leader-monitoring"))
    assert any("张建国" in text for text in table.letters("li"))
    table.shot(f"{name}-fever")
    assert table.page.locator(".suggestion.done").count() == 3
    for group in table.letters("group-yaowa"):
        assert not any(word in group for word in ("李", "王小兵", "38.2", "0000000"))
    assert table.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    table.good()


def test_in_english(open_hall: Hall) -> None:
    table = open_hall.table(*WIDE, language="en-GB")
    table.open()
    assert table.page.inner_text("#behind-title") == "What happens behind"
    play(table, "need")
    assert any("Need 1" in text for text in table.letters("command")), table.letters("command")
    table.shot("wide-english")
    table.page.click(".language")
    table.page.wait_for_selector("html[lang=zh-Hans] #behind-title")  # an evaluation while the page changes would fail
    assert table.page.inner_text("#behind-title") == "背后怎么走"
    table.good()


def test_by_keys_alone(hall: Hall) -> None:
    table = hall.table(*WIDE)
    table.open()
    page = table.page
    _tab_to(table, "[data-scene=fever]")
    page.keyboard.press("Enter")
    table.until("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.press("Enter")
    page.wait_for_selector("#handset-cadres-yaowa .card-actions")
    _tab_to(table, "#handset-cadres-yaowa .action")
    page.keyboard.press("Enter")
    page.wait_for_selector(".suggestion.done")
    _tab_to(table, "#next", back=True)
    coming = page.text_content("#coming")
    page.keyboard.press("Enter")
    table.until("coming => document.getElementById('coming').textContent !== coming", coming)
    table.good()


def test_a_reload_and_a_kill_in_the_middle(hall: Hall) -> None:
    table = hall.table(*WIDE)
    table.open()
    page, program = table.page, hall.program
    page.click("[data-scene=return]")
    for _ in range(3):
        do(table, step_of(page))
    before = table.letters("wang")
    page.reload()
    table.until("n => document.querySelectorAll('#handset-wang .bubble').length === n", len(before))
    assert table.letters("wang") == before
    assert step_of(page) == "answer"
    program.stop(signal.SIGKILL)
    page.wait_for_selector(".offline:not([hidden])")
    program.start()
    assert program.url == table.url
    table.until("!document.querySelector('.table').classList.contains('offline')")
    assert table.letters("wang") == before
    carry_on(table, "return")
    sent = [text for text in table.letters("wang") if text == "王小兵"]
    assert len(sent) == 1
    play(table, "need", lambda number, step: _kill(hall, table) if step == "nobody" and number > 3 else None)
    table.until(
        "() => [...document.querySelectorAll('#handset-command .bubble')].some(b => b.textContent.includes('需求 2'))"
    )
    cards = [text for text in table.letters("command") if "需求 2" in text]
    assert len(set(cards)) == len(cards), "told twice"
    assert not [url for url in table.fetched if not url.startswith((table.url, "data:", "blob:"))]


def _kill(hall: Hall, table: Table) -> None:
    """Killed and started again: the town's clock goes on where it was."""
    shown = table.page.inner_text("#now")
    hall.program.stop(signal.SIGKILL)
    hall.program.start()
    table.until("!document.querySelector('.table').classList.contains('offline')")
    assert table.page.inner_text("#now") >= shown


def _tab_to(table: Table, selector: str, back: bool = False) -> None:
    for _ in range(150):
        if table.page.evaluate("selector => Boolean(document.activeElement?.closest(selector))", selector):
            return
        table.page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab does not reach {selector}")
