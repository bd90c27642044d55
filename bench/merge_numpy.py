"""python merge_numpy.py BASE.gguf LORA.gguf OUT.gguf: what people write for this with NumPy and gguf-py; prints the seconds it took, imports not counted."""
import hashlib
import os
import sys
import time

import numpy as np
from gguf import GGMLQuantizationType as Q, GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize, quant_shape_to_byte_shape, quantize

started = time.perf_counter()
base_file, lora_file, output_file = sys.argv[1:4]
base, lora = GGUFReader(base_file), GGUFReader(lora_file)
halves = {tensor.name: dequantize(tensor.data, tensor.tensor_type).astype(np.float32) for tensor in lora.tensors}
alpha = lora.fields["adapter.lora.alpha"].contents()

writer = GGUFWriter(output_file, base.fields["general.architecture"].contents())
for key, field in base.fields.items():
    if key.startswith("GGUF.") or key == "general.architecture":
        continue
    kind = field.types[0]
    writer.add_key_value(key, field.contents(), kind, sub_type=field.types[-1] if kind == GGUFValueType.ARRAY else None)
kept = (Q.F32, Q.F16, Q.BF16, Q.Q8_0)
kinds = {}
for tensor in base.tensors:
    shape, size, kind = tensor.data.shape, tensor.data.nbytes, tensor.tensor_type
    if tensor.name + ".lora_a" in halves and kind not in kept:  # K types can't be written by gguf-py
        shape = quant_shape_to_byte_shape([int(length) for length in reversed(tensor.shape)], Q.Q8_0)
        size, kind = int(np.prod(shape)), Q.Q8_0
    kinds[tensor.name] = kind
    writer.add_tensor_info(tensor.name, shape, tensor.data.dtype, size, raw_dtype=kind)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_ti_data_to_file()
for tensor in base.tensors:
    data = tensor.data
    if tensor.name + ".lora_a" in halves:
        a, b = halves[tensor.name + ".lora_a"], halves[tensor.name + ".lora_b"]
        weights = dequantize(data, tensor.tensor_type) + np.float32(alpha / a.shape[0]) * (b @ a)
        data = quantize(weights, kinds[tensor.name])
    writer.write_tensor_data(data)
for out in writer.fout:
    out.flush()
    os.fsync(out.fileno())
writer.close()
merged = time.perf_counter()
digest = hashlib.sha256()
with open(output_file, "rb") as output:
    while piece := output.read(1 << 22):
        digest.update(piece)
print(merged - started, time.perf_counter() - started)
