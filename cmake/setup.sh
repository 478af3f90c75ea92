# Sourced by ./run and ./test, which set `root`: installs missing packages, configures and builds. All that it says
# goes to stderr; stdout belongs to the program that is run. It names no network host: packages come from where this
# machine's apt is told to look.
: "${root:?}"

# Reads apt's words: shows the amount to load and our own packages, not their hundred dependencies.
show_apt_progress() {
  local line name
  while IFS= read -r line; do
    name=${line#Setting up }
    name=${name%%[ :]*}
    case $line in
      "Need to get "* | "Fetched "*) echo "  $line" ;;
      "Setting up "*) if [[ " $* " == *" $name "* ]]; then echo "  $name is installed"; fi ;;
    esac
  done
}

install_packages() {
  local name wanted installed missing=() as_root=() log=$root/build/apt.log
  mapfile -t wanted <<<"$(sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$root/cmake/debian-packages.txt")"
  # Says " installed NAME" of each package that is there, nothing or another word of the others.
  installed=$(dpkg-query -W -f=' ${db:Status-Status} ${Package}' "${wanted[@]}" 2>/dev/null || true)
  for name in "${wanted[@]}"; do
    if [[ "$installed " != *" installed $name "* ]]; then missing+=("$name"); fi
  done
  if [[ ${#missing[@]} -eq 0 ]]; then return; fi
  if [[ $EUID -ne 0 ]]; then as_root=(sudo); fi
  if ! command -v "${as_root[0]:-env}" >/dev/null || ! command -v apt-get >/dev/null; then
    echo "$0: no apt-get, or neither root nor sudo; these Debian 12 packages are missing: ${missing[*]}" >&2
    exit 2
  fi
  echo "Installing ${#missing[@]} packages: ${missing[*]}" >&2
  mkdir -p "$root/build"
  # A source that cannot be refreshed need not matter; whether the packages are to be had, the installation tells.
  "${as_root[@]}" apt-get update -qq >"$log" 2>&1 || true
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=60 "${missing[@]}" </dev/null 2>&1 |
    tee -a "$log" | show_apt_progress "${missing[@]}" >&2; then
    tail -n 5 "$log" >&2
    echo "$0: apt-get could not install ${missing[*]}; its words are in $log" >&2
    exit 2
  fi
}

# build_preset PRESET [TARGET...]: silent when there is nothing to do.
build_preset() {
  local dir=$root/build/$1
  # A tree that was copied together with its build/ would go on building the original.
  if [[ ! -f $dir/build.ninja ]] || ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$dir/CMakeCache.txt"; then
    echo "Configuring $1" >&2
    (cd "$root" && cmake --preset "$1" --fresh >/dev/null)
  fi
  ninja -C "$dir" "${@:2}" | { grep --line-buffered -vE 'no work to do|Entering directory|Re-checking globbed' || true; } >&2
}
