"""A backup of a running town comes back whole, on either kind of database; what is not a backup changes nothing."""

import gzip
import json
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Engine, Float, Integer, LargeBinary, create_engine, func, select

from bot.commands.keep import backup, restore
from storage.migrate import migrate, newest
from storage.tables import Moment, audit, metadata, temperatures
from storage.vault import new_key
from tests.conftest import postgres_url
from tests.databases import scratch

AT = datetime(2020, 2, 10, 1, 2, 3, 456789, tzinfo=UTC)
ROWS = 3


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.delenv("CUNSHAO_KEY", raising=False)


@pytest.fixture(params=["to sqlite", "to postgresql"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database to restore into."""
    if request.param == "to sqlite":
        yield f"sqlite:///{tmp_path}/other.db"
        return
    url = postgres_url()
    if url is None:
        pytest.skip("no PostgreSQL: set CUNSHAO_TEST_POSTGRES_URL, or start one on 127.0.0.1:5432")
    with scratch(url) as own:
        yield own


def config(folder: Path, name: str, url: str) -> Path:
    """A config for this database."""
    file = folder / f"{name}.toml"
    file.write_text(f'[town]\nname = "x"\n[database]\nurl = "{url}"\n', "utf-8")
    (folder / "cunshao.key").write_text(new_key())
    return file


def value(column: Column[Any], number: int) -> Any:
    """Something for a column of this kind; null where that may be, in some rows."""
    kind = column.type
    if column.nullable and number % 2:
        return None
    known: tuple[tuple[type[Any], Any], ...] = (
        (Moment, AT + timedelta(minutes=number)),
        (Boolean, bool(number % 2)),
        (Integer, 2_000_000_000 + number),
        (Float, 1.5 + number),
        (JSON, {"rows": number, "list": ["村", None, 1.5]}),
        (LargeBinary, bytes(range(256))),
    )
    text = f"{column.name[:3]}{number}'\n"
    return next((made for sort, made in known if isinstance(kind, sort)), text[: getattr(kind, "length", None)])


@pytest.fixture
def full(tmp_path: Path, database_url: str) -> Iterator[tuple[Path, Engine]]:
    """A town's config and its database, with something in each column of each table."""
    migrate(database_url)
    engine = create_engine(database_url)
    with engine.begin() as tx:
        for table in metadata.sorted_tables:
            tx.execute(table.insert(), [{c.name: value(c, n) for c in table.columns} for n in range(ROWS)])
    yield config(tmp_path, "town", database_url), engine
    engine.dispose()


def all_rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in a database."""
    with engine.connect() as tx:
        return {
            table.name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def test_all_of_it_comes_back_on_the_other_kind_too(
    full: tuple[Path, Engine], other_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, engine = full
    assert backup(file, tmp_path / "kept") == 0
    assert restore(config(tmp_path, "other", other_url), tmp_path / "kept") == 0
    other = create_engine(other_url)
    assert all_rows(other) == all_rows(engine)
    other.dispose()
    said = capsys.readouterr().out
    assert f"{ROWS * len(metadata.tables)} rows are in" in said
    assert f"{ROWS * len(metadata.tables)} rows are back" in said
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o600


def test_a_running_town_is_kept_as_it_stood_at_one_moment(full: tuple[Path, Engine], tmp_path: Path) -> None:
    """Each commit adds a row to two tables; a backup that looked at them at two moments would show it."""
    file, engine = full
    stop, some = threading.Event(), threading.Event()
    writer = threading.Thread(target=write_pairs, args=(engine, stop, some))
    writer.start()
    try:
        assert some.wait(30)
        assert backup(file, tmp_path / "kept") == 0
    finally:
        stop.set()
        writer.join()
    with gzip.open(tmp_path / "kept", "rt", encoding="utf-8") as lines:
        names = [line[0] for line in map(json.loads, lines) if isinstance(line, list)]
    kept = {name: names.count(name) for name in ("audit", "temperatures")}
    assert kept["audit"] == kept["temperatures"] > ROWS


def write_pairs(engine: Engine, stop: threading.Event, some: threading.Event) -> None:
    """A town at work."""
    number = 1000
    while not stop.is_set():
        number += 1
        with engine.begin() as tx:
            for table in (temperatures, audit):
                row = {c.name: value(c, number) for c in table.columns} | {"id": str(number)}
                tx.execute(table.insert(), row)
        if number > 1020:
            some.set()


def test_the_memory_does_not_grow_with_the_town(full: tuple[Path, Engine], tmp_path: Path) -> None:
    file, engine = full
    many, length = 3000, 8000
    row = {c.name: value(c, 2) for c in audit.columns} | {"note_sealed": "x" * length}
    with engine.begin() as tx:
        for start in range(0, many, 500):
            tx.execute(audit.insert(), [row | {"id": f"n{n}"} for n in range(start, start + 500)])
    tracemalloc.start()
    assert backup(file, tmp_path / "kept") == 0
    assert restore(config(tmp_path, "other", f"sqlite:///{tmp_path}/new.db"), tmp_path / "kept") == 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < many * length / 2


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-30])


def cut_between_lines(file: Path) -> None:
    """Whole as a gzip, but the last row and the number of rows are missing."""
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    file.write_bytes(gzip.compress(b"".join(lines[:-2])))


def changed_byte(file: Path) -> None:
    """One letter is another than when it was kept, and only gzip's own sum can tell: lines and their number are right."""
    whole = gzip.decompress(file.read_bytes())
    sums = gzip.compress(whole)[-8:]
    at = whole.index(b"T", whole.index(b'"20')) + 1  # an hour of the day
    file.write_bytes(gzip.compress(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])[:-8] + sums)


def cut_sum(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-6])


def more_behind(file: Path) -> None:
    file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()) + b'["audit", {}]\n'))


def row_twice(file: Path) -> None:
    """Well-formed to its end, and no town's all the same."""
    head, first, *rest, _ = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    count = b'{"rows": %d}\n' % (len(rest) + 2)
    file.write_bytes(gzip.compress(b"".join((head, first, first, *rest, count))))


def foreign(line: bytes) -> Callable[[Path], object]:
    """A file that begins and ends as ours do, with a line in it that is none of ours."""

    def spoil(file: Path) -> None:
        head = gzip.decompress(file.read_bytes()).splitlines(keepends=True)[0]
        file.write_bytes(gzip.compress(head + line + b'\n{"rows": 1}\n'))

    return spoil


def other_version(file: Path) -> None:
    text = gzip.decompress(file.read_bytes()).replace(f'"tables": "{newest()}"'.encode(), b'"tables": "0000"', 1)
    file.write_bytes(gzip.compress(text))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (cut, "is cut off or cannot be read"),
        (cut_between_lines, "is cut off or cannot be read"),
        (changed_byte, "is cut off or cannot be read"),
        (cut_sum, "is cut off or cannot be read"),
        (more_behind, "is cut off or cannot be read"),
        (
            lambda file: file.write_bytes(file.read_bytes()[:200] + b"x" + file.read_bytes()[201:]),
            "nothing was changed",
        ),
        (other_version, "was made by another version (0000"),
        *(
            (foreign(line), "nothing was changed")
            for line in (
                b'["nosuch", {}]',
                b'["audit", {"nosuch": 1}]',
                b'["audit", {"at": "yesterday"}]',
                b'["audit", 3]',
                b'["audit"]',
                b"[]",
                b"[[1], {}]",
                b'["audit", [[1]]]',
                b'["audit", {"at": [1]}]',
                b"null",
                b'"x"',
            )
        ),
        (lambda file: file.write_text("[town]"), "is not a backup of this program"),
        (lambda file: file.write_bytes(gzip.compress(b'{"form": "holiday"}\n')), "is not a backup of this program"),
        (lambda file: file.write_bytes(b""), "is not a backup of this program"),
        (lambda file: file.unlink(), "No such file"),
    ],
)
def test_a_file_that_is_no_whole_backup_changes_nothing(
    full: tuple[Path, Engine],
    tmp_path: Path,
    spoil: Callable[[Path], object],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = tmp_path / "kept"
    assert backup(full[0], kept) == 0
    spoil(kept)
    assert restore(config(tmp_path, "other", f"sqlite:///{tmp_path}/new.db"), kept) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "new.db").exists()


def test_a_row_that_is_there_twice_is_no_fault_of_the_database(
    full: tuple[Path, Engine], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.gz"
    assert backup(full[0], kept) == 0
    row_twice(kept)
    other = config(tmp_path, "other", f"sqlite:///{tmp_path}/new.db")
    capsys.readouterr()
    assert restore(other, kept) == 1
    assert "kept.gz is cut off or cannot be read; nothing was changed" in capsys.readouterr().err
    engine = create_engine(f"sqlite:///{tmp_path}/new.db")
    with engine.connect() as connection:
        assert not any(connection.execute(select(table).limit(1)).first() for table in metadata.sorted_tables)
    engine.dispose()


def test_only_an_empty_database_is_restored_into(
    full: tuple[Path, Engine], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, engine = full
    assert backup(file, tmp_path / "kept") == 0
    before = all_rows(engine)
    assert restore(file, tmp_path / "kept") == 1
    assert "holds something already; nothing was changed" in capsys.readouterr().err
    assert all_rows(engine) == before


def test_a_restore_that_fails_half_way_leaves_nothing(full: tuple[Path, Engine], tmp_path: Path) -> None:
    """The last table is full by somebody else's row the moment the first is written."""
    file, _ = full
    assert backup(file, tmp_path / "kept") == 0
    lines = gzip.decompress((tmp_path / "kept").read_bytes()).splitlines(keepends=True)
    lines[-1:] = [lines[-2], json.dumps({"rows": ROWS * len(metadata.tables) + 1}).encode()]
    (tmp_path / "kept").write_bytes(gzip.compress(b"".join(lines)))
    new = f"sqlite:///{tmp_path}/new.db"
    assert restore(config(tmp_path, "other", new), tmp_path / "kept") == 1
    engine = create_engine(new)
    with engine.connect() as tx:
        counts = [tx.execute(select(func.count()).select_from(t)).scalar() for t in metadata.sorted_tables]
    engine.dispose()
    assert set(counts) == {0}


def test_a_backup_overwrites_nothing_and_leaves_no_half(
    full: tuple[Path, Engine], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kept").write_text("mine")
    assert backup(full[0], tmp_path / "kept") == 1
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "kept").read_text() == "mine"
    assert backup(full[0], tmp_path / "no" / "folder") == 1
    assert "No such file" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.part"))


def test_a_town_that_never_ran_has_nothing_to_keep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert backup(config(tmp_path, "town", f"sqlite:///{tmp_path}/none.db"), tmp_path / "kept") == 1
    assert "nothing to keep" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()
