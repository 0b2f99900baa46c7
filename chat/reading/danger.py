"""Words of danger among others: said of a chest, a stove, a life; without it a cry for help would wait for its turn.

Signs and everyday phrases come from ``templates/<locale>/danger.j2``. ``…`` in one stands for a few words between its parts
(煤气…漏 is in 煤气罐好像漏了), but never for a "not" or the end of a clause; ``……`` goes across a comma too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from chat.reading.numbers import normalise

FOLD = str.maketrans(
    "來氣過難臟壓暈殺農藥腦風電觸漏無沒樓傷動燒著廚開關聞輕尋見說話個體頭裡裏憋醫嘔緊覺斷點繩溝淺淹鋪處鬧繃隻倆",
    "来气过难脏压晕杀农药脑风电触漏无没楼伤动烧着厨开关闻轻寻见说话个体头里里憋医呕紧觉断点绳沟浅淹铺处闹绷只俩",
)
"""Traditional characters as the mainland writes them, those that stand in words of danger."""
NEVER = "不没别未无，。！？、；,.!?;\n"
"""What no gap goes across: the chest that does not hurt, and another clause."""
GAP = f"[^{NEVER}]{{0,6}}?"
WIDE_GAP = "[^不没别未无。!?;\\n]{0,8}?"
CALM_GAP = f"[^{NEVER}漏味臭呛晕毒炸火]{{0,4}}?"
DENIED = re.compile(r"(?:(?<!是)不|(?<!有)没|无|未|(?<!特)别)(?:有|是|会|再|曾|想过|闻到|觉得|感觉)?$")
"""Just before a sign: 没有晕倒, 不是胸口疼; but 是不是煤气漏了 asks because something smells."""


@dataclass(frozen=True)
class Signs:
    """What danger is called (sort → signs) and what only sounds like it, of all languages together."""

    signs: Mapping[str, Sequence[str]]
    calm: Sequence[str]

    @cached_property
    def any_sign(self) -> re.Pattern[str]:
        """Most messages hold no sign at all, and this says so quickly."""
        return re.compile("|".join(_pattern(sign, GAP) for signs in self.signs.values() for sign in signs) or "(?!)")

    @cached_property
    def patterns(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """(sort, pattern) of each sign, the sorts in the order of the templates."""
        return tuple((sort, re.compile(_pattern(sign, GAP))) for sort, signs in self.signs.items() for sign in signs)

    @cached_property
    def harmless(self) -> tuple[re.Pattern[str], ...]:
        """The patterns of what is calm."""
        return tuple(re.compile(_pattern(phrase, CALM_GAP)) for phrase in self.calm)

    def named_in(self, text: str) -> str:
        """The sort of danger named in the text, or an empty text. A sign that lies whole inside an everyday phrase
        (换煤气罐), or is denied, names none."""
        said = bare(text)
        if not said or not self.any_sign.search(said):
            return ""
        calm = [found.span() for pattern in self.harmless for found in pattern.finditer(said)]
        for sort, pattern in self.patterns:
            for sign in pattern.finditer(said):
                inside = any(start <= sign.start() and sign.end() <= end for start, end in calm)
                if not inside and not DENIED.search(said[: sign.start()]):
                    return sort
        return ""


def bare(text: str) -> str:
    """One way of writing: no spaces, lower case, simplified characters."""
    return re.sub(r"[ \t\u3000’'`]", "", normalise(text).lower()).translate(FOLD)


def _pattern(sign: str, gap: str) -> str:
    parts = (gap.join(re.escape(bare(word)) for word in part.split("…")) for part in sign.split("……"))
    return WIDE_GAP.join(parts)
