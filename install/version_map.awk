# Generates the linker's version script: one node per minor version that added functions.
/^ *"dc_.*"since":/ {
    split($0, quoted, "\"")
    name = quoted[2]
    match($0, /"since":"[0-9]+\.[0-9]+/)
    node = "DATA_CONNECTORS_" substr($0, RSTART + 9, RLENGTH - 9)
    if (!(node in members)) nodes[++count] = node
    members[node] = members[node] "        " name ";\n"
}
END {
    for (number = 1; number <= count; number++) {
        node = nodes[number]
        printf "%s {\n    global:\n%s", node, members[node]
        if (number == 1) printf "    local:\n        *;\n"
        printf "}%s;\n", (number == 1 ? "" : " " nodes[number - 1])
    }
}
