# Generates a manual page for every function in the header, dc_options(3) for the options, and data_connectors(3) from
# the first comment of the header. A function's comment states only what differs from the rules in that first comment and in the
# comments of the types: the pages add them.
function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^[.']/, "\\\\\\&&", text)
    return text
}
function title(file, name) {
    printf ".TH %s 3 \"\" \"data_connectors %s\" \"Library Functions Manual\"\n", toupper(name), version >file
}
# Starts a section of a page once, whatever order the comment has.
function heading(file, name) {
    if (current != name) printf ".SH %s\n", name >file
    current = name
}
function parameter(file, name, text) {
    heading(file, "PARAMETERS")
    printf ".TP\n.I %s\n%s\n", name, roff(text) >file
}
function see_also(file, self,    i, list) {
    list = ".BR data_connectors (3)"
    for (i = 1; i <= function_count; i++)
        if (functions[i] != self && section_of[functions[i]] == section_of[self]) list = list ",\n.BR " functions[i] " (3)"
    printf ".SH SEE ALSO\n%s\n", list >file
}
# The first sentence, without its full stop.
function first_sentence(text) {
    gsub(/\n/, " ", text)
    sub(/[.] .*$/, "", text)
    sub(/[.]$/, "", text)
    return tolower(substr(text, 1, 1)) substr(text, 2)
}
function page(name,    file, prototype, comment, since, handle, count, parts, i, line, result) {
    file = folder "/" name ".3"
    prototype = prototypes[name]
    comment = comments[name]
    current = ""
    since = ""
    if (match(comment, /Since: [0-9.]+/)) {
        since = substr(comment, RSTART + 7, RLENGTH - 7)
        comment = substr(comment, 1, RSTART - 1) substr(comment, RSTART + RLENGTH)
        sub(/[ \n]+$/, "", comment)
    }
    title(file, name)
    printf ".SH NAME\n%s \\- %s\n", name, roff(first_sentence(comment)) >file
    printf ".SH SYNOPSIS\n.nf\n#include <data_connectors.h>\n.PP\n" >file
    count = split(prototype, parts, "\n")
    for (i = 1; i <= count; i++) print roff(parts[i]) >file
    printf ".fi\n" >file
    heading(file, "DESCRIPTION")
    count = split(comment, parts, "\n")
    result = ""
    for (i = 1; i <= count; i++) {
        line = parts[i]
        if (line ~ /^@param /) {
            sub(/^@param +/, "", line)
            match(line, /^[a-z_0-9]+/)
            handle = substr(line, 1, RLENGTH)
            line = substr(line, RLENGTH + 1)
            sub(/^ +/, "", line)
            parameter(file, handle, line)
        } else if (line ~ /^@return /) {
            result = line
            sub(/^@return +/, "", result)
        } else if (result != "") {
            sub(/^ +/, "", line)
            result = result "\n" line
        } else if (line == "") {
            if (i < count && parts[i + 1] !~ /^@/) printf ".PP\n" >file
        } else {
            sub(/^ +/, "", line)
            print roff(line) >file
        }
    }
    if (prototype ~ /out_error/)
        parameter(file, "out_error", "receives the error on failure, which the caller frees with dc_error_free(); may be NULL.")
    if (result == "" && prototype ~ /^dc_status dc_(config|client|pager|list|cancel)/)
        result = "DC_OK, or one of DC_ERR_\\[u2026] on failure."
    else if (result == "" && prototype ~ /^(dc_config|dc_cancel_token) \*/)
        result = "a handle that the caller owns."
    else if (result == "" && prototype ~ /^const char \*/ && prototype ~ /const dc_/)
        result = "NULL if it is absent."
    if (result != "") {
        heading(file, "RETURN VALUE")
        count = split(result, parts, "\n")
        for (i = 1; i <= count; i++) print (parts[i] ~ /u2026/ ? parts[i] : roff(parts[i])) >file
    }
    if (prototype ~ /^const char \*/ && prototype ~ /const dc_/)
        printf "%s.PP\nThe string is owned by its handle and valid until that is freed.\n", (result == "" ? ".SH RETURN VALUE\n" : "") >file
    if (match(prototype, /\((const )?dc_[a-z_]+ \*/)) {
        handle = substr(prototype, RSTART, RLENGTH)
        sub(/^\((const )?/, "", handle)
        sub(/ \*$/, "", handle)
        if (handle in types) {
            heading(file, "HANDLE")
            printf ".TP\n.B %s\n", roff(handle) >file
            count = split(types[handle], parts, "\n")
            for (i = 1; i <= count; i++) print roff(parts[i]) >file
        }
    }
    printf ".SH HISTORY\nSince %s.\n", since >file
    see_also(file, name)
    close(file)
}
BEGIN { first = 1 }
first && /^ \*\// { first = 0; next }
first && /Generated from/ { sub(/ Generated from.*/, "") }
first { sub(/^\/?[ *]\*? ?/, ""); if (NR > 1) overview = overview $0 "\n"; next }
/^\/\*\*/ { comment = $0; sub(/^\/\*\* ?/, "", comment); inside = 1; if (sub(/ ?\*\/$/, "", comment)) inside = 0; next }
inside && /@defgroup/ { section = $3 }
inside && /\*\// { inside = 0; next }
inside { sub(/^ \*+ ?/, ""); comment = comment (comment == "" ? "" : "\n") $0; next }
/^typedef struct / { types[$3] = comment; next }
/^#define DC_OPTION_/ { options[++option_count] = $2; option_comments[$2] = comment; next }
/^[a-z].*dc_[a-z_0-9]*\(/ && !/^typedef/ { prototype = $0; reading = 1 }
reading {
    if ($0 != prototype) prototype = prototype "\n" $0
    if (/;$/) {
        reading = 0
        name = prototype
        sub(/\(.*/, "", name)
        sub(/.*[ *]/, "", name)
        functions[++function_count] = name
        prototypes[name] = prototype
        comments[name] = comment
        section_of[name] = section
    }
}
END {
    for (number = 1; number <= function_count; number++) page(functions[number])

    file = folder "/dc_options.3"
    title(file, "dc_options")
    printf ".SH NAME\ndc_options \\- names of the options of libdata_connectors\n" >file
    printf ".SH SYNOPSIS\n.nf\n#include <data_connectors.h>\n.PP\n" >file
    printf "dc_config_set_string(config, DC_OPTION_REGION, \"eu\", &error);\n" >file
    printf "dc_config_set_int(config, DC_OPTION_TIMEOUT_MS, 30000, &error);\n.fi\n.SH DESCRIPTION\n" >file
    for (number = 1; number <= option_count; number++) {
        printf ".TP\n.B %s\n", options[number] >file
        count = split(option_comments[options[number]], parts, "\n")
        for (i = 1; i <= count; i++) print roff(parts[i]) >file
    }
    printf ".SH SEE ALSO\n.BR data_connectors (3),\n.BR dc_config_set_string (3),\n.BR dc_config_option (3)\n" >file

    file = folder "/data_connectors.3"
    title(file, "data_connectors")
    printf ".SH NAME\ndata_connectors \\- lists the data connectors of an Intercom workspace\n" >file
    printf ".SH SYNOPSIS\n.nf\n#include <data_connectors.h>\n.PP\ncc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs data_connectors)\n.fi\n" >file
    printf ".SH DESCRIPTION\n.nf\n" >file
    count = split(overview, parts, "\n")
    for (i = 1; i < count; i++) print roff(parts[i]) >file
    printf ".fi\n.SH SEE ALSO\n.BR dc_options (3)" >file
    for (i = 1; i <= function_count; i++) printf ",\n.BR %s (3)", functions[i] >file
    printf "\n" >file
}
