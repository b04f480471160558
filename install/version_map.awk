# Generates the linker's version script: one node per minor version that added functions, in the order of the versions.
/^ *"dc_.*"since":/ {
    split($0, quoted, "\"")
    name = quoted[2]
    match($0, /"since":"[0-9]+\.[0-9]+/)
    version = substr($0, RSTART + 9, RLENGTH - 9)
    if (!(version in members)) {
        split(version, part, ".")
        key = part[1] * 1000000 + part[2]
        for (at = ++count; at > 1 && keys[at - 1] > key; at--) {
            keys[at] = keys[at - 1]
            versions[at] = versions[at - 1]
        }
        keys[at] = key
        versions[at] = version
    }
    members[version] = members[version] "        " name ";\n"
}
END {
    for (number = 1; number <= count; number++) {
        printf "DATA_CONNECTORS_%s {\n    global:\n%s", versions[number], members[versions[number]]
        if (number == 1) printf "    local:\n        *;\n"
        printf "}%s;\n", (number == 1 ? "" : " DATA_CONNECTORS_" versions[number - 1])
    }
}
