"""Greedy answers of transformers and PEFT: python peft_answers.py MODEL ADAPTER QUESTIONS.json, a JSON list of texts on standard output."""

import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32), sys.argv[2]).eval()
answers = []
for question in json.load(open(sys.argv[3], encoding="utf-8")):
    given = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    tokens = model.generate(**given, max_new_tokens=32, do_sample=False)[0][given["input_ids"].shape[1] :]
    answers.append(tokenizer.decode(tokens, skip_special_tokens=True))
print(json.dumps(answers))
