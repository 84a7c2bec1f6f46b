"""X12 as the claim lifecycle speaks it: envelope, reading into tables, writing, validating. Knows no stage.

From bytes to places
  source.py        a file in memory or on disk, read in windows; how bytes become text
  isa.py scan.py   the ISA and its delimiters; segments found by their terminators, window by window
  interchange.py   what an opened file is made of;  envelope.py  opens it: every interchange, group and set judged

From sets to rows (segments are rows; SQL, one module per guide, says what they mean)
  parts.py         sets cut into parts of bounded size;  chunk.py  the segments and elements of a part, as arrays of places
  values.py        places read as columns: text without copies, amounts, quantities, days;  ahead.py  with two cores
  segments.py      the relation `x12_segment`, a view per segment id with named elements; read_guide(con, guide, sets)
  guides.py        which guide a set is of, and who reads it
  read_*.sql       271 (and 270), 277 (and 276), 277CA, 278, 837P, 999 (and 997), TA1 -> typed tables
  read_835.py      835s of any size, in parts: loops_835.py says which claim and line a segment stands under, rows_835.py
                   makes typed rows of CLP, SVC and CAS;  bulk.py  a whole file into a database
  read_837p*.py    professional claims back into the models they were written from
  summary.py find.py   a file for people and machines; segments that match

From models to bytes
  claim_837p*.py   a professional claim as the guide sees it;  loops_837p*.py write_837p.py  its segments
  write_270.py write_276.py write_278.py   eligibility, claim status and authorization requests
  write_999.py write_ta1.py write_277ca.py write_835.py   what a trading partner answers

Fit to leave?
  validate.py      envelope, guide and our own checks in one verdict
  fast_judge.py guide_*.py   pyx12's own maps, compiled;  pyx12_judge.py  pyx12 itself, fenced off
  check_837p.py    what pyx12 lacks: sums, check digits, code shapes
"""
