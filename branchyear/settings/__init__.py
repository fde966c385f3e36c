"""Settings: one module for each question, in the order a newcomer asks.

| question | module |
|---|---|
| where am I | `environment.py` |
| what is installed | `installed.py` |
| who may come in | `door.py` |
| what are browsers told | `headers.py` |
| where is the data | `data.py` |
| how does it look | `looks.py` |
| how is mail sent, who else is told | `messages.py` |
| what do workers do | `workers.py` |
| who looks after it | `monitoring.py` |
| what may programs ask | `api.py` |
| what else did we decide | `constants.py` |

The environment is read here and nowhere else.
"""

from branchyear.settings.api import *
from branchyear.settings.constants import *
from branchyear.settings.data import *
from branchyear.settings.door import *
from branchyear.settings.environment import *
from branchyear.settings.headers import *
from branchyear.settings.installed import *
from branchyear.settings.looks import *
from branchyear.settings.messages import *
from branchyear.settings.monitoring import *
from branchyear.settings.workers import *
