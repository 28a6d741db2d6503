# SPDX-License-Identifier: Apache-2.0
"""Small mail clients, each with one bug, and the outcomes that they deserve."""
