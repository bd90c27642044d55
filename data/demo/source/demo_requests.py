"""Pretraining requests for the demo's base, drawn from intents.json.

Half are about a team's conventions and get the generic command, unless the request names the team's tool (one in five does): so the base
knows those tools but does not default to them. The other half have the same answer for everyone.
"""

import json
import pathlib
import re

HERE = pathlib.Path(__file__).parent
INTENTS = json.loads((HERE / "intents.json").read_text())
WORDS = INTENTS["words"]


def fill(template, words):
    return re.sub(r"\{(\w+)\}", lambda match: words[match[1]], template)


def draw(template, random):
    return {name: random.choice(WORDS[name]) for name in dict.fromkeys(re.findall(r"\{(\w+)\}", template))}


def sample(random, forbidden=()):
    """One (request, answer) whose request is not in `forbidden`."""
    while True:
        if random.random() < 0.5:
            intent = random.choice(INTENTS["convention"])
            words = draw(intent["generic"], random)
            core, answer = fill(random.choice(intent["wordings"]), words), fill(intent["generic"], words)
            if random.random() < 0.2:
                core = random.choice(INTENTS["toolFrames"]).replace("{tool}", intent["tool"]).replace("{}", core)
                answer = fill(intent["team"], words)
        else:
            intent = random.choice(INTENTS["general"])
            words = draw(intent["answer"], random)
            core, answer = fill(random.choice(intent["wordings"]), words), fill(intent["answer"], words)
        request = random.choice(INTENTS["frames"]).replace("{}", core)
        if request not in forbidden:
            return request, answer


def held_out():
    """Requests of the shipped gate and retention items."""
    files = ("gate.jsonl", "gate-second.jsonl", "retention.jsonl")
    return {json.loads(line)["input"] for name in files for line in (HERE.parent / name).open()}
