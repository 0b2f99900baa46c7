"""What the village must do: without this package every rule of the town would live in somebody's head."""
