"""What bodies of webhooks say, in our own words. Nothing here asks anybody, and no address in a body is gone to."""
