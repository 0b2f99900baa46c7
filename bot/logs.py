"""Structured logs: for a terminal in lines, otherwise in JSON; never with words, phones or names of people in them."""

import logging
import sys
from typing import Any

import structlog


def set_up_logs() -> None:
    """Log to standard error; what the libraries log comes out in the same form."""
    terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    common: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_words,
    ]
    structlog.configure(
        processors=[*common, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    tail = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=tail, foreign_pre_chain=common))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a ring while the clock catches up is no news


def _without_words(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A traceback's places are kept; the message of an exception may hold what somebody said, and is not."""
    fault = event.pop("exc_info", None)
    if isinstance(fault, tuple):  # as the standard library gives it
        fault = fault[1]
    if isinstance(fault, BaseException):
        places, trace = [], fault.__traceback__
        while trace is not None:
            places.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["at"] = " ".join(places[-6:])
    return event
