"""The analysts' pages, over published generations only: nothing here opens the warehouse, so nothing here can hold it up.

What belongs here: reading a generation, who may see it, pages, exports, and the record of what was revealed or taken out. What does
not: a figure's definition (dbt_project, the mart `definition`) and any change of the books. The bytes behind a row come
from the stores of landed and emitted files, as `pm trace` shows them.
"""
