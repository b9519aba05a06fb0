#!/bin/bash
# Builds librdkafka and cpp-httplib into CACHE/deps/SYSTEM-HASH, where HASH is that of this file
# (cmake/dependencies.cmake computes the same name). Returns at once when that folder is there.
#   build.sh CACHE
# The distribution's own packages are not taken, also where they are new enough: both crash under
# ThreadSanitizer as they are configured there, and one version everywhere is what the tests vouch for.
# The sources are those of a newer Debian, upstream's tarball without Debian's patches; apt verifies it.
set -euo pipefail
cache=$1
here=$(dirname "$(readlink -f "$0")")
system=$(. /etc/os-release && printf '%s-%s-%s' "$ID" "${VERSION_ID:-}" "$(uname -m)")
prefix=$cache/deps/$system-$(sha256sum < "$here/build.sh" | cut -c1-12)
[ ! -f "$prefix/VERSIONS" ] || exit 0

mkdir -p "$cache/deps"
exec 9> "$cache/deps/lock"
flock -n 9 || { echo "deps: waiting for another build of them"; flock 9; }
[ ! -f "$prefix/VERSIONS" ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { printf 'deps: %s (%s s)\n' "$*" "$SECONDS"; }
say "building librdkafka and cpp-httplib into $prefix"

# fetch PACKAGE MINIMUM: the upstream tree in $work/PACKAGE, its version in $version. The newest suites
# first; what a moving suite has dropped is found in the next.
fetch() {
  local package=$1 minimum=$2 suite tarball
  for suite in testing unstable trixie; do
    if [ ! -d "$work/$suite" ]; then
      "$here/side.sh" "$work/$suite" "$suite" update || continue
    fi
    version=$("$here/side.sh" "$work/$suite" "$suite" version "$package") || continue
    [ -n "$version" ] && dpkg --compare-versions "$version" ge "$minimum" || continue
    mkdir -p "$work/$suite/sources"
    (cd "$work/$suite/sources" &&
      "$here/side.sh" "$work/$suite" "$suite" source "$package=$version") > /dev/null || continue
    tarball=$(find "$work/$suite/sources" -name "${package}_*.orig.tar.*" ! -name '*.asc' | head -1)
    mkdir "$work/$package"
    tar xf "$tarball" -C "$work/$package" --strip-components=1
    printf '%s %s sha256:%s\n' "$package" "$version" "$(sha256sum "$tarball" | cut -d' ' -f1)" \
      >> "$work/VERSIONS"
    say "$package $version from $suite"
    return 0
  done
  echo "deps: found no $package >= $minimum in testing, unstable or trixie of this machine's mirror" >&2
  return 1
}

build() {  # build PACKAGE CMAKE-OPTIONS...
  local package=$1
  shift
  { cmake -S "$work/$package" -B "$work/$package-build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
      -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O2 -g1' -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O2 -g1' \
      -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib \
      -DCMAKE_POSITION_INDEPENDENT_CODE=ON "$@" &&
    cmake --build "$work/$package-build" -j "$(nproc)" &&
    DESTDIR=$work/stage cmake --install "$work/$package-build"; } > "$work/$package.log" 2>&1 ||
      { tail -40 "$work/$package.log" >&2; return 1; }
  say "built $package"
}

fetch librdkafka 2.8.0
# glibc's thrd_create is unknown to ThreadSanitizer: every run under it would crash in librdkafka's
# threads. Its configure step takes pthreads when this test does not compile.
echo '#error "use pthreads"' > "$work/librdkafka/packaging/cmake/try_compile/c11threads_test.c"
build librdkafka -DRDKAFKA_BUILD_STATIC=ON -DRDKAFKA_BUILD_EXAMPLES=OFF -DRDKAFKA_BUILD_TESTS=OFF \
  -DWITH_SSL=ON -DWITH_SASL=ON -DWITH_ZLIB=ON -DWITH_ZSTD=ON -DENABLE_LZ4_EXT=ON -DWITH_CURL=OFF \
  -DWITH_PLUGINS=OFF

fetch cpp-httplib 0.18
# Compiled, not header-only: 7 s less a translation unit. getaddrinfo_a starts a thread inside glibc
# that ThreadSanitizer does not see (a crash), hence OFF.
build cpp-httplib -DHTTPLIB_COMPILE=ON -DHTTPLIB_REQUIRE_OPENSSL=ON -DHTTPLIB_REQUIRE_ZLIB=ON \
  -DHTTPLIB_USE_BROTLI_IF_AVAILABLE=OFF -DHTTPLIB_USE_ZSTD_IF_AVAILABLE=OFF \
  -DHTTPLIB_USE_NON_BLOCKING_GETADDRINFO=OFF

cp "$work/VERSIONS" "$work/stage$prefix/VERSIONS"
rm -rf "$prefix"
mv "$work/stage$prefix" "$prefix"
say "done"
