"""The board in a real browser: signed in by the bot's link, a claim by thumb and by keyboard, and a second board that follows."""

import json
import re
import time
import urllib.request

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PATIENCE, Hall, Program, Table
from tests.browser.test_looks import CONTRAST

LINK = re.compile(r"http://[\w.:]+/in/[\w-]+")

GIVEN: set[str] = set()
"""Links that were pressed: the page still shows them."""


def say(program: Program, who: str, text: str) -> None:
    """Somebody of the sample town writes on their page."""
    body = {"chat": who, "sender": who, "id": f"test-{time.monotonic_ns()}", "text": text}
    asked = urllib.request.Request(
        f"{program.url}api/say", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        assert answer.status == 200


def link_of(program: Program, who: str) -> str:
    """The link that the bot gave just now."""
    say(program, who, "看板")
    with urllib.request.urlopen(f"{program.url}api/stream?chat={who}&as={who}", timeout=PATIENCE) as letters:
        for line in letters:
            new = [link for link in LINK.findall(line.decode()) if link not in GIVEN]
            if new:
                GIVEN.add(new[0])
                return str(new[0])
    raise AssertionError("no link")


def board(hall: Hall, who: str, width: int, height: int, **how: object) -> Table:
    """A browser of somebody who pressed the link's button."""
    table = hall.table(width, height, **how)
    page = table.page
    page.on("request", lambda request: table.fetched.append(request.url))
    page.on("pageerror", lambda error: table.complaints.append(str(error)))
    page.on("console", lambda said: table.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.goto(link_of(hall.program, who))
    page.keyboard.press("Tab")
    while page.evaluate("() => document.activeElement.className") != "press":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-live=yes]")
    return table


def number(page: Page, words: str) -> str:
    """The number of the card with these words."""
    card = page.locator(".duty", has_text=words).first
    card.wait_for()
    return str(card.get_attribute("id")).removeprefix("d-")


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 900)])
def test_a_claim_is_seen_on_a_second_board_at_once(hall: Hall, width: int, height: int) -> None:
    mine, theirs = board(hall, "head-yaowa", width, height), board(hall, "leader-monitoring", 1280, 900)
    say(hall.program, "li", "家里没米了")
    ref = number(mine.page, "家里没米了")
    assert number(theirs.page, "家里没米了") == ref
    button = mine.page.locator(f"#b-d-claim-{ref}")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    mine.page.wait_for_selector(f"#col-claimed #d-{ref}")
    assert f"接下了第 {ref} 号" in mine.page.inner_text("#said")
    theirs.page.wait_for_selector(f"#col-claimed #d-{ref}")
    assert "姚德顺" in theirs.page.inner_text(f"#d-{ref}")
    assert theirs.page.inner_text("#said") == ""
    for table in (mine, theirs):
        assert table.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        mine.shot(f"board-{width}")
        assert table.page.evaluate(CONTRAST, [".office-head a[aria-current]"])[0][1] >= 4.5
        table.good()


def test_the_board_by_keyboard_and_without_scripts(hall: Hall) -> None:
    say(hall.program, "li", "家里没米了")
    keys = board(hall, "head-yaowa", 1280, 900).page
    ref = number(keys, "家里没米了")
    keys.locator(f"#b-d-claim-{ref}").focus()
    keys.keyboard.press("Enter")
    keys.wait_for_selector(f"#col-claimed #d-{ref}")
    # The button that was pressed is gone; the next one of the same card has its place.
    keys.wait_for_function(f"() => document.activeElement.closest('.duty')?.id === 'd-{ref}'")
    done = f"b-d-onway-{ref}"
    keys.locator(f"#{done}").focus()
    keys.keyboard.press("Space")
    keys.locator("#said", has_text="在路上").wait_for()
    keys.wait_for_function(
        f"() => document.activeElement.id === '{done}'"
    )  # the place is kept when the columns are new
    bare = hall.table(360, 740, java_script_enabled=False).page
    bare.goto(link_of(hall.program, "head-yaowa"))
    bare.click("button.press")
    bare.click(f"#d-{ref} button[value='d:history:{ref}']")
    assert "姚德顺（私聊） 接下" in bare.inner_text("#said")
    bare.select_option("select[name=kind]", "need")
    bare.click("#filters button")
    assert "kind=need" in bare.url
    assert bare.locator(f"#d-{ref}").count() == 1


def test_what_is_being_written_stays_when_the_board_moves(hall: Hall) -> None:
    say(hall.program, "li", "家里没米了")
    table = board(hall, "head-yaowa", 360, 740)
    page = table.page
    ref = number(page, "家里没米了")
    page.locator(f"#b-d-claim-{ref}").click()
    page.wait_for_selector(f"#col-claimed #d-{ref}")
    page.locator(f"#more-{ref} summary").click()
    page.fill(f"#more-{ref} input[name=words]", "明早，药店没货")
    table.shot("board-more-360")
    with page.expect_response(lambda answer: "/board?" in answer.url):
        say(hall.program, "home-yaowa", "降压药没了")
    assert page.input_value(f"#more-{ref} input[name=words]") == "明早，药店没货"
    assert not page.locator(".duty", has_text="降压药没了").count(), "the columns wait"
    page.click(f"#more-{ref} button[value='d:wait:{ref}']")
    page.locator("#said", has_text="药店没货").wait_for()
    page.locator(".duty", has_text="降压药没了").wait_for()
    table.good()


def test_the_filters_need_no_button_and_the_figures_fit_a_phone(hall: Hall) -> None:
    for who, text in (("li", "家里没米了"), ("home-yaowa", "降压药没了")):
        say(hall.program, who, text)
    table = board(hall, "command", 360, 740)
    number(table.page, "降压药没了")
    table.page.select_option("select[name=village]", "yaowa")
    table.page.wait_for_url("**village=yaowa**")
    table.page.wait_for_selector("[data-live=yes]")
    table.page.goto(f"{hall.program.url}figures?days=1")
    assert table.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert table.page.get_by_role("columnheader").count() > 8
    table.shot("figures-360")
    table.good()


def test_the_figures_are_sorted_by_the_heading_that_is_pressed(hall: Hall) -> None:
    for who, text in (("home-shimen-1", "家里没米了"), ("li", "家里没米了"), ("home-yaowa", "降压药没了")):
        say(hall.program, who, text)
    table = board(hall, "command", 1280, 900)
    number(table.page, "降压药没了")
    table.page.goto(f"{hall.program.url}figures?days=1")
    villages = table.page.locator("table.count", has=table.page.locator("th", has_text="姚洼"))
    head = villages.locator("thead th", has_text="没到时候")
    for sort, first in (("descending", "姚洼"), ("ascending", "石门")):
        head.locator("button").focus()
        table.page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == sort
        assert villages.locator("tbody th").first.inner_text() == first
    box = head.locator("button").bounding_box()
    assert box is not None
    assert box["height"] >= 44
    table.good()
