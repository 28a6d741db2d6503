# SPDX-License-Identifier: Apache-2.0
"""Makes `pytest suites --client NAME` run the scenarios."""

pytest_plugins = ["latchkey.plugin"]
