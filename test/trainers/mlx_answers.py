"""Greedy answers of MLX-LM itself: python mlx_answers.py MODEL ADAPTER QUESTIONS.json, a JSON list of texts on standard output."""

import json
import sys

from mlx_lm import load, stream_generate
from mlx_lm.sample_utils import make_sampler

model, tokenizer = load(sys.argv[1], adapter_path=sys.argv[2] or None)
answers = []
for question in json.load(open(sys.argv[3], encoding="utf-8")):
    prompt = tokenizer.apply_chat_template([{"role": "user", "content": question}], add_generation_prompt=True)
    tokens = [step.token for step in stream_generate(model, tokenizer, prompt, max_tokens=32, sampler=make_sampler(temp=0.0))]
    answers.append(tokenizer.decode([token for token in tokens if token not in tokenizer.eos_token_ids]))
print(json.dumps(answers))
