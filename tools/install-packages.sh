#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages of the given lists (default: packages.txt) that are missing. When all are there it does nothing
# and needs no root.
#
#   tools/install-packages.sh [LIST...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lists=("$@")
[[ $# -gt 0 ]] || lists=(packages.txt)

# Names are what stands before the comment.
mapfile -t wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "${lists[@]}")

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "error: this system has no dpkg and apt; expected Debian 12 or a system derived from it." >&2
  echo "Install what these Debian packages hold, then pass SKIP_PACKAGES=1 to make:" >&2
  printf '  %s\n' "${wanted[@]}" >&2
  exit 1
fi

# Of the packages that dpkg does not know it says nothing here.
installed="$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)"
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "installed ${package}" <<<"${installed}" || missing+=("${package}")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

as_root=()
if [[ ${EUID} -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "error: packages are missing and there is no sudo. As root run:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=580 -o Acquire::Retries=3 \
    -o Dpkg::Use-Pty=0 "$@"
}

echo "Installing ${#missing[@]} packages: ${missing[*]}"
# The lists may be locked by another apt for a while. A list that stays out of reach need not matter: the installation decides.
for attempt in 1 2 3 4 5; do
  if apt -o APT::Update::Error-Mode=any update; then
    break
  fi
  echo "apt-get update failed (attempt ${attempt} of 5)" >&2
  [[ ${attempt} -eq 5 ]] || sleep 10
done
apt install -y --no-install-recommends "${missing[@]}" </dev/null
