"""Tokens by the tokenizer's own chat template: python template_tokens.py MODEL MESSAGES.json, {"whole", "asked"} on standard output."""

import json
import sys

from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
messages = json.load(open(sys.argv[2], encoding="utf-8"))
whole = tokenizer.apply_chat_template(messages, return_dict=True)["input_ids"]
asked = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, return_dict=True)["input_ids"]
print(json.dumps({"whole": whole, "asked": asked}))
