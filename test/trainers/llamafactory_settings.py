"""Names of all settings that LLaMA-Factory takes for a training, a JSON list on standard output."""

import dataclasses
import json

from llamafactory.hparams.parser import _TRAIN_ARGS

print(json.dumps([field.name for kind in _TRAIN_ARGS for field in dataclasses.fields(kind) if field.init]))
