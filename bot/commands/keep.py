"""``cunshao backup`` and ``restore``: a town's rows in one file, taken while it runs; without it a dead disk would be the end.

The file is a gzip of JSON lines: a head, each row as ``[table, {column: value}]``, and a last line that says how many rows
there are, so that a file that was cut off is noticed before anything is changed. What is sealed stays sealed.
"""

import gzip
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, LargeBinary, create_engine, insert, make_url, select
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot.commands.hindrance import migrated
from bot.commands.look import first_line
from bot.commands.probes import ask_database, key_trouble
from bot.config import Config, ConfigError, load
from bot.config.mistakes import words_for
from bot.texts import Texts
from storage.migrate import newest
from storage.soundness import key_opens
from storage.tables import Moment, metadata
from storage.vault import Vault, VaultError

FORM = "cunshao-backup"
TOGETHER = 500
"""Rows read, and written, at once: what bounds the memory, however many there are."""
Line = tuple[str, dict[str, Any]]
FOREIGN = (ValueError, LookupError, TypeError, AttributeError)
"""What reading raises where somebody else wrote into the file: no JSON, no table or column or value of ours."""


class NoBackup(Exception):
    """A file that cannot be restored; ``block`` names the words that say why."""

    def __init__(self, block: str, **values: object) -> None:
        self.block, self.values = block, values
        super().__init__(block)


def backup(path: Path, file: Path) -> int:
    """Write every row into ``file``, from one consistent reading; the town may run meanwhile. Exit code 0 or 1."""
    return _with_config(path, lambda config, words: _backup(config, words, file))


def restore(path: Path, file: Path) -> int:
    """Put a backup into the config's database, which must be empty; all of it or nothing. Exit code 0 or 1."""
    return _with_config(path, lambda config, words: _restore(config, words, file))


def _with_config(path: Path, work: Callable[[Config, Texts], str]) -> int:
    """Run ``work``, which returns what to say, or raises what to say on the way out."""
    try:
        config = load(path)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    words = words_for(config.town.locale)
    try:
        print(work(config, words))
    except NoBackup as error:
        print(words.say(f"commands.{error.block}", **error.values), file=sys.stderr)
    except SQLAlchemyError as error:
        print(words.say("setup.database_bad", why=first_line(error)), file=sys.stderr)
    except OSError as error:
        print(words.say("commands.file_trouble", why=error.strerror or str(error)), file=sys.stderr)
    else:
        return 0
    return 1


def _backup(config: Config, words: Texts, file: Path) -> str:
    if file.exists():
        raise NoBackup("backup_exists", file=file)
    _database_is_there(config, words)
    part = file.with_name(file.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as disk:
            count = _write(config, disk)
            os.fsync(disk.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return words.say("commands.backup_done", file=file, rows=count)


def _write(config: Config, disk: Any) -> int:
    count = 0
    with gzip.open(disk, "wt", encoding="utf-8") as out, _reading(config.database_url) as connection:
        out.write(json.dumps({"form": FORM, "tables": newest()}) + "\n")
        for name, row in _rows(connection):
            out.write(json.dumps([name, row], ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
        out.write(json.dumps({"rows": count}) + "\n")
    return count


def _rows(connection: Connection) -> Iterator[Line]:
    for table in metadata.sorted_tables:
        for row in connection.execute(select(table), execution_options={"yield_per": TOGETHER}).mappings():
            yield table.name, {key: _plain(value) for key, value in row.items()}


def _restore(config: Config, words: Texts, file: Path) -> str:
    for _ in _read(file):  # to the end, before anything is touched: what is cut off or foreign changes nothing
        pass
    vault = _vault(config, words)
    _database_is_there(config, words, new=True)
    if sorry := migrated(config, words):
        raise NoBackup("say", text=sorry)
    engine = create_engine(config.database_url)
    try:
        with engine.begin() as connection:
            if any(connection.execute(select(table).limit(1)).first() for table in metadata.sorted_tables):
                raise NoBackup("not_empty")
            try:
                count = sum(_put(connection, name, rows) for name, rows in _batches(file))
            except (IntegrityError, DataError):  # well-formed, and no town all the same: a row twice, a part missing
                raise NoBackup("cut_off", file=file) from None
            if not key_opens(connection, config.town.key, vault):
                raise NoBackup("say", text=words.say("setup.other_key", file=config.key_file))
    finally:
        engine.dispose()
    return words.say("commands.restore_done", rows=count)


def _vault(config: Config, words: Texts) -> Vault:
    """The key that opens what the backup has sealed: without it the rows would be back, and nobody could read them."""
    try:
        return Vault.from_config(config.key_file)
    except VaultError as error:
        raise NoBackup("say", text=key_trouble(error, words)) from None


def _batches(file: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for name, lines in groupby(_read(file), key=lambda line: line[0]):
        while some := [row for _, row in islice(lines, TOGETHER)]:
            yield name, some


def _put(connection: Connection, name: str, rows: list[dict[str, Any]]) -> int:
    connection.execute(insert(metadata.tables[name]), rows)
    return len(rows)


def _read(file: Path) -> Iterator[Line]:
    """Every row of a backup. Raises NoBackup for a file that is none, is of another version, or is not whole."""
    _check_head(file)
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for number, text in enumerate(lines):
                line = json.loads(text)
                if isinstance(line, list):
                    yield _ours(line)
                elif number and line.get("rows") == number - 1 and not lines.read():
                    return  # read to the very end, where gzip keeps the sum that tells a changed byte
    except (EOFError, gzip.BadGzipFile, zlib.error, *FOREIGN):
        pass
    raise NoBackup("cut_off", file=file)


def _ours(line: list[Any]) -> Line:
    """A line as a row of one of our tables. Raises one of FOREIGN for any other."""
    name, row = line
    columns = metadata.tables[name].c
    return name, {key: _typed(columns[key].type, value) for key, value in row.items()}


def _check_head(file: Path) -> None:
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            head = json.loads(lines.readline())
    except (EOFError, ValueError, gzip.BadGzipFile, zlib.error):
        head = None
    if not isinstance(head, dict) or head.get("form") != FORM:
        raise NoBackup("no_backup", file=file)
    if head.get("tables") != newest():
        raise NoBackup("other_version", file=file, theirs=head.get("tables"), ours=newest())


def _database_is_there(config: Config, words: Texts, new: bool = False) -> None:
    found, _ = ask_database(config, words)
    if found.how == "bad":
        raise NoBackup("say", text=found.text)
    url = make_url(config.database_url)
    if not new and url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise NoBackup("nothing_yet", file=url.database)


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    """One state of all tables: an older snapshot stands still while the town goes on writing, and hinders nobody."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            yield _stand_still(engine, connection)
    finally:
        engine.dispose()


def _stand_still(engine: Engine, connection: Connection) -> Connection:
    if engine.dialect.name == "sqlite":
        # The driver begins no transaction for a SELECT: without this each table would be read at a time of its own.
        connection.exec_driver_sql("BEGIN")
        return connection
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    return bytes.fromhex(value) if isinstance(kind, LargeBinary) else value
