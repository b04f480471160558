#!/bin/sh
# Finds a JDK of version 22 or later: the one in JAVA_HOME, otherwise the newest in /usr/lib/jvm.
# Prints its path; with arguments, runs them as a command with it: jdk.sh mvn verify
set -eu

release() {
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null
}

best='' newest=21
for home in /usr/lib/jvm/*; do
    [ -x "$home/bin/javac" ] || continue
    number=$(release "$home")
    if [ "${number:-0}" -gt "$newest" ]; then
        best=$home newest=$number
    fi
done
if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/javac" ]; then
    number=$(release "$JAVA_HOME")
    [ "${number:-0}" -lt 22 ] || best=$JAVA_HOME
fi
if [ -z "$best" ]; then
    echo "no JDK 22 or later in JAVA_HOME or in /usr/lib/jvm: install one, such as Temurin 25, and set JAVA_HOME" >&2
    exit 1
fi
if [ $# -gt 0 ]; then
    JAVA_HOME=$best PATH=$best/bin:$PATH
    export JAVA_HOME PATH
    exec "$@"
fi
echo "$best"
