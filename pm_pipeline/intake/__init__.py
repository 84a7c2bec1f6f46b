"""The trust boundary: what a practice or its bank sends as CSV is judged row by row before anything believes it.

Knows no stage. A stage keeps its feeds as YAML in a folder `feeds` and calls ``load_feed_files`` with them; files that
are no feed at all are answered by ``refuse_unknown``; ``write_report`` makes the page that goes back to the sender.
"""

from pm_pipeline.intake.feed import Feed, known_feeds, load_feed
from pm_pipeline.intake.load import FeedResult, FeedStore, load_feed_files
from pm_pipeline.intake.report import write_report
from pm_pipeline.intake.unknown import refuse_unknown

__all__ = [
    "Feed",
    "FeedResult",
    "FeedStore",
    "known_feeds",
    "load_feed",
    "load_feed_files",
    "refuse_unknown",
    "write_report",
]
