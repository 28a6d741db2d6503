# SPDX-License-Identifier: Apache-2.0
# Completion for fish: asks the command itself; files are completed as well.
complete -c latchkey -a '(set -l words (commandline -opc) (commandline -ct); latchkey complete -- $words[2..-1] 2>/dev/null)'
