"""The laws of the house that no type checker knows: who may import whom, where words and clocks live, how big things are."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

HOUSE = Path(__file__).resolve().parents[1]
FOLDERS = ("bot", "chat", "handlers", "rules", "storage")
MODULES = sorted(p for folder in FOLDERS for p in (HOUSE / folder).rglob("*.py"))
PATHS = [str(p.relative_to(HOUSE)) for p in MODULES]
TREES = {str(p.relative_to(HOUSE)): ast.parse(p.read_text()) for p in MODULES}

LONGEST_MODULE, LONGEST_FUNCTION, MOST_FUNCTIONS, MEDIAN_FUNCTION = 350, 60, 25, 7

LONGER = {
    "storage/tables.py": "the whole schema is read in one place; it is a list, not logic",
    "storage/migrations/versions/0001_the_first_tables.py": "a migration is written once and never changed",
}
READS_CHINESE = ("chat/reading/",)
"""Tables of how people write numbers and days."""
CHINESE_ELSEWHERE = {
    "bot/sayings.py": "punctuation that stands between a phrase and what follows it",
    "handlers/return_form.py": "what separates names in a list",
}
CATCHES_ALL = {
    "bot/clockwork.py": "the clock's edge: one tick that fails must not stop the next",
    "bot/lease.py": "asks whether the database is away, and raises again what is something else",
    "bot/reporting.py": "the edge of the report's own process: one picture that fails must not end the reports",
    "bot/desk.py": "the desk's edge: one message that fails is set aside, the person gets an apology, others go on",
    "bot/sender.py": "the sender's edge: the outbox goes on whatever a platform or the database does",
    "bot/gateways/telegram/inbox.py": "the gateway's edge: whatever the desk raises must not end the listening",
    "storage/database.py": "the database thread's edge: whoever waits must hear of it, whatever it is",
}
"""Where a broad except may stand, and why."""
CLOCKS = {"now", "utcnow", "today", "time", "monotonic"}
VAGUE = re.compile(r"manager|service|helper|utils?$|util_", re.IGNORECASE)
CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")


def at(path: str, node: ast.AST) -> str:
    return f"{path}:{getattr(node, 'lineno', 1)}"


def functions() -> Iterator[tuple[str, int]]:
    """(file:line name, lines from the def to its end, the docstring and the signature aside) of each function."""
    for path, tree in TREES.items():
        if "/migrations/" in path:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                yield f"{at(path, node)} {node.name}", (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_nobody_imports_whom_they_may_not() -> None:
    """import-linter's contracts of pyproject.toml."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    run = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]


def docstrings(tree: ast.AST) -> set[int]:
    """The ids of all strings that stand alone: docstrings of modules, classes, functions and fields."""
    return {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}


def test_words_are_in_templates_only() -> None:
    found = []
    for path, tree in TREES.items():
        if path.startswith(READS_CHINESE) or path in CHINESE_ELSEWHERE:
            continue
        alone = docstrings(tree)
        found += [f"{at(path, node)}: {node.value!r}" for node in ast.walk(tree)
                  if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
                  and CJK.search(node.value)]  # fmt: skip
    assert found == []


@pytest.mark.parametrize("path", PATHS)
def test_every_module_says_what_would_be_missing_without_it(path: str) -> None:
    said = ast.get_docstring(TREES[path]) or ""
    first = said.split("\n\n")[0].strip()
    assert first, f"{path}:1 has no docstring"
    assert first[-1] in ".?", f"{path}:1 does not begin with a sentence: {first!r}"


def test_modules_are_short() -> None:
    long = {
        p: n for p in PATHS if (n := len((HOUSE / p).read_text().splitlines())) > LONGEST_MODULE and p not in LONGER
    }
    assert long == {}


def test_functions_are_short() -> None:
    assert [f"{where}: {lines} lines" for where, lines in functions() if lines > LONGEST_FUNCTION] == []
    lengths = sorted(lines for _, lines in functions())
    assert median(lengths) <= MEDIAN_FUNCTION
    over = [f"{where}: {lines} lines" for where, lines in functions() if lines > MOST_FUNCTIONS]
    assert len(over) <= len(lengths) / 10, over


def test_clocks_are_read_at_the_edges_only() -> None:
    found = []
    for path, tree in TREES.items():
        if path.startswith("bot/"):
            continue
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in CLOCKS and isinstance(called.value, ast.Name):
                clock = called.value.id in ("datetime", "date") or (
                    called.value.id == "time" and called.attr != "today"
                )
                found += [at(path, node)] if clock else []
    assert found == []


def names(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node, node.name
        elif isinstance(node, ast.arg):
            yield node, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node, node.id


def test_names_come_from_the_village() -> None:
    found = [f"{at(p, node)}: {name}" for p, tree in TREES.items() for node, name in names(tree) if VAGUE.search(name)]
    found += [p for p in PATHS if VAGUE.search(Path(p).stem)]
    assert found == []


def broad(node: ast.ExceptHandler) -> bool:
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(c is None or (isinstance(c, ast.Name) and c.id in ("Exception", "BaseException")) for c in caught)


def test_only_edges_catch_everything() -> None:
    found = {at(path, node): path for path, tree in TREES.items() for node in ast.walk(tree)
             if isinstance(node, ast.ExceptHandler) and broad(node)}  # fmt: skip
    assert [where for where, path in found.items() if path not in CATCHES_ALL] == []
    assert set(CATCHES_ALL) - set(found.values()) == set(), "no longer needed"


@pytest.mark.parametrize("reasons", [LONGER, CHINESE_ELSEWHERE, CATCHES_ALL], ids=["long", "chinese", "broad"])
def test_exceptions_name_files_that_exist(reasons: dict[str, str]) -> None:
    assert [p for p in reasons if not (HOUSE / p).exists()] == []
