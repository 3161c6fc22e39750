"""Getting one message to one channel: how long it is worth trying, how long to wait, what to say, what came of it."""
