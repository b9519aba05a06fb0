#!/bin/bash
# Prints the base URI of this machine's Debian mirror, so that no host name stands in this repository.
# apt reads one-line and deb822 sources alike and says which files an update would fetch, also before
# the first update. Arguments are handed to apt-get.
set -euo pipefail
suite=$(. /etc/os-release && printf %s "${VERSION_CODENAME:-}")
uri=$(apt-get "$@" --print-uris update 2>/dev/null |
      sed -nE "s#^'([^']*)/dists/($suite|stable|oldstable)/InRelease'.*#\1#p" | sed 1q)
if [ -z "$uri" ]; then
  echo "mirror: apt knows no Debian source for '$suite' (see /etc/apt/sources.list.d)" >&2
  exit 1
fi
printf '%s\n' "$uri"
