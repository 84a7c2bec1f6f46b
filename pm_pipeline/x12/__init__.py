"""X12 as the claim lifecycle speaks it: envelope, reading into tables, writing, validating. Knows no stage.

envelope.py   bytes -> interchanges, groups, transaction sets, each judged; every segment keeps its number
segments.py   judged sets -> the relation `x12_segment`, and one view per segment id with named elements
read_835.sql read_277ca.sql read_999.sql read_ta1.sql   segments -> typed tables of one guide
write.py      segments -> interchange bytes;  write_837p.py  professional claims
write_999.py write_277ca.py write_835.py  what a trading partner answers (the sandbox uses them)
validate.py   pyx12 as the judge of conformance, with its traps fenced off
show.py       a file for people
"""
