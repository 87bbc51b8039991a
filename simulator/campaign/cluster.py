"""A campaign on many machines: seeds in batches, over the workers of a Dask scheduler.

Each worker runs in a checkout of the same code. A batch whose worker dies is given to another one; what was reported is
not run again.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from distributed import CancelledError, Client, as_completed, get_worker

from simulator.campaign import record, runner
from simulator.campaign.outcome import Outcome

CONNECT_S = 10
WORKERS_S = 60  # until the first worker is there
AHEAD = 3  # batches that wait for each thread of the workers
_one = threading.Lock()  # a run lends the modules of the process to the firmware


class ClusterError(Exception):
    """No scheduler, no worker, or one with other code; one line with the way out."""


def work(seeds: Sequence[int], machine: str, code: str) -> list[Outcome]:
    """In a worker: the outcomes of a batch. Raises ClusterError when its code is not that of the campaign."""
    if record.code() != code:
        raise ClusterError(f"worker {get_worker().address}: its code is {record.code()}, not {code}: give it this one")
    with _one:
        return runner.run_seeds(seeds, machine)


def outcomes(address: str, batches: Iterator[Sequence[int]], machine: str) -> Iterator[list[Outcome]]:
    """Results in the order in which they are ready. Raises ClusterError."""
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what went wrong is raised here, in one line
    try:
        client = Client(address, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        raise ClusterError(f"no scheduler at {address}: {str(error).splitlines()[0]}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_S)
        except TimeoutError:
            raise ClusterError(f"the scheduler at {address} has no worker: see docs/develop/testing.md") from None
        threads = sum(client.nthreads().values())

        def submit(batch: Sequence[int]) -> Any:
            return client.submit(work, batch, machine, record.code(), pure=False)

        ready = as_completed([submit(batch) for batch in islice(batches, AHEAD * threads)])
        for future in ready:
            for batch in islice(batches, 1):
                ready.add(submit(batch))
            yield _result(future)


def _result(future: Any) -> list[Outcome]:
    try:
        found: list[Outcome] = future.result()
        return found
    except ClusterError:
        raise
    except CancelledError:
        raise ClusterError(
            "the scheduler has gone: start it and its workers, and give the same command again"
        ) from None
    except Exception as error:  # whatever a worker raises arrives here as itself
        raise ClusterError(f"a worker failed: {type(error).__name__}: {error}".splitlines()[0]) from None
