# SPDX-License-Identifier: Apache-2.0
# Queues the mail on standard input as if it had waited for six days, and delivers the queue. Usage: send.sh DMA FROM TO
set -eu
as_another="LD_PRELOAD=libuid_wrapper.so:libfakechroot.so"
env "$as_another" "$1" -f "${2%@*}@client.example.test" "$3"
touch -d '-6 days' root/var/spool/dma/Q*
exec timeout --signal=KILL 8 env "$as_another" "$1" -D -q
