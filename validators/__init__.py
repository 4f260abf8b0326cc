"""What is wrong with a key: knows exchanges, and nothing of Slack, of cases or of a database.

`validators.exchange.discover` finds every exchange; its `connect` gives a checker, the checker a
`validators.diagnosis.Diagnosis`, and the exchange's `guide` the words for it.
"""
