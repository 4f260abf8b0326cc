"""What is wrong with a key: knows exchanges, and nothing of Slack, of cases or of a database.

`validators.exchange.discover` finds every exchange; its `connect` gives a checker, the checker a
`validators.diagnosis.Diagnosis`, and the exchange's `guide` the words for it.
"""

import sys

# httpx would import its own command line, and with it rich and click, which take longer than all the rest
# of it. Whoever has neither of the two has the httpx without it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
