"""Who the patients are, what covers them, who treats them, what was authorized: reference rows, in versions.

A row is never changed; a later updated_on is a new version and the views current_* show the newest.
"""

from pm_pipeline.front_office.reference import FEEDS, load, load_configured

__all__ = ["FEEDS", "load", "load_configured"]
