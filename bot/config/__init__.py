"""The config file as the program uses it; without it every part would read TOML, and its mistakes, in its own way."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from bot.config.database import database_url
from bot.config.locate import lines_of
from bot.config.mistakes import ConfigError, Mistake, Notebook, Wrong, language, shown, words_for
from bot.config.outward import HookConfig, Outward, read_outward
from bot.config.tables import Key, Keys, no_strangers, read_table
from bot.config.town import TOWN_TABLES, read_town
from bot.config.values import a_url, file, listen, listen_or_none, one_of, pace, secret, token, url
from rules.town import Town

__all__ = ["Config", "ConfigError", "HookConfig", "Mistake", "TelegramConfig", "WebConfig", "language", "load", "read"]

WIDE = re.compile("[\u2018-\u201f\uff02\uff07\uff1d\uff3b\uff3d]")
"""Quotes, brackets and equals signs of a Chinese keyboard: they look right, and TOML does not know them."""
TOML_SAYS = {
    "twice": ("Cannot declare", "Cannot overwrite", "Cannot mutate", "Duplicate", "Cannot redefine"),
    "open": ("Illegal character '\\n'", "Unterminated", "Unclosed"),
}
"""What the two commonest mistakes are called in tomllib's words, which are English and a programmer's."""
TELEGRAM = "https://api.telegram.org"
TOKEN_NAME = "CUNSHAO_TELEGRAM_TOKEN"


@dataclass(frozen=True)
class TelegramConfig:
    """An empty token: off. ``sends_per_second`` in all; ``webhook_listen`` None: where the web pages are."""

    token: str = ""
    api_base_url: str = TELEGRAM
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str = ""
    webhook_secret: str = ""
    webhook_listen: tuple[str, int] | None = None
    sends_per_second: float = 30.0


@dataclass(frozen=True)
class WebConfig:
    """Where the pages are served, and the address people open, without a slash at its end."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""


@dataclass(frozen=True)
class Config:
    """A config file, checked. ``path`` is the file; what is relative in it is relative to its folder."""

    town: Town
    database_url: str
    key_file: Path
    telegram: TelegramConfig
    web: WebConfig
    ping_url: str
    wecom_base_url: str
    outward: Outward
    path: Path

    @property
    def folder(self) -> Path:
        """Where the file lies."""
        return self.path.resolve().parent


TABLES: Mapping[str, Keys] = {
    "database": {"url": Key(database_url, database_url("sqlite:///cunshao.db"))},
    "secrets": {"key_file": Key(file, "cunshao.key")},
    "telegram": {
        "token": Key(token, ""),
        "api_base_url": Key(url, TELEGRAM),
        "mode": Key(one_of(("polling", "webhook")), "polling"),
        "webhook_url": Key(url, ""),
        "webhook_secret": Key(secret, ""),
        "webhook_listen": Key(listen_or_none, None),
        "sends_per_second": Key(pace, 30.0),
    },
    "web": {"listen": Key(listen, ("127.0.0.1", 8080)), "public_url": Key(url, "")},
    "wecom": {"api_base_url": Key(a_url, "https://qyapi.weixin.qq.com")},
    "watch": {"ping_url": Key(url, "")},
}


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Read a config file. Raises ConfigError with every mistake in it; the words follow the terminal's language."""
    try:
        written = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise _alone(path, environ, "no_file", file=str(path)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _alone(path, environ, "not_utf8", line) from None
    except OSError as error:
        raise _alone(path, environ, "unreadable", file=str(path), why=error.strerror or "") from None
    return read(written, path, environ)


def read(written: str, path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """The same for a text that was read already."""
    try:
        data = tomllib.loads(written, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else max(1, len(written.splitlines()))
        said, wide = re.sub(r" \(at .*", "", str(error)), WIDE.findall((written.splitlines() or [""])[line - 1])
        how = next((how for how, words in TOML_SAYS.items() if any(word in said for word in words)), "")
        raise _alone(path, environ, "not_toml", line, why=said, how=how, wide=" ".join(dict.fromkeys(wide))) from None
    except (RecursionError, ValueError):  # brackets in brackets without end; a number of thousands of digits
        raise _alone(path, environ, "too_much", longest_line(written)) from None
    town = data.get("town")
    notes = Notebook(words_for(town.get("locale") if isinstance(town, dict) else None, environ), lines_of(written))
    no_strangers(notes, "", data, (*TOWN_TABLES, *TABLES, "hooks"))
    got = {table: read_table(notes, table, data.get(table, {}), keys) for table, keys in TABLES.items()}
    telegram = _telegram(notes, got["telegram"], environ)
    host, port = got["web"]["listen"]
    web = WebConfig(host, port, got["web"]["public_url"] or _local_url(host, port))
    read_here = read_town(notes, data, web.public_url)
    outward = read_outward(notes, data, environ)
    if notes.found:
        raise ConfigError(notes.sorted(), path, notes.words.locale)
    folder = path.resolve().parent
    database = got["database"]["url"].beside(folder)
    return Config(
        read_here, database, folder / got["secrets"]["key_file"], telegram, web, got["watch"]["ping_url"],
        got["wecom"]["api_base_url"], outward, path,
    )  # fmt: skip


def longest_line(written: str) -> int:
    """Where the most is written: what is too much for the reader stands there."""
    lines = written.split("\n")
    return max(range(len(lines)), key=lambda number: len(lines[number])) + 1


def _telegram(notes: Notebook, got: dict[str, Any], environ: Mapping[str, str]) -> TelegramConfig:
    """The variable wins over the file: it is how a secret is given to a program that runs from a shared folder."""
    if given := environ.get(TOKEN_NAME, "").strip():
        try:
            got = {**got, "token": token(given)}
        except Wrong:
            notes.note("telegram.token", "not_token_given", variable=TOKEN_NAME)
    settings = TelegramConfig(**got)
    if settings.mode == "webhook":
        for key in ("webhook_url", "webhook_secret"):
            if not got[key] and not notes.has(f"telegram.{key}"):
                notes.note(f"telegram.{key}", "webhook_needs", name=key)
        if settings.webhook_url.startswith("http://") and settings.api_base_url.startswith(TELEGRAM):
            notes.note("telegram.webhook_url", "webhook_https", value=shown(settings.webhook_url))
    if not settings.api_base_url:
        notes.note("telegram.api_base_url", "not_url", value='""')
    return settings


def _local_url(host: str, port: int) -> str:
    if host in ("0.0.0.0", "::"):
        return ""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _alone(path: Path, environ: Mapping[str, str], kind: str, line: int = 0, **values: object) -> ConfigError:
    """The one mistake of a file that cannot be read further."""
    notes = Notebook(words_for(None, environ), {})
    notes.note("", kind, **values)
    only = notes.found[0]
    return ConfigError((Mistake("", line, only.said, only.remedy),), path, notes.words.locale)
