"""Telegram counts text in UTF-16 units and refuses half a character; without this every emoji is counted wrongly."""


def units(text: str) -> int:
    """The length of a text in UTF-16 code units, as Telegram counts it (never fewer than its own count)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """The text without NUL and half surrogate pairs, which neither Telegram nor PostgreSQL takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "")


def head(text: str, limit: int) -> str:
    """The longest beginning of at most ``limit`` UTF-16 units that ends between two characters."""
    text = text[:limit]
    while (over := units(text) - limit) > 0:
        text = text[: -((over + 1) // 2)]
    return text


def split(text: str, limit: int) -> list[str]:
    """The text in parts of at most ``limit`` UTF-16 units, cut at line ends, else at spaces, else between characters.

    The line end or space at a cut is dropped and so are blank parts, which Telegram does not send; nothing else.
    """
    parts = []
    while units(text) > limit:
        end = len(head(text, limit))
        cut = max(text.rfind("\n", 1, end + 1), 0) or max(text.rfind(" ", 1, end + 1), 0)
        parts.append(text[: cut or end])
        text = text[cut + 1 if cut else end :]
    return [part for part in (*parts, text) if part.strip()]
