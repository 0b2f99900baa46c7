"""The link of a WeCom message on a phone 360 points wide, in both themes, by thumb and by keyboard alone."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bot.gateways import wecom_robot
from tests.browser.test_looks import CONTRAST
from tests.web.test_card_link import Village, village

READ = ("h1", ".i-am", ".i-am a", ".duty h2", ".left", ".what p", ".duty button", ".got-out summary")
ASKED = ("h1", ".sheet p:not(.mark)", ".press", ".who-page label", ".written .press", ".next")
SMALL = """() => [...document.querySelectorAll("button, a, summary, input:not([type=hidden])")]
    .filter((n) => n.checkVisibility() && n.getBoundingClientRect().height < 43.5 && !n.closest(".foot"))
    .map((n) => n.textContent.trim())"""


class Elsewhere:
    """A village that runs in a thread of its own: the browser's calls wait, the program's must not."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.opened = village(f"sqlite:///{folder}/town.db")
        self.here: Village = self.do(self.opened.__aenter__())

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def close(self) -> None:
        self.do(self.opened.__aexit__(None, None, None))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    monkeypatch.setattr(wecom_robot, "PAUSE", 0.0)
    one = Elsewhere(tmp_path)
    yield one
    one.close()


def fits(page: Page, parts: tuple[str, ...]) -> None:
    """Nothing sticks out sideways, is too small for a thumb or too pale to read."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(SMALL) == []
    poor = [(what, round(value, 2)) for what, value in page.evaluate(CONTRAST, list(parts)) if value < 4.5]
    assert poor == []


def tab_to(page: Page, words: str) -> None:
    """Walk with Tab to what has these words."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.textContent.trim()") == words:
            return
    raise AssertionError(f"Tab never reaches {words}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_claimed_and_done_by_keyboard_alone(chromium: Browser, elsewhere: Elsewhere, theme: Any) -> None:
    link = elsewhere.do(elsewhere.here.rice())
    context = chromium.new_context(viewport={"width": 360, "height": 740}, color_scheme=theme, locale="zh-CN")
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(elsewhere.here.town.base + link)
    fits(page, ASKED)
    tab_to(page, "张建国")
    page.keyboard.press("Enter")
    page.wait_for_selector(".duty")
    fits(page, READ)
    tab_to(page, "我来办")
    page.keyboard.press("Enter")
    page.wait_for_selector(".said .words")
    elsewhere.do(elsewhere.here.town.settled())
    assert "张建国 接下了第 1 号" in page.inner_text(".said")
    fits(page, READ)
    tab_to(page, "办结")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('.said').textContent.includes('说办好了')")
    elsewhere.do(elsewhere.here.town.settled())
    assert elsewhere.do(elsewhere.here.duty()).state == "reported"
    page.goto(f"{elsewhere.here.town.base}/k/made-up") and wrong.clear()  # a 403 is said in the console too
    fits(page, ("h1", ".sheet p:not(.mark)", ".next"))
    assert wrong == []
    context.close()


def test_whoever_is_in_no_list_writes_their_name(chromium: Browser, elsewhere: Elsewhere) -> None:
    link = elsewhere.do(elsewhere.here.rice())
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="en")
    page = context.new_page()
    page.goto(elsewhere.here.town.base + link)
    page.fill("#name", "123")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    fits(page, (*ASKED, "[role=alert]"))
    page.fill("#name", "吴大姐")
    page.click(".written .press")
    page.wait_for_selector(".duty")
    assert page.inner_text(".i-am").startswith("You are 吴大姐.")
    page.click(".got-out summary")
    page.click(".got-out button")
    page.wait_for_selector(".sheet h1")
    assert page.inner_text("h1") == "The links are taken back"
    page.goto(elsewhere.here.town.base + link)
    assert page.inner_text("h1") == "This link opens nothing any more"
    context.close()
