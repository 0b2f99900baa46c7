"""Plays a suggestion to its end as a newcomer would: reads what the guide says, and does it."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import Table

MOST = 40
"""Things to do before a suggestion must have come to its end."""
WORDS = "JSON.parse(document.getElementById('demo').dataset.words)"


def play(table: Table, name: str, each: Callable[[int, str], None] = lambda _number, _step: None) -> None:
    """Press the suggestion and do what the guide says until it is done; ``each`` sees every step before it is done."""
    table.page.click(f"[data-scene={name}]")
    carry_on(table, name, each)


def carry_on(table: Table, name: str, each: Callable[[int, str], None] = lambda _number, _step: None) -> None:
    for number in range(MOST):
        step = step_of(table.page)
        if step == f"{name}_end":
            return
        each(number, step)
        do(table, step)
    raise AssertionError(f"{name} did not end: {table.guide()}")


def step_of(page: Page) -> str:
    """The name of the words the guide shows now."""
    return str(
        page.evaluate(f"""() => {{
        const shown = document.getElementById("guide-text").textContent;
        const plain = (text) => text.replace(/\\{{\\w+\\}}/g, "").slice(0, 6);
        const found = Object.entries({WORDS}).filter(([, text]) => shown.startsWith(plain(text).trim()));
        return found.length ? found[0][0] : "";
    }}""")
    )


def do(table: Table, step: str) -> None:
    """One thing that the guide asks for; returns when the town has taken notice of it."""
    page = table.page
    if step in ("send", "answer"):
        here = page.locator(".handset.here")
        field = here.locator("textarea")
        assert field.input_value(), table.guide()
        before = {"way": page.text_content("#way-message .about"), "guide": table.guide()}
        here.locator(".send").click()
        table.until(
            """({ way, guide }) => document.querySelector('#way-message .about').textContent !== way
                && !document.querySelector('.row[data-state=sending]')
                && (document.querySelector('.handset.here textarea')?.value
                    || document.getElementById('guide-text').textContent !== guide)""",
            before,
        )
    elif step == "claim":
        page.locator(".handset.here .card-actions .action").last.scroll_into_view_if_needed()
        page.locator(".handset.here .card-actions").last.locator(".action").first.click()
        table.until("shown => document.getElementById('guide-text').textContent !== shown", table.guide())
    elif step == "nobody":
        before = page.inner_text("#coming")
        page.click("#next")
        table.until("before => document.getElementById('coming').textContent !== before", before)
    else:
        raise AssertionError(f"the guide says something unknown: {table.guide()!r}")
