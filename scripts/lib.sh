# Sourced by the scripts beside it: messages, system packages, MPI's environment. The caller's folder becomes the checkout's root.
# shellcheck shell=bash

set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '== %s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Installs those of the named Debian packages that are missing; without root or sudo, says how and ends.
need_packages() {
  local package missing=()
  for package; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local as_root=() install=(apt-get install -y --no-install-recommends "${missing[@]}")
  command -v apt-get >/dev/null || die "Debian 12 or later, or Ubuntu 24.04 is needed, with the packages: ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    # On a terminal sudo may ask for the password; elsewhere it must do without.
    if ! command -v sudo >/dev/null || { [ ! -t 0 ] && ! sudo -n true 2>/dev/null; }; then
      die "system packages are missing, and this user may not install them; run as root, then start again:
  apt-get update && ${install[*]}"
    fi
    as_root=(sudo)
  fi
  say "installing system packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -q >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" -q >&2
}

# mpirun refuses to start as root, as in a container, unless told twice, and to start more ranks than there are cores; and
# containers often forbid a process to read another's memory, which its shared-memory transport (vader) tries.
# OMPI_ names are those of Open MPI 4, PRTE_ of 5.
prepare_mpi() {
  export OMPI_MCA_btl_vader_single_copy_mechanism=none
  export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
  [ "$(id -u)" = 0 ] || return 0
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
}

# Runs a command and says how long it took.
timed() {
  local what=$1 start=$SECONDS
  shift
  "$@"
  say "$what: $((SECONDS - start)) s"
}
