# Makes a manual page of each function's comment in the header, and data_connectors(3) of its first one.
function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^[.']/, "\\\\\\&&", text)
    return text
}
function title(file, name) {
    printf ".TH %s 3 \"\" \"data_connectors %s\" \"Library Functions Manual\"\n", toupper(name), version >file
}
function page(    file, line, count, i, short, section, parts) {
    file = folder "/" name ".3"
    title(file, name)
    short = comment
    sub(/\n.*/, "", short)
    sub(/\.( .*)?$/, "", short)
    printf ".SH NAME\n%s \\- %s\n", name, roff(short) >file
    printf ".SH SYNOPSIS\n.nf\n#include <data_connectors.h>\n.PP\n" >file
    count = split(prototype, parts, "\n")
    for (i = 1; i <= count; i++) print roff(parts[i]) >file
    printf ".fi\n.SH DESCRIPTION\n" >file
    count = split(comment, parts, "\n")
    section = ""
    for (i = 1; i <= count; i++) {
        line = parts[i]
        if (line ~ /^@param /) {
            if (section != "param") printf ".SH PARAMETERS\n" >file
            section = "param"
            sub(/^@param +/, "", line)
            match(line, /^[a-z_0-9]+/)
            printf ".TP\n.I %s\n", substr(line, 1, RLENGTH) >file
            line = substr(line, RLENGTH + 1)
        } else if (line ~ /^@return /) {
            printf ".SH RETURN VALUE\n" >file
            section = "return"
            sub(/^@return +/, "", line)
        } else if (line ~ /^Since: /) {
            printf ".SH HISTORY\n" >file
            sub(/^Since: /, "Since ", line)
            line = line "."
        }
        sub(/^ +/, "", line)
        # What follows the list of parameters or the result is no part of it.
        if (line == "") {
            if (i < count && parts[i + 1] !~ /^(@|Since: )/ && section == "") printf ".PP\n" >file
        } else print roff(line) >file
    }
    printf ".SH SEE ALSO\n.BR data_connectors (3)\n" >file
    close(file)
    pages[++page_count] = name
}
BEGIN { first = 1 }
first && /^ \*\// { first = 0; next }
first && /Made by cbindgen/ { next }
first { sub(/^\/?[ *]\*? ?/, ""); if (NR > 1) overview = overview $0 "\n"; next }
/^\/\*\*/ { comment = $0; sub(/^\/\*\* ?/, "", comment); inside = 1; if (sub(/ ?\*\/$/, "", comment)) inside = 0; next }
inside && /\*\// { inside = 0; next }
inside { sub(/^ \*+ ?/, ""); comment = comment (comment == "" ? "" : "\n") $0; next }
/^[a-z].*dc_[a-z_0-9]*\(/ && !/^typedef/ { prototype = $0; reading = 1 }
reading {
    if ($0 != prototype) prototype = prototype "\n" $0
    if (/;$/) {
        reading = 0
        name = prototype
        sub(/\(.*/, "", name)
        sub(/.*[ *]/, "", name)
        page()
    }
}
END {
    file = folder "/data_connectors.3"
    title(file, "data_connectors")
    printf ".SH NAME\ndata_connectors \\- lists the data connectors of an Intercom workspace\n" >file
    printf ".SH SYNOPSIS\n.nf\n#include <data_connectors.h>\n.PP\ncc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs data_connectors)\n.fi\n" >file
    printf ".SH DESCRIPTION\n.nf\n" >file
    count = split(overview, parts, "\n")
    for (i = 1; i < count; i++) print roff(parts[i]) >file
    printf ".fi\n.SH SEE ALSO\n" >file
    for (i = 1; i <= page_count; i++) printf ".BR %s (3)%s\n", pages[i], i < page_count ? "," : "" >file
}
