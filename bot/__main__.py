"""The command line: ``cunshao init | check | run | demo | codes | backup | restore``; without it nobody could start the program."""

import argparse
import gc
import os
import sys
from pathlib import Path

DEFAULT = Path("config.toml")
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C cut short, as shells have it."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code (0 good, 1 told why not, 2 wrong usage, 130 cut short by Ctrl-C)."""
    asked = _parser().parse_args(arguments)
    try:
        code = _run(asked)
        sys.stdout.flush()
        return code
    except (
        KeyboardInterrupt
    ):  # the good end of what runs until it is stopped; of all else a script must not think it done
        return 0 if asked.command in ("run", "demo") else INTERRUPTED
    except BrokenPipeError:  # `cunshao codes | head`: whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(asked: argparse.Namespace) -> int:
    # Each command imports what it needs when it is asked for: `cunshao --help` should not load a messenger's library.
    match asked.command:
        case "init":
            from bot.commands.init import init

            return init(asked.folder)
        case "check":
            from bot.commands.look import check_town

            return check_town(asked.config)
        case "codes":
            from bot.commands.look import codes

            return codes(asked.config)
        case "run":
            gc.disable()  # what is loaded at the start is no garbage; App.run turns the collector on again
            from bot.commands.run import run

            return run(asked.config, asked.demo)
        case "demo":
            gc.disable()
            from bot.commands.run import demo

            return demo(asked.folder, asked.port)
        case "backup" | "restore":
            from bot.commands.keep import backup, restore

            return (backup if asked.command == "backup" else restore)(asked.config, asked.file)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cunshao", description="Cunshao: a village protects itself by chatting.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="write a commented config and a key into a folder")
    init.add_argument("folder", type=Path, metavar="DIR")
    for name, text in (
        ("check", "say every mistake in the config, check database, channels and groups, show the ladders"),
        ("run", "run the program"),
        ("codes", "print what is still to be bound"),
        ("backup", "write a backup while the program runs"),
        ("restore", "put a backup back"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--config", type=Path, default=DEFAULT, metavar="F")
        if name == "run":
            command.add_argument("--demo", action="store_true", help="let the clock be moved; loopback only")
        if name in ("backup", "restore"):
            command.add_argument("file", type=Path, metavar="FILE")
    demo = commands.add_parser("demo", help="a sample town in a folder of its own")
    demo.add_argument("--folder", type=Path, default=Path("demo"), metavar="DIR")
    demo.add_argument("--port", type=int, default=8080)
    return parser


if __name__ == "__main__":
    sys.exit(main())
