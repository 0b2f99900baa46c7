"""What the eye needs: contrast in both themes, things large enough for a thumb, a first sight without long instructions."""

import pytest

from tests.browser.conftest import Hall
from tests.browser.player import do, step_of

CONTRAST = """(selectors) => {
  const rgb = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    const layers = [];
    for (let n = node; n; n = n.parentElement) layers.push(rgb(getComputedStyle(n).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  return selectors.map((selector) => {
    const node = document.querySelector(selector);
    if (!node) return [selector, 0];
    const back = ground(node), front = over(rgb(getComputedStyle(node).color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    return [selector, (a + 0.05) / (b + 0.05)];
  });
}"""
READ = (
    "#now", "#day", "#next b", "#coming", "[data-rate='60']", "[aria-pressed=true][data-rate]", ".language",
    ".suggestion b", ".suggestion span", "#guide-text", "#guide-stop", "#way-message .about", "#way-message li span",
    "#way-duty h3", "#way-duty li.coming span", "#way-duty li.coming time", ".who h2", ".who p", ".row.mine .text",
    ".row.mine time", ".row.theirs .text", ".chip", ".send span", ".tool", ".adder", "#behind-title",
)  # fmt: skip


def test_contrast_in_both_themes(open_hall: Hall) -> None:
    table = open_hall.table(1280, 800)
    table.open()
    table.page.click("[data-scene=need]")
    do(table, step_of(table.page))
    table.page.wait_for_selector(".chip")
    for theme in ("light", "dark"):
        table.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        table.shot(f"wide-{theme}")
        poor = [(what, round(value, 2)) for what, value in table.page.evaluate(CONTRAST, READ) if value < 4.5]
        assert not poor, theme
    table.good()


def test_first_sight_on_a_narrow_phone(hall: Hall) -> None:
    table = hall.table(360, 740, has_touch=True)
    table.open()
    page = table.page
    lead = page.locator(".lead")
    assert lead.bounding_box()["height"] <= 2 * 1.6 * 14 + 1, "more than two lines of instructions"  # type: ignore[index]
    assert page.locator(".handset:visible").count() == 1
    small = page.evaluate("""() => [...document.querySelectorAll("button, a, summary, textarea")]
        .filter((n) => n.offsetParent && n.getClientRects().length)
        .filter((n) => n.getBoundingClientRect().height < 43.5 && !n.classList.contains("skip"))
        .map((n) => `${n.className} ${n.textContent.trim()}`)""")
    assert not small
    page.click("#hands summary")
    page.click("[data-forward='10m']")
    table.until("document.getElementById('now').textContent >= '07:35'")
    page.locator("#tabs button").nth(3).click()
    assert page.locator(".handset:visible").get_attribute("id") == "handset-group-yaowa"
    assert len(table.letters("group-yaowa")) == 1
    table.shot("narrow-notice")
    table.good()


@pytest.mark.parametrize(("page", "phone"), [(1280, 324), (360, 360)])
def test_a_phone_is_as_wide_as_it_should_be_whatever_the_letters(open_hall: Hall, page: int, phone: int) -> None:
    """The field to write in asks for a width that grows with the font: a Chinese one pushed a narrow page off its edge."""
    table = open_hall.table(page, 740)
    table.open()
    wide = table.page.evaluate("""() => {
        for (const field of document.querySelectorAll("textarea")) field.cols = 80;
        return document.querySelector(".handset.shown").getBoundingClientRect().width;
    }""")
    assert wide == phone


def test_on_a_narrow_page_the_next_thing_is_said_whole_and_the_lead_makes_room(hall: Hall) -> None:
    table = hall.table(360, 740, language="en-GB")
    table.open()
    cut = "n => n.scrollHeight > n.clientHeight + 1 || n.scrollWidth > n.clientWidth"
    assert not table.page.eval_on_selector("#coming", cut), table.page.inner_text("#coming")
    assert table.page.is_visible(".lead")
    table.page.locator(".handset.shown textarea").fill("hello")
    table.page.locator(".handset.shown .send").click()
    table.page.wait_for_selector(".handset.shown .bubble")
    assert not table.page.is_visible(".lead")
    table.good()


def test_more_phones_from_the_towns_list(open_hall: Hall) -> None:
    table = open_hall.table(1280, 800)
    table.open()
    page = table.page
    page.locator("#add").scroll_into_view_if_needed()
    page.click("#add")
    page.fill("#list-search", "石门")
    table.until("document.querySelector('#list-found b')?.textContent.includes('石门')")
    table.shot("wide-list")
    page.locator("#list-found button").first.click()
    page.wait_for_selector("#handset-group-shimen")
    page.click("[data-forward='10m']")
    page.wait_for_selector("#handset-group-shimen .bubble")
    page.reload()
    page.wait_for_selector("#handset-group-shimen .bubble")
    table.good()


def test_a_suggestion_glows_only_where_motion_is_welcome(open_hall: Hall) -> None:
    table = open_hall.table(1280, 800)
    table.page.clock.install()
    table.open()
    table.page.clock.fast_forward(11_000)
    assert table.page.locator(".suggestion.glow").count() == 1
    name = "getComputedStyle(document.querySelector('.suggestion.glow')).animationName"
    assert table.page.evaluate(name) == "none"
    table.page.emulate_media(reduced_motion="no-preference")
    assert table.page.evaluate(name) == "glow"


SHIFTS = """window.moved = 0; new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.moved += shift.value;
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.parametrize("path", ["", "c/yaowa"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_first_page_is_light_and_nothing_jumps(open_hall: Hall, path: str, width: int) -> None:
    table = open_hall.table(width, 740)
    page = table.page
    bytes_in: list[float] = []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda done: bytes_in.append(done["encodedDataLength"]))
    page.add_init_script(SHIFTS)
    page.goto(table.url + path)
    page.wait_for_selector("textarea")
    page.wait_for_timeout(800)
    assert sum(bytes_in) < 60_000
    assert page.evaluate("() => window.moved") < 0.05, "more than what is unread pushing the tabs apart"


def test_the_hands_of_the_clock_stay_under_the_mouse_whatever_comes_next(hall: Hall) -> None:
    table = hall.table(1280, 800)
    table.open()
    hand = table.page.locator("[data-forward='10m']")
    before, coming = hand.bounding_box(), table.page.text_content("#coming")
    hand.click()
    table.until("coming => document.getElementById('coming').textContent !== coming", coming)
    assert hand.bounding_box() == before


def test_every_answer_that_a_phone_offers_is_seen_in_the_demo_too(hall: Hall) -> None:
    table = hall.table(1280, 800)
    table.open()
    page = table.page
    page.locator("#handset-li textarea").fill("家里没米了")
    page.locator("#handset-li .send").click()
    page.wait_for_selector("#handset-li .chip")
    phone, chips = page.locator("#handset-li").bounding_box(), page.locator("#handset-li .chip")
    assert phone is not None
    assert chips.last.inner_text() == "跳过"
    for box in (chip.bounding_box() for chip in chips.all()):
        assert box is not None
        assert phone["x"] < box["x"] < phone["x"] + phone["width"]


def test_on_a_small_phone_the_demo_shows_the_question_above_its_answers(hall: Hall) -> None:
    table = hall.table(360, 640, language="en-GB", has_touch=True)
    table.open()
    page = table.page
    page.click("[data-scene=need]")
    page.locator(".handset.shown .send").click()
    page.wait_for_selector(".handset.shown .chip")
    box = page.locator(".handset.shown .talk").bounding_box()
    assert box is not None
    assert box["height"] >= 60, "two lines of the question"
    page.click("#hands summary")
    assert page.locator("#next").bounding_box()["width"] >= 140  # type: ignore[index]
    table.shot("narrow-hands")
    page.click("#more")
    assert page.eval_on_selector(
        "#list form button", "one => one.getClientRects().length === 1 && one.clientHeight < 50"
    )
    table.good()


def test_three_suggestions_fit_a_narrow_page(open_hall: Hall) -> None:
    table = open_hall.table(390, 844, language="en-GB")
    table.open()
    last = table.page.locator(".suggestion").last.bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= 390
