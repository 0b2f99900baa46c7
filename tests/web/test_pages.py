"""The pages: light, closed to the outside, in both languages, and never without a next step."""

import re

import pytest

from bot.texts import LOCALES, texts
from bot.web.static import STATIC, edition
from tests.web.house import CADRES, LI, House

LIGHT = 60_000
"""Bytes of the first page over the wire, with all it loads."""


def cookie_of(headers: object) -> str:
    """The key a page gave this phone."""
    found = re.search(r"cunshao=([\w-]+)", headers["Set-Cookie"])  # type: ignore[index]
    assert found
    return found[1]


async def wire(house: House, path: str) -> int:
    """Bytes that come over the wire for a path, packed."""
    async with house.client.get(path, headers={"Accept-Encoding": "gzip"}, auto_decompress=False) as answer:
        assert answer.status == 200, path
        return len(await answer.read())


async def test_the_first_page_is_light(strict: House) -> None:
    page = (await strict.get("/c/yaowa"))[1].decode()
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
    assert {p.rsplit("/")[-1] for p in loaded} >= {"cunshao.css", "phone.js", "chat.js", "icon.svg"}
    assert sum([await wire(strict, path) for path in sorted(loaded)]) + await wire(strict, "/c/yaowa") < LIGHT
    assert len(re.findall(r'rel="stylesheet"', page)) == 1


async def test_every_script_that_is_imported_is_loaded_with_the_page(strict: House) -> None:
    page = (await strict.get("/c/yaowa"))[1].decode()
    imported = {name for path in STATIC.glob("*.js") if not path.name.startswith("demo")
                for name in re.findall(r'from "\./([\w-]+\.js)"', path.read_text("utf-8"))}  # fmt: skip
    assert imported
    assert all(f"/static/{edition()}/{name}" in page for name in imported)


@pytest.mark.parametrize(
    "path", ["/c/yaowa", f"/p/{LI}", f"/g/{CADRES}", "/", "/nowhere", "/c/nowhere", "/p/nobody", "/g/none"]
)
@pytest.mark.parametrize("locale", LOCALES)
async def test_nothing_comes_from_outside_and_no_script_stands_in_the_page(
    strict: House, path: str, locale: str
) -> None:
    status, body, headers = await strict.get(path, Accept_Language=locale)
    page, policy = body.decode(), headers["Content-Security-Policy"]
    assert status == (404 if path.startswith(("/n", "/c/n", "/p/n", "/g/n")) else 200)
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r"\s(?:style|on\w+)=", page)
    assert f'lang="{"zh-Hans" if locale == "zh" else "en"}"' in page


async def test_the_front_page_names_nobody(strict: House) -> None:
    page = (await strict.get("/"))[1].decode()
    assert "许家湖" in page
    assert not [p.name for p in strict.app.book.town.people if p.name in page]


async def test_a_first_visit_makes_a_key_and_says_whose_village_it_is(strict: House) -> None:
    first = cookie_of((await strict.get("/c/yaowa"))[2])
    second = cookie_of((await strict.get("/c/yaowa"))[2])
    assert first != second
    assert len(first) >= 22, "128 random bits"
    await strict.app.sender.drained()
    (greeting,) = await strict.letters(first, 1, key=first)
    assert "姚洼" in greeting["text"]
    again = await strict.get("/c/shimen", Cookie=f"cunshao={first}")
    assert cookie_of(again[2]) == first
    await strict.say(first, "36.5", key=first)
    letters = await strict.letters(first, 3, key=first)
    assert [x["from"] for x in letters] == ["bot", "person", "bot"], "greeted once"


async def test_a_chosen_language_is_remembered(strict: House) -> None:
    _, body, headers = await strict.get("/?lang=en", Accept_Language="zh-CN")
    assert "Village sentry" in body.decode()
    assert "lang=en" in headers["Set-Cookie"]
    assert "Village sentry" in (await strict.get("/", Accept_Language="zh-CN", Cookie="lang=en"))[1].decode()


async def test_what_never_changes_is_kept_for_ever_and_an_old_edition_is_not(strict: House) -> None:
    _, _, headers = await strict.get(f"/static/{edition()}/phone.js")
    assert "immutable" in headers["Cache-Control"]
    status, _, headers = await strict.get("/static/0123456789/phone.js")
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    for path in ("..%2Fbase.html", "etc/passwd", "none.js", "vendor"):
        assert (await strict.get(f"/static/{edition()}/{path}"))[0] == 404


def test_every_word_the_scripts_say_exists_in_both_languages() -> None:
    scripts = "\n".join(p.read_text("utf-8") for p in STATIC.glob("*.js") if not p.name.startswith("demo"))
    used = set(re.findall(r"\bwords\.(\w+)", scripts)) | {
        "sending",
        "sent",
        "waiting",
        "failed",
        "size_small",
        "size_middle",
    }
    for locale in LOCALES:
        known = texts(locale).options("web.phone")
        assert used <= set(known), used - set(known)
        assert all(len(said) == 1 for said in known.values())
    assert set(texts("zh").options("web.phone")) == set(texts("en").options("web.phone"))


def test_every_refusal_says_what_happened_and_what_to_do() -> None:
    for locale in LOCALES:
        errors = texts(locale).options("web.errors")
        assert set(errors) == set(texts("zh").options("web.errors"))
        assert all(len(said) == 2 for said in errors.values())
