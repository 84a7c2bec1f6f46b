"""The desk: what stands behind the buttons of a worklist, without a page.

People never write to the warehouse and never wait for its lock: what they do is a line of the action log, and a run applies it
through the same functions as the commands (`pm denials`, `pm holds`, `pm exceptions`, `pm money`).

    vocabulary.py   kinds of items, actions, arguments (three CSV files)
    door.py         a person's action, checked, into the log
    log.py          the append-only log (warehouse/chained.py); line.py: one line of it; reading.py: what is known of an item
    apply.py        a run applies what is not applied yet, each action in a unit of work of its own; does.py: by which function

Not here: pages; who may approve how much (config/people.yaml, asked by those functions).
"""

from pm_pipeline.desk.door import new_action_id, record
from pm_pipeline.desk.line import Action, Outcome
from pm_pipeline.desk.log import ActionLog
from pm_pipeline.desk.reading import ItemState, OnIt

__all__ = ["Action", "ActionLog", "ItemState", "OnIt", "Outcome", "new_action_id", "record"]
