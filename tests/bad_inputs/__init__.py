"""Every row of ../shared/domain/bad_inputs.csv about 835s and the state of the warehouse, as an executed test."""

import pytest

pytest.register_assert_rewrite("tests.bad_inputs.scene")
