"""Files in and out, over SFTP and by hand. Knows no stage.

    store.py     bytes on disk under their sha256
    sftp.py      one session with a partner's server: pinned host key, strong algorithms, every timeout set
    wire.py      the SFTP requests themselves, where paramiko's own would hang, guess or stop at one bad name
    kinds.py     what a file is, by its first bytes, and whether an X12 file is whole
    sweep.py     partner or drop folder -> stored bytes -> journal -> archive
    opening.py   landed X12 -> judged interchanges and transaction sets
    pending.py   judged sets a stage has not dealt with; texts.py cuts any set out of its file again
    upload.py    emitted bytes -> partner, and looking whether they arrived

Tables: schema.sql (file, receipt, fetch_problem, interchange, transaction_set, problem, handled).
"""
