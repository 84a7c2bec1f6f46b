"""The only folder that imports dagster: one module per stage, plus resources, partitions, automation."""
