"""pyx12's walk through a guide as an automaton, made while it is used: a step is asked of pyx12 once and then remembered.

Where pyx12 stands in a guide is a node and its counts of loops and segments; where it goes with the next segment depends
on that segment's identifier and on the one value that tells equal segments apart (REF01, NM101, HL03, SV101-1 ...), and on
nothing else of it. So a state is a node with the counts that can still matter, and a step is kept under the beginning of
the segment's text that holds this value. Steps that pyx12 finds fault with are not kept.

What can still matter: in a loop that is open, only what stands at the place reached or behind it, since pyx12 goes back
in no loop without entering it anew, and then its counts begin anew. Loops that begin with a loop (pyx12's wrappers) are
entered without that, so all they hold keeps its counts. A count is kept up to one above the most that is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pyx12.map_walker import walk_tree
from pyx12.segment import Segment as X12Segment

from pm_pipeline.x12.guide_patterns import Marks, Matcher, segment_matcher
from pm_pipeline.x12.pyx12_judge import BREAKS, Counter, path_text

MAX_STATES, MAX_STEPS = 10_000, 50_000  # remembered at most; then all are forgotten and asked again
MAX_SEGMENTS = 20_000  # the same for segments that were put to a node of pyx12
_UNLIMITED = 2**31 - 1  # what pyx12 takes for "as often as you like"
_GS = "/ISA_LOOP/GS_LOOP"

# how much of a segment's text decides its step
BY_TAG, BY_FIRST, BY_COMPONENT, BY_THIRD, BY_THREE = range(5)
# what must be counted at a segment, besides
PLAIN, CONTROL, HL, CLM, LX = range(5)
_CONTROL_SEGMENTS = ("ISA", "GS", "ST", "SE", "GE", "IEA")


class State:
    """A place in the guide. `steps` are the ways onward known so far."""

    __slots__ = ("closes", "counts", "node", "steps")

    def __init__(self, node: Any, counts: dict[str, int]) -> None:
        self.node, self.counts = node, counts
        self.steps: dict[str, Step] = {}
        self.closes: bool | None = None  # do GE and IEA follow without a fault? None: not asked yet


class Step(NamedTuple):
    """The way from one state to another."""

    matches: Matcher
    steps: dict[str, Step]  # of the state it leads to
    kind: int
    state: State


class GuideWalk:
    """One guide of pyx12, for one pair of separators."""

    def __init__(self, guide: Any, marks: Marks, terminator: str) -> None:
        self._marks, self._terminator = marks, terminator
        self._nodes = _Nodes(guide)
        self._matchers: dict[int, Matcher] = {}
        self._states: dict[tuple[int, frozenset[tuple[str, int]]], State] = {}
        self._known_steps = 0
        self._judged: dict[tuple[int, str], bool] = {}
        self._counts_lines = guide.id == "837"
        self._gs = guide.getnodebypath(f"{_GS}/GS")
        self.key_by = {(tag + marks.element)[:3]: by for tag, by in self._nodes.key_by.items()}
        self.start = self._state(self._gs, dict.fromkeys(["/ISA_LOOP", "/ISA_LOOP/ISA", _GS, f"{_GS}/GS"], 1))

    def key(self, text: str) -> str:
        """The beginning of a segment that decides its step. `fast_judge` has the same in its loop, without a call."""
        element, by = self._marks.element, self.key_by.get(text[:3])
        if by is None or by == BY_TAG:
            return text[:3]
        if by == BY_THIRD:
            return element.join([text[:3], *text.split(element, 4)[3:4]])
        if by == BY_THREE:
            return element.join(text.split(element, 4)[:4])
        first = text.find(element, 4)
        whole = text if first < 0 else text[:first]
        return whole.partition(self._marks.component)[0] if by == BY_COMPONENT else whole

    def step(self, state: State, text: str) -> Step | None:
        """The step pyx12 makes from `state` with this segment, which is valid; None when it finds any fault."""
        if not text or text[0] == " " or text[-1] == self._marks.element:
            return None
        segment = X12Segment(text, self._terminator, self._marks.element, self._marks.component)
        if segment.is_empty() or not segment.is_seg_id_valid():
            return None
        key = self.key(text)
        found = state.steps.get(key)
        if found is None or found.state.node.id != segment.get_seg_id():
            found = self._walk(state, segment)
        if found is None or not self._is_valid(found.state.node, segment, text):
            return None
        self._known_steps += 1
        if self._known_steps > MAX_STEPS or len(self._states) > MAX_STATES:
            self._forget()
        state.steps[key] = found
        return found

    def closes(self, state: State) -> bool:
        """May the set, the group and the interchange end after this state (SE)?"""
        if state.closes is None:
            trailers = [self._marks.element.join(parts) for parts in (("GE", "1", "1"), ("IEA", "1", "000000001"))]
            at: State | None = state
            for text in trailers:
                segment = X12Segment(text, self._terminator, self._marks.element, self._marks.component)
                found = self._walk(at, segment) if at is not None else None
                at = found.state if found is not None else None
            state.closes = at is not None
        return state.closes

    def _walk(self, state: State, segment: X12Segment) -> Step | None:
        walker = walk_tree()
        walker.counter = counter = Counter(state.counts)
        try:
            node, _, _, errors = walker.walk_errors(state.node, segment, 0, 0, None)
        except BREAKS:
            return None
        if node is None or errors:
            return None
        to = self._state(node, counter.counts)
        if (matches := self._matchers.get(id(node))) is None:
            matches = self._matchers[id(node)] = segment_matcher(node, self._marks)
        return Step(matches, to.steps, self._kind(node.id), to)

    def _state(self, node: Any, counts: dict[str, int]) -> State:
        kept = self._nodes.kept(node, counts)
        key = (id(node), frozenset(kept.items()))
        if (state := self._states.get(key)) is None:
            state = self._states[key] = State(node, kept)
        return state

    def _kind(self, tag: str) -> int:
        if tag in _CONTROL_SEGMENTS:
            return CONTROL
        if tag == "HL":
            return HL
        return {"CLM": CLM, "LX": LX}.get(tag, PLAIN) if self._counts_lines else PLAIN

    def _is_valid(self, node: Any, segment: X12Segment, text: str) -> bool:
        key = (id(node), text)
        if (known := self._judged.get(key)) is None:
            try:
                known = not node.is_valid_errors(segment)[1]
            except BREAKS:
                known = False
            if len(self._judged) >= MAX_SEGMENTS:
                self._judged.clear()
            self._judged[key] = known
        return known

    def _forget(self) -> None:
        """Walks under way go on with the states they hold."""
        self._states.clear()
        self._known_steps = 0
        self.start = self._state(self._gs, self.start.counts)


class _Nodes:
    """What the automaton must know of a guide's nodes beforehand: what decides a step, and which counts matter where."""

    def __init__(self, guide: Any) -> None:
        self._guide = guide
        self.key_by: dict[str, int] = {}
        self._limits: dict[str, int] = {}  # a path's counts matter up to here
        self._always: set[str] = set()  # paths whose counts are kept wherever the walk is
        self._alive: dict[int, frozenset[str]] = {}  # a node -> paths whose counts matter from there on
        for parent, node in _descend(guide):
            self._add(parent, node)

    def kept(self, node: Any, counts: dict[str, int]) -> dict[str, int]:
        """The counts that matter at `node`."""
        if (alive := self._alive.get(id(node))) is None:
            alive = self._alive[id(node)] = frozenset(self._paths_alive(node)) | self._always
        return {path: min(count, self._limits[path]) for path, count in counts.items() if path in alive}

    def _add(self, parent: Any, node: Any) -> None:
        path, most = path_text(node.x12path), node.get_max_repeat()
        limit = 1 if most >= _UNLIMITED else most + 1
        self._limits[path] = max(limit, self._limits.get(path, 1))
        if not parent.is_map_root() and not path.startswith(path_text(parent.x12path) + "/"):
            self._always.add(path)  # entering the loop would not begin this count anew
        if node.is_segment():
            by = _key_by(node)
            known = self.key_by.get(node.id, BY_TAG)
            self.key_by[node.id] = by if known in (BY_TAG, by) else known if by == BY_TAG else BY_THREE

    def _paths_alive(self, node: Any) -> Iterator[str]:
        while not node.is_map_root():
            parent = node.parent
            for child in _children(parent):
                if child.pos >= node.pos:
                    yield from _with_wrapped(child)
            node = parent


def _children(node: Any) -> Iterator[Any]:
    for place in sorted(node.pos_map):
        yield from node.pos_map[place]


def _descend(node: Any) -> Iterator[tuple[Any, Any]]:
    for child in _children(node):
        yield node, child
        if child.is_loop():
            yield from _descend(child)


def _with_wrapped(node: Any) -> Iterator[str]:
    yield path_text(node.x12path)
    if node.is_loop() and (first := node.get_first_node()) is not None and first.is_loop():
        for child in _children(node):
            yield from _with_wrapped(child)


def _key_by(node: Any) -> int:
    """Where pyx12 looks to tell this segment from others of its identifier."""
    found = node._resolve_unique_key_field(node.id, with_qual=False)
    if found is None:
        return BY_TAG
    place = found[1:]
    return {(1, None): BY_FIRST, (1, 1): BY_COMPONENT, (3, None): BY_THIRD}.get(place, BY_THREE)
