"""Our limiter keeps the contract of its port."""

import pytest

from beautyspot.embedded.pacing import Pacer
from beautyspot.testing import LimiterContract


class TestPacer(LimiterContract):
    @pytest.fixture
    def new_limiter(self, clock):
        return lambda meters: Pacer(meters, clock)
