"""A Slack workspace and an exchange on this machine, and a page to act in them."""
