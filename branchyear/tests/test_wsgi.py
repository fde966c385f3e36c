"""What the web server's processes share from the start."""

import json
import subprocess
import sys

ASK = """
import gc, json, sys
import branchyear.wsgi
from django.template import engines
loader = engines["django"].engine.template_loaders[0]
print(json.dumps({"apart": gc.get_freeze_count(), "turn": sys.getswitchinterval(), "pages": len(loader.get_template_cache)}))
"""


def test_a_web_process_begins_with_everything_loaded_and_lets_others_have_a_turn_soon():
    asked = subprocess.run([sys.executable, "-c", ASK], check=True, capture_output=True, text=True)
    told = json.loads(asked.stdout)

    assert told["apart"] > 200_000
    assert told["turn"] < 0.001
    assert told["pages"] > 200
