"""One phone as its owner has it in hand: the keyboard open, the net away, two pages at once, the screen read out."""

import base64

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PATIENCE, Hall, Table

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SILENCE = (
    """navigator.mediaDevices.getUserMedia = async () => new AudioContext().createMediaStreamDestination().stream;"""
)


def opened(hall: Hall, who: str, width: int = 360, height: int = 640, size: str = "", **how: object) -> Table:
    """A phone of its own at ``/p/<who>``."""
    table = hall.table(width, height, has_touch=True, **how)
    if size:
        table.page.add_init_script(f"localStorage.setItem('cunshao.size', '{size}')")
    table.page.on("pageerror", lambda error: table.complaints.append(str(error)))
    table.url = f"{table.url}p/{who}"
    table.page.goto(table.url)
    table.page.wait_for_selector("textarea")
    return table


def write(page: Page, text: str) -> None:
    page.fill("textarea", text)
    page.press("textarea", "Enter")


@pytest.mark.parametrize("size", ["17", "26"])
def test_what_is_asked_stays_in_sight_above_an_open_keyboard(hall: Hall, size: str) -> None:
    table = opened(hall, "wang", 360, 330, size)
    page = table.page
    write(page, "返乡登记")
    page.wait_for_selector(".chip")
    seen = page.evaluate("""() => {
        const box = (selector) => document.querySelector(selector).getBoundingClientRect();
        const last = [...document.querySelectorAll(".row .text")].pop().getBoundingClientRect();
        return { head: box(".head").top, talk: box(".talk").height, foot: box(".composer").bottom, high: innerHeight,
                 line: last.bottom - box(".head").bottom };
    }""")
    table.shot(f"keyboard-{size}")
    assert seen["head"] == 0
    assert seen["foot"] <= seen["high"] + 1, "what is written is covered"
    assert seen["line"] >= 1.4 * int(size), "not even the question's last line is seen"
    page.locator(".chip").first.click()  # what is pressed does not move away because the field has lost its focus
    page.locator(".row.mine", has_text="我自己").wait_for()
    page.fill("textarea", "王小兵")
    page.click(".send")
    page.locator(".row.mine", has_text="王小兵").wait_for()
    page.focus("textarea")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "tool menu", "by keys the tools are there"


def test_on_its_side_the_tools_stand_beside_the_line(hall: Hall) -> None:
    page = opened(hall, "wang", 640, 360).page
    page.focus("textarea")
    line, tool = page.locator("textarea").bounding_box(), page.locator(".tool.menu").bounding_box()
    assert line is not None
    assert tool is not None
    assert tool["x"] > line["x"] + line["width"]
    assert abs(tool["y"] - line["y"]) < 12


def test_what_was_refused_shows_why_and_the_way_on(hall: Hall) -> None:
    table = opened(hall, "li")
    page = table.page
    for _ in range(6):
        write(page, "36.5")
        page.wait_for_timeout(50)
    page.wait_for_selector(".row:not([data-state]).theirs:nth-child(n+8)")
    page.route("**/api/say", lambda route: route.fulfill(status=400, json={"error": "太长了", "next": "分成几条"}))
    write(page, "家里没米了，" * 20)
    page.wait_for_selector(".retry")
    low = "(selector) => document.querySelector(selector).getBoundingClientRect().bottom"
    assert page.evaluate(low, ".retry") <= page.evaluate(low, ".talk"), "the way on lies below the edge"
    page.unroute("**/api/say")
    page.click(".retry")
    page.wait_for_selector(".retry", state="detached")
    assert page.locator(".row.mine", has_text="家里没米了").count() == 1


def test_two_pages_of_one_chat_keep_what_neither_could_send(hall: Hall) -> None:
    table = opened(hall, "zhao")
    first, context = table.page, table.page.context
    second = context.new_page()
    second.goto(first.url)
    second.wait_for_selector("textarea")
    context.set_offline(True)
    write(first, "第一页说的")
    first.wait_for_selector(".row[data-state=waiting]")
    write(second, "第二页说的")
    second.wait_for_selector(".row[data-state=waiting]")
    for page in (first, second):
        page.close()
    context.set_offline(False)
    third = context.new_page()
    third.goto(table.url)
    for words in ("第一页说的", "第二页说的"):
        third.locator(".row.mine", has_text=words).wait_for(timeout=PATIENCE * 1000)
        assert third.locator(".row.mine", has_text=words).count() == 1


def test_a_photo_that_was_not_sent_is_sent_by_the_next_page(hall: Hall) -> None:
    table = opened(hall, "zhao")
    page = table.page
    page.context.set_offline(True)
    page.set_input_files("input[type=file]", {"name": "x.png", "mimeType": "image/png", "buffer": PIXEL})
    page.wait_for_selector(".row[data-state=waiting] img")
    page.fill("textarea", "写了一半")
    page.route("**/api/file", lambda route: route.abort())
    page.context.set_offline(False)
    page.reload()
    page.wait_for_selector(".row[data-state=waiting] img")
    assert page.input_value("textarea") == "写了一半"
    page.unroute("**/api/file")
    page.reload()
    page.wait_for_selector(".row.mine[data-state=sent] img")
    assert page.locator(".row.mine").count() == 1
    assert page.evaluate(
        "Object.keys(localStorage).filter((k) => k.includes('unsent')).map((k) => localStorage[k])"
    ) == ["[]"]


def test_a_recording_can_be_put_aside_while_its_time_runs(hall: Hall) -> None:
    table = opened(hall, "zhao")
    page = table.page
    page.evaluate(SILENCE)
    page.focus(".tool.voice")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note .aside")
    page.evaluate("() => { window.kept = document.querySelector('.note .aside'); }")
    page.wait_for_selector(".note time:text-is('0:01')")
    assert page.evaluate("() => window.kept.isConnected"), "a button made anew under the thumb cannot be pressed"
    assert page.get_attribute(".note time", "aria-hidden") == "true", "each second would be read out"
    page.click(".note .aside")
    page.wait_for_selector(".note", state="hidden")
    assert page.locator(".bubble audio").count() == 0


def test_a_finger_that_slides_off_the_microphone_lets_go_all_the_same(hall: Hall) -> None:
    table = opened(hall, "zhao")
    page = table.page
    page.evaluate(SILENCE)
    box = page.locator(".tool.voice").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.wait_for_selector(".note time:text-is('0:01')")
    page.mouse.move(box["x"] + 20, box["y"] - 200)
    page.mouse.up()
    page.wait_for_selector(".bubble audio")
    table.until("!document.querySelector('.tool.voice').classList.contains('on')")
