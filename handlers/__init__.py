"""What people can do by chatting, one file a conversation; without this package the bot would have nothing to offer."""
