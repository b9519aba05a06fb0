"""Makes the modules of tests/stack known to a scenario: import this first."""

import os
import sys

_stack = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [_stack, os.path.join(_stack, "support")]
