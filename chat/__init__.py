"""How a conversation works, whatever it is about; without this package every handler would invent its own."""
