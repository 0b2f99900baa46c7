"""What may be shown to whom; without it a sick neighbour's name would be one careless template away from the
village group."""


def mask(name: str) -> str:
    """A name as others may see it: the family name and a star (李大山 → 李*), for Latin names the first letter."""
    name = name.strip()
    return f"{name[0]}*" if name else ""
