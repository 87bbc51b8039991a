"""Fetches the libraries of the baseline into build/bench/lib."""

from benchmarks import baseline
from tools.build import libraries

libraries.fetch(baseline.FETCHED, baseline.PINNED)
