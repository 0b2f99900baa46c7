"""Statements that never change, compiled once; without it SQLAlchemy takes longer over a message than the database does.

They go to the driver as compiled text, with the column types' own processors.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NoReturn

from sqlalchemy import Column, Connection, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Processor = Callable[[Any], Any] | None
Values = Mapping[str, Any]
Translated = tuple[tuple[Any, Callable[[Any], Any]], ...]
CURSOR = "cunshao.fixed"
"""Where a connection keeps the one cursor that these statements use, one after another."""


@dataclass(frozen=True)
class _Ready:
    """A statement as one dialect wants it: its text, the names of its values in their order, and what is translated on its
    way in (by place, or by name where values go by name) and out. Most values go and come as they are."""

    text: str
    positional: bool
    names: tuple[str, ...]
    own: Values
    binds: Translated
    results: Translated
    pick: Callable[[Values], tuple[Any, ...]]

    def bound(self, values: Values) -> Any:
        given = {**self.own, **values} if self.own else values
        bound: Any = [*self.pick(given)] if self.positional else {n: given[n] for n in self.names}
        for place, process in self.binds:
            bound[place] = process(bound[place])
        return bound

    def read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        found = list(row)
        for place, process in self.results:
            found[place] = process(found[place])
        return tuple(found)


class Fixed:
    """One statement whose varying values are ``bindparam``s, none of them a list.

    Raises sqlalchemy's DBAPIError, as any statement does.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}

    def rows(self, tx: Connection, values: Values) -> list[tuple[Any, ...]]:
        """What a SELECT finds."""
        ready, cursor = self._for(tx.dialect), _cursor(tx)
        try:
            cursor.execute(ready.text, ready.bound(values))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        except _mistakes(tx) as fault:
            _told(tx, ready.text, fault)
        return [ready.read(row) for row in found] if ready.results else found

    def first(self, tx: Connection, values: Values) -> tuple[Any, ...] | None:
        """The first row, or None."""
        return next(iter(self.rows(tx, values)), None)

    def run(self, tx: Connection, *many: Values) -> int:
        """Carry it out with each of the values; how many rows it touched in all."""
        if not many:
            return 0
        ready, cursor = self._for(tx.dialect), _cursor(tx)
        try:
            if len(many) == 1:
                cursor.execute(ready.text, ready.bound(many[0]))
            else:
                cursor.executemany(ready.text, [ready.bound(values) for values in many])
        except _mistakes(tx) as fault:
            _told(tx, ready.text, fault)
        return int(cursor.rowcount)

    def _for(self, dialect: Dialect) -> _Ready:
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = self._compiled(dialect)
        return ready

    def _compiled(self, dialect: Dialect) -> _Ready:
        compiled = self._statement.compile(dialect=dialect)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        names = compiled.positiontup if compiled.positional else tuple(binds)
        places = range(len(names)) if compiled.positional else names
        kinds = (binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
        columns = getattr(self._statement, "selected_columns", ())
        return _Ready(
            str(compiled),
            compiled.positional,
            tuple(names),
            {name: value for name, value in compiled.params.items() if not binds[name].required},
            _translated(places, kinds),
            _translated(
                range(len(columns)), (c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns)
            ),
            itemgetter(*names) if len(names) > 1 else lambda values: tuple(values[name] for name in names),
        )


def _translated(places: Iterable[Any], processors: Iterable[Processor]) -> Translated:
    return tuple((place, process) for place, process in zip(places, processors, strict=True) if process)


class NewRow:
    """INSERT of a whole row, unless its key is there already."""

    def __init__(self, table: Table) -> None:
        self._by_dialect = {
            "sqlite": Fixed(_whole(sqlite.insert(table)).on_conflict_do_nothing()),
            "postgresql": Fixed(_whole(postgresql.insert(table)).on_conflict_do_nothing()),
        }

    def run(self, tx: Connection, row: Values) -> bool:
        """Whether it was new."""
        return bool(self._by_dialect[tx.dialect.name].run(tx, row))


def whole_row(table: Table) -> Fixed:
    """INSERT of a whole row; what is not given is the column's default, or NULL where that may be."""
    return Fixed(_whole(table.insert()))


def _whole(insert: Any) -> Any:
    return insert.values({column.name: _given(column) for column in insert.table.columns})


def _given(column: Column[Any]) -> Any:
    if isinstance(column.default, ScalarElementColumnDefault):
        return bindparam(column.name, column.default.arg, type_=column.type)
    return bindparam(column.name, None, type_=column.type) if column.nullable else bindparam(column.name)


def _cursor(tx: Connection) -> Any:
    info = tx.connection.info
    cursor = info.get(CURSOR)
    if cursor is None:
        cursor = info[CURSOR] = tx.connection.driver_connection.cursor()  # type: ignore[union-attr]  # it is connected
    return cursor


def _mistakes(tx: Connection) -> Any:
    return tx.dialect.loaded_dbapi.Error


def _told(tx: Connection, text: str, fault: Exception) -> NoReturn:
    """Raise the driver's error as SQLAlchemy would, so that whoever catches it need not know how a statement was sent."""
    dialect = tx.dialect
    gone = dialect.is_disconnect(fault, tx.connection.driver_connection, None)  # type: ignore[arg-type]  # as its own callers
    if gone:
        tx.invalidate(fault)
    raise DBAPIError.instance(
        text,
        None,
        fault,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=gone,
        dialect=dialect,
    ) from fault
