"""Trains with MLX-LM, for the trainer "command": python train_mlx.py, in an environment with mlx-lm.

genesis-improve says by GENESIS_JOB where the dataset, the model and the settings are, and by GENESIS_OUTPUT where the adapter belongs.
"""

import json
import os
import re
import shutil
import subprocess
import sys

with open(os.environ["GENESIS_JOB"], encoding="utf-8") as file:
    job = json.load(file)
dataset, output, settings = job["dataset"], job["output"], job["settings"]
if job["model"] is None:
    sys.exit('set "trainer.command.model" to the folder of the model (Hugging Face or MLX)')


def rows(name):
    path = os.path.join(dataset, name)
    return sum(1 for _ in open(path, encoding="utf-8")) if os.path.exists(path) else 0


batch = min(4, rows("train.jsonl"))
# MLX-LM wants a validation set of a batch at least.
if rows("valid.jsonl") < batch:
    shutil.copy(os.path.join(dataset, "train.jsonl"), os.path.join(dataset, "valid.jsonl"))
steps = max(1, round(settings["epochs"] * rows("train.jsonl") / batch))
modules = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
config = {
    "model": job["model"],
    "train": True,
    "data": dataset,
    "fine_tune_type": "lora",
    "adapter_path": output,
    "num_layers": -1,
    "batch_size": batch,
    "iters": steps,
    "learning_rate": settings["learningRate"],
    "val_batches": 1,
    "steps_per_report": 1,
    "steps_per_eval": steps,
    "save_every": steps,
    "max_seq_length": settings["contextLength"],
    "mask_prompt": True,
    "seed": settings["seed"],
    "lora_parameters": {
        "keys": [modules[name] for name in settings["targetModules"]],
        "rank": settings["rank"],
        "scale": settings["alpha"] / settings["rank"],
        "dropout": 0.0,
    },
}
# JSON is YAML.
with open(os.path.join(output, "config.yaml"), "w", encoding="utf-8") as file:
    json.dump(config, file)

command = [sys.executable, "-m", "mlx_lm", "lora", "--config", file.name]
training = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
for line in training.stdout:
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line).rstrip()
    row = re.match(r"\s*(\d+)\s+(\d+\.\d+)\b", plain) or re.match(r"Iter (\d+): Train loss ([\d.]+)", plain)
    if row:
        print(json.dumps({"step": int(row[1]), "total": steps, "loss": float(row[2])}), flush=True)
    elif plain:
        print(plain, flush=True)
sys.exit(training.wait())
