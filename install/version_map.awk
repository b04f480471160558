# Makes the linker's version script of the ledger: a node for each minor version in which functions appeared.
/^dc_/ {
    split($2, part, ".")
    node = "DATA_CONNECTORS_" part[1] "." part[2]
    if (!(node in members)) nodes[++count] = node
    members[node] = members[node] "        " $1 ";\n"
}
END {
    for (number = 1; number <= count; number++) {
        node = nodes[number]
        printf "%s {\n    global:\n%s", node, members[node]
        if (number == 1) printf "    local:\n        *;\n"
        printf "}%s;\n", (number == 1 ? "" : " " nodes[number - 1])
    }
}
