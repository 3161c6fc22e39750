"""Where a message can go besides the inbox: one module for each kind of channel."""
