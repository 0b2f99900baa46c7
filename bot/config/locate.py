"""On which line of a TOML text each key stands; without it a mistake could be named but not found.

tomllib says what a file means and forgets where it said so. This walks over a text that tomllib has accepted, so it may
take for granted that the text is well-formed, and notes a line for each table, key and array element.
"""

from collections.abc import Mapping

BARE_ENDS = frozenset(" \t\n#=.,[]{}\"'")
QUOTES = ('"""', "'''", '"', "'")


def lines_of(text: str) -> Mapping[str, int]:
    """Line numbers, from 1, by path: ``town``, ``town.name``, ``notices.times[2]``, ``ladder.need[1].after``."""
    return _Walk(text.replace("\r\n", "\n")).run()


def line_of(lines: Mapping[str, int], path: str) -> int:
    """The line of this path, or of the nearest thing around it that is written down; 0 when there is nothing."""
    while path:
        if path in lines:
            return lines[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return 0


class _Walk:
    """A position in the text that moves forward only."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[str, int] = {}
        self.counts: dict[str, int] = {}
        self._line = 1
        self._counted = 0

    def run(self) -> dict[str, int]:
        """Walk from the first character to the last."""
        table = ""
        self._skip_blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip_blank()
        return self.lines

    def _header(self) -> str:
        """``[a.b]`` or ``[[a.b]]``; a part that is an array of tables means its latest element."""
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        keys = self._keys()
        path = ""
        for depth, key in enumerate(keys):
            path = f"{path}.{key}" if path else key
            last = depth == len(keys) - 1
            self.lines.setdefault(path, self._here())
            if last and many:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path = f"{path}[{self.counts[path]}]"
                self.lines.setdefault(path, self._here())
        self.at = self.text.index("]", self.at) + (2 if many else 1)
        return path

    def _pair(self, table: str) -> None:
        """``key = value``, at the top, in a table or in an inline table."""
        path = table
        for key in self._keys():
            path = f"{path}.{key}" if path else key
            self.lines.setdefault(path, self._here())
        self.at += 1  # the equals sign
        self._skip_space()
        self._value(path)

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip_space()
            if self.text[self.at] in "\"'":
                begin = self.at
                self._string()
                keys.append(self.text[begin + 1 : self.at - 1])
            else:
                begin = self.at
                while self.text[self.at] not in BARE_ENDS:
                    self.at += 1
                keys.append(self.text[begin : self.at])
            self._skip_space()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: str) -> None:
        match self.text[self.at]:
            case "[":
                self._array(path)
            case "{":
                self._inline(path)
            case '"' | "'":
                self._string()
            case _:
                while self.at < len(self.text) and self.text[self.at] not in ",]}\n#":
                    self.at += 1

    def _array(self, path: str) -> None:
        self.at += 1
        number = 0
        self._skip_blank()
        while self.text[self.at] != "]":
            self.lines[f"{path}[{number}]"] = self._here()
            self._value(f"{path}[{number}]")
            number += 1
            self._skip_comma()
        self.at += 1

    def _inline(self, path: str) -> None:
        self.at += 1
        self._skip_blank()
        while self.text[self.at] != "}":
            self._pair(path)
            self._skip_comma()
        self.at += 1

    def _string(self) -> None:
        quote = next(q for q in QUOTES if self.text.startswith(q, self.at))
        self.at += len(quote)
        while not self.text.startswith(quote, self.at):
            self.at += 2 if self.text[self.at] == "\\" and quote[0] == '"' else 1
        self.at += len(quote)
        # A long string may end in one or two quotes of its own: """he said "yes"""".
        while len(quote) == 3 and self.text.startswith(quote[0], self.at):
            self.at += 1

    def _skip_comma(self) -> None:
        self._skip_blank()
        if self.text[self.at] == ",":
            self.at += 1
            self._skip_blank()

    def _skip_space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1

    def _skip_blank(self) -> None:
        """White space, ends of lines and comments."""
        while self.at < len(self.text) and self.text[self.at] in " \t\n#":
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                self.at += 1

    def _here(self) -> int:
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line
