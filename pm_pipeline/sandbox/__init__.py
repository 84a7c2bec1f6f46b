"""The other side of the wire: a practice's own system, a clearinghouse with its payers, and a bank, simulated.

Here belongs whatever the pipeline cannot know: what patients there are, what a payer decides and why, when money comes.
Not here: anything of the pipeline's own. This package speaks its formats (feeds, 837, TA1, 999, 277CA, 835), reads the
configuration, and imports no stage and not the ledger, so that its books are an independent account of the events.

    plan.py       how many patients, what goes wrong how often, how each payer pays (plan.yaml)      mixes.py  by what mix
    practice.py   people, coverages, visits, charges and the mistakes in them -> feed rows
    clearinghouse.py   takes 837s; TA1, 999, 277CA        read_837.py  reads them, independently of our writer
    payers.py     decides a claim      payments.py  pays: 835, takebacks, interest, deposits
    follow_up.py  what the practice does after an answer       mischief.py  misbehaviour on request
    hard.py       the hard mix (hard.yaml): what is rare and hard in answers (hard_answers.py), beside them (hard_beside.py), in
                  reversals (hard_reversals.py), in payments and deposits (hard_payments.py)
    office.py     what the practice's people do with money by hand, each month
    books.py      the truth, to the cent, as of any day        store.py     where it is kept (SQLite)
    expected.py   the exceptions there was cause for           entry.py     one CLP on its way into a payment
    world.py      Sandbox: one step per day                    server.py    the SFTP server in front of the folders
"""
