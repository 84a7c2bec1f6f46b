"""The demonstration: a practice and its payers simulated day by day, our pipeline beside them, both books compared."""

from pm_pipeline.demo.run import Report, run_demo

__all__ = ["Report", "run_demo"]
