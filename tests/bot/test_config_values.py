"""Durations, addresses, codes, line numbers and the language of the config, each by itself; files that are none."""

import contextlib
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ConfigError, language, load
from bot.config.locate import line_of, lines_of
from bot.config.mistakes import Wrong
from bot.config.values import address, bits, duration

ENGLISH = {"LANG": "en_GB.UTF-8"}


@given(st.integers(0, 90 * 24 * 60))
def test_a_duration_reads_as_it_was_written(minutes: int) -> None:
    length = timedelta(minutes=minutes)
    assert duration(f"{minutes}m") == length
    assert duration(f"{minutes // 60}h{minutes % 60}m") == length


@given(st.text(max_size=12))
def test_a_duration_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Wrong):
        assert duration(text) >= timedelta(0)


@pytest.mark.parametrize(
    "text", ["", "h", "m", "20", "20 m", "1h30", "30m1h", "-5m", "1.5h", "２０m", "2d", "1000000m"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(Wrong):
        duration(text)


@pytest.mark.parametrize(
    "text",
    ["telegram:1", "telegram:-1001234567890", "web:li", "web:yaowa-group", "wecom-robot:a", "hook:x", "bind:QK7NX4TR"],
)  # fmt: skip
def test_a_good_address(text: str) -> None:
    assert address(text) == text


def test_the_bits_of_a_code() -> None:
    assert bits("QK7NX4TR") == 40
    assert bits("1234567890123") > 40 > bits("123456789012")
    assert bits("ABABABABABABAB") == 0


def test_lines_of_every_form_of_toml() -> None:
    text = '''
# a comment with = and [brackets]
a.b = 1
"quoted.key" = "x # not a comment"
long = """
[not.a.table]
he said "yes""""
list = [ # first
  "one", # 1
  ["two", 'th"ree'],
  { x = 1, y = [
    2 ] },
]
[t]
k = 2020-02-10T07:30:00+08:00
[[p.q]]
r = 1
[[p.q]]
[p.q.s]
u = { v = "w" }
[[p.q.n]]
o = 1
'''
    tomllib.loads(text)
    lines = lines_of(text)
    expected = {
        "a.b": 3, "quoted.key": 4, "long": 5, "list": 8, "list[1]": 10, "list[1][1]": 10, "list[2].x": 11,
        "list[2].y[0]": 12, "t": 14, "t.k": 15, "p.q[0]": 16, "p.q[0].r": 17, "p.q[1]": 18, "p.q[1].s.u.v": 20,
        "p.q[1].n[0].o": 22,
    }  # fmt: skip
    assert {path: lines[path] for path in expected} == expected
    assert line_of(lines, "t.missing") == 14
    assert line_of(lines, "p.q[0].s.t[3]") == 16
    assert line_of(lines, "nothing.here") == 0


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (b"[town]\nname = Town\n", 2, "not TOML"),
        (b'[town]\nname = "a"\nname = "b"\n', 3, "written above already"),
        (b'[town]\nname = "a', 2, "not closed"),
        (b'[town]\nname = "a\nlocale = "zh"\n', 2, "not closed"),
        (b"[town]\nname = 'a'\n[report\ntime = 1", 3, "not TOML"),
        (b"[town]\n# \xff\n", 2, "not UTF-8"),
    ],
)
def test_a_file_that_is_not_toml(tmp_path: Path, text: bytes, line: int, said: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(text)
    with pytest.raises(ConfigError, match=said) as caught:
        load(file, ENGLISH)
    assert [m.line for m in caught.value.mistakes] == [line]


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cunshao init"):
        load(tmp_path / "none.toml", ENGLISH)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, ENGLISH)


@pytest.mark.parametrize(
    ("environ", "town", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "en", "zh"),
        ({"LANG": "en_US.UTF-8"}, "zh", "en"),
        ({"LC_ALL": "zh_CN", "LANG": "en_US"}, "en", "zh"),
        ({"LANG": "C.UTF-8"}, "zh", "zh"),
        ({}, "en", "en"),
        ({}, None, "en"),
        ({}, ["zh"], "en"),
    ],
)
def test_the_language_of_the_command_line(environ: dict[str, str], town: object, expected: str) -> None:
    assert language(town, environ) == expected
