"""One Chromium for all tests here, and the real ``cunshao demo`` in a process of its own."""

import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

SHOTS = Path(__file__).resolve().parent.parent / "shots"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")  # fmt: skip
PATIENCE = 20.0
START = 60.0
"""Seconds that a program may take to start on a busy machine before the test gives up."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Program:
    """``cunshao demo`` in a folder of its own; it can be killed and started again."""

    folder: Path
    port: int = 18300
    url: str = ""
    running: "subprocess.Popen[str] | None" = None
    said: list[str] = field(default_factory=list)

    def start(self) -> None:
        command = [sys.executable, "-m", "bot", "demo", "--folder", str(self.folder), "--port", str(self.port)]
        with (self.folder.parent / "log.txt").open("a") as log:
            self.running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.running.stdout is not None
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", line := self.running.stdout.readline())):
            assert line, (self.folder.parent / "log.txt").read_text()
            self.said.append(line)
        self.url, self.port = found[0], int(found[1])
        end = time.monotonic() + START
        while not self._answers():
            assert time.monotonic() < end, (self.folder.parent / "log.txt").read_text()
            time.sleep(0.05)

    def stop(self, how: signal.Signals) -> None:
        if self.running is None:
            return
        self.running.send_signal(how)
        self.running.wait(timeout=30)
        assert self.running.stdout is not None
        self.running.stdout.close()
        self.running = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}demo/clock", timeout=5):
                return True
        except OSError:
            return False


def _running(folder: Path) -> Iterator[Program]:
    found = Program(folder / "demo")
    found.folder.mkdir()
    found.start()
    yield found
    found.stop(signal.SIGKILL)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """A town in which nothing has happened yet."""
    yield from _running(tmp_path)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A town that several tests look at."""
    yield from _running(tmp_path_factory.mktemp("town"))


@dataclass
class Table:
    """A page on the demo, and all that it asked for and complained of."""

    page: Page
    url: str
    fetched: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, **query: str) -> None:
        self.page.on("request", lambda request: self.fetched.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.goto(self.url + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""))
        self.until("document.getElementById('coming').textContent !== ''")

    def until(self, expression: str, given: object = None) -> None:
        """Asked again and again from outside: the page's own policy forbids what Playwright would wait with."""
        asked = expression if "=>" in expression else f"() => {expression}"
        end = time.monotonic() + PATIENCE
        while not self.page.evaluate(asked, given):
            assert time.monotonic() < end, f"never: {expression}; the guide says: {self.guide()}"
            self.page.wait_for_timeout(30)

    def guide(self) -> str:
        return str(self.page.text_content("#guide-text"))

    def letters(self, chat: str) -> list[str]:
        """The bubbles on a phone, whether it is shown or not."""
        return self.page.eval_on_selector_all(
            f"#handset-{chat} .bubble .text", "all => all.map(one => one.textContent)"
        )

    def shot(self, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def good(self) -> None:
        """Nothing was fetched from outside, and nothing went wrong in the page."""
        outside = [url for url in self.fetched if not url.startswith((self.url, "data:", "blob:"))]
        assert not outside
        assert not self.complaints


@dataclass
class Hall:
    """Opens pages on one program, each in a browser profile of its own."""

    chromium: Browser
    program: Program
    contexts: list[BrowserContext] = field(default_factory=list)

    def table(self, width: int, height: int, language: str = "zh-CN", **how: object) -> Table:
        context = self.chromium.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            reduced_motion="reduce",
            **how,  # type: ignore[arg-type]
        )
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        return Table(context.new_page(), self.program.url)


def _opened(hall: Hall) -> Iterator[Hall]:
    yield hall
    for context in hall.contexts:
        context.close()


@pytest.fixture
def hall(chromium: Browser, program: Program) -> Iterator[Hall]:
    """Pages on a town of the test's own."""
    yield from _opened(Hall(chromium, program))


@pytest.fixture
def open_hall(chromium: Browser, town: Program) -> Iterator[Hall]:
    """Pages on a town that other tests have used."""
    yield from _opened(Hall(chromium, town))
