# SPDX-License-Identifier: Apache-2.0
"""Latchkey: what does a mail program do when somebody attacks its TLS?"""
