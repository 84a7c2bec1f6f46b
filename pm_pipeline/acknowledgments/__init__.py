"""What the other side says of what we sent: TA1 (the interchange), 999 or 997 (its sets), 277CA (its claims).

Each answer is kept as read, tied to our control numbers, and moves the claims it speaks of (scrub/events.py). An answer to
something we never sent moves nothing and is reported.
"""

from pm_pipeline.acknowledgments.load import Acknowledged, run

__all__ = ["Acknowledged", "run"]
