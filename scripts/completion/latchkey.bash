# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Completion for bash: asks the command itself, else completes files.
_latchkey() {
	local word
	COMPREPLY=()
	while IFS= read -r word; do
		COMPREPLY+=("$(printf %q "$word")")
	done < <("$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _latchkey latchkey
