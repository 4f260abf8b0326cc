"""How fast things come round."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tempo:
    """In seconds. Tests are faster than Slack likes it.

    Attributes:
        pace_s: Between two messages to one conversation; Slack's documents: about one a second.
        sweep_s: Between two looks for tests and messages that are due.
        farewell_s: How long a stop waits for listeners to answer, and then for messages to go out.
        drain_s: How long a stop waits for running tests to end.
        lease_s: After how long without a sign of life a replica is taken for dead.
        lane_s: For how long a replica that sends to a conversation keeps others away from it.
        grace_s: Before a message of uncertain fate is looked for: what was just said may not be found yet.
        parked_s: Before a message that Slack refuses is tried again, the first time.
        call_s: How long one call to Slack may take.
        contact_s: Between two questions to Slack whether it is there.
    """

    pace_s: float = 1.0
    sweep_s: float = 1.0
    farewell_s: float = 3.0
    drain_s: float = 20.0
    lease_s: float = 15.0
    lane_s: float = 30.0
    grace_s: float = 3.0
    parked_s: float = 60.0
    call_s: float = 10.0
    contact_s: float = 30.0


USUAL_TEMPO = Tempo()
