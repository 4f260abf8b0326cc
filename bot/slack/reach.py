"""How a call to Slack fails without an answer. aiohttp's own errors are no OSError: a connection that
the server closes under a request raises ``ServerDisconnectedError``.
"""

from __future__ import annotations

import aiohttp

NO_ANSWER = (TimeoutError, OSError, aiohttp.ClientError)
