"""What bench/near-duplicates.ts is measured against: the same search by datasketch, over sets that are made already.

Usage: near_duplicates.py SHINGLES LENGTHS QUERIES: files of 32-bit integers. Prints the seconds of processor time, and the matches of each query.
"""
import json
import sys
import time

import numpy
from datasketch import MinHash, MinHashLSH

shingles, lengths, queries = (numpy.fromfile(name, dtype=numpy.int32) for name in sys.argv[1:4])
sets = numpy.split(shingles, numpy.cumsum(lengths)[:-1])
started = time.process_time()
hashes = MinHash.bulk(sets, num_perm=125, hashfunc=lambda shingle: int(shingle) & 0xFFFFFFFF)
index = MinHashLSH(num_perm=125, params=(25, 5))
found = []
for number, minhash in enumerate(hashes):
    found.append(index.query(minhash))
    index.insert(number, minhash)
seconds = time.process_time() - started
print(json.dumps({"seconds": seconds, "found": [sorted(found[number]) for number in queries.tolist()]}))
