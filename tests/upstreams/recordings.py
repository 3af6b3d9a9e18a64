"""The recordings, by the kind of what servers do."""

from .recorded import Recording
from .recorded_calls import CALLS
from .recorded_ends import COUNTS, ENDS, INDEXES
from .recorded_faults import FAULTS
from .recorded_noise import NO_CHUNKS
from .recorded_reasoning import THOUGHTS

RECORDINGS: dict[str, Recording] = {
    f"{kind}: {name}": recording
    for kind, recordings in {
        "no chunk": NO_CHUNKS,
        "fault": FAULTS,
        "end": ENDS,
        "index": INDEXES,
        "count": COUNTS,
        "reasoning": THOUGHTS,
        "call": CALLS,
    }.items()
    for name, recording in recordings.items()
}
