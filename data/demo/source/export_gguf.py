"""base.npz + tokenizer.json -> Qwen3 GGUF.  python export_gguf.py f16|f32|q8_0 OUT.gguf [IN.npz]"""

import json, sys
import numpy as np, gguf
from gguf import GGMLQuantizationType as Q
from tiny_qwen3 import CFG as c

kind, out = sys.argv[1:3]
P = np.load(sys.argv[3] if len(sys.argv) > 3 else "base.npz")
T = json.load(open("tokenizer.json"))
vocab = T["model"]["vocab"]
added = {a["content"]: a["id"] for a in T["added_tokens"]}
V = P["token_embd"].shape[0]
toks = [None] * V
types = [gguf.TokenType.NORMAL] * V
for k, i in vocab.items():
    toks[i] = k
for k, i in added.items():
    toks[i] = k
    types[i] = gguf.TokenType.CONTROL
assert None not in toks
merges = [m if isinstance(m, str) else " ".join(m) for m in T["model"]["merges"]]
TMPL = "{%- for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{%- endfor %}{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{%- endif %}"
w = gguf.GGUFWriter(out, "qwen3")
w.add_name("genesis-demo-base")
w.add_type("model")
w.add_license("Apache-2.0")
w.add_description("Tiny Qwen3-architecture demo base, trained on synthetic shell requests")
w.add_block_count(c["layers"])
w.add_context_length(c["ctx"])
w.add_embedding_length(c["d"])
w.add_feed_forward_length(c["ff"])
w.add_head_count(c["heads"])
w.add_head_count_kv(c["kv"])
w.add_key_length(c["hd"])
w.add_value_length(c["hd"])
w.add_rope_freq_base(c["theta"])
w.add_layer_norm_rms_eps(c["eps"])
w.add_vocab_size(V)
w.add_file_type({"f32": 0, "f16": 1, "q8_0": 7}[kind])
w.add_quantization_version(2)
w.add_tokenizer_model("gpt2")
w.add_tokenizer_pre("qwen2")
w.add_token_list(toks)
w.add_token_types(types)
w.add_token_merges(merges)
w.add_eos_token_id(added["<|im_end|>"])
w.add_pad_token_id(added["<|endoftext|>"])
w.add_bos_token_id(added["<|endoftext|>"])
w.add_add_bos_token(False)
w.add_chat_template(TMPL)
for n in P.files:
    x = P[n].astype(np.float32)
    if x.ndim == 2 and kind == "q8_0":
        w.add_tensor(n + ".weight", gguf.quantize(x, Q.Q8_0), raw_dtype=Q.Q8_0)
    else:
        w.add_tensor(n + ".weight", x.astype(np.float16) if x.ndim == 2 and kind == "f16" else x)
w.write_header_to_file()
w.write_kv_data_to_file()
w.write_tensors_to_file()
w.close()
