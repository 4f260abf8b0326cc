"""The only place that knows Slack, filed by conversation."""
