#!/bin/sh
# Builds the runner of tests/conformance below a folder, or runs the cases of a file: conformance.sh FOLDER [CASES]
set -eu

here=$(dirname "$0")
JAVA_HOME=$("$here/jdk.sh")
export JAVA_HOME
if [ $# -eq 1 ]; then
    exec mvn -q -B -f "$here" -DbuildDirectory="$1" test-compile
fi
exec "$JAVA_HOME/bin/java" -Xcheck:jni --enable-native-access=ALL-UNNAMED \
    -cp "$1/classes:$1/test-classes" dataconnectors.conformance.Conformance "$2"
