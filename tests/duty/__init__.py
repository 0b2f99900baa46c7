"""What must be true of duties whatever people do, on real databases."""
