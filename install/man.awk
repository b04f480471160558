# Generates from the header a manual page for each function, a page for each section, such as dc_client(3), with its
# introduction, types and constants, dc_options(3), and data_connectors(3) from the first comment. A function's comment
# states only what differs from the rules of the header and of the types: its page adds what concerns it, and its
# SEE ALSO names the rest. With -v list=1 it prints the names of the files instead.
function roff(line) {
    gsub(/\\/, "\\e", line)
    gsub(/-/, "\\-", line)
    sub(/^[.']/, "\\\\\\&&", line)
    return line
}
# Without quotes, which macros remove from their arguments.
function quoted(line) {
    line = roff(line)
    gsub(/"/, "\\(dq", line)
    return line
}
function start(name) {
    if (list) print name ".3"
    file = list ? "/dev/null" : folder "/" name ".3"
    current = ""
    printf ".TH %s 3 \"\" \"data_connectors %s\" \"Library Functions Manual\"\n", toupper(name), version >file
}
# Starts a section of a page once, whatever order the comment has.
function heading(name) {
    if (current != name) printf ".SH %s\n", name >file
    current = name
}
function synopsis() { printf ".SH SYNOPSIS\n.nf\n#include <data_connectors.h>\n.PP\n" >file }
# Lines of text; an empty one separates paragraphs.
function write_text(lines,    count, parts, i) {
    count = split(lines, parts, "\n")
    for (i = 1; i <= count; i++) print (parts[i] == "" ? ".PP" : roff(parts[i])) >file
}
# Lines of code.
function write_code(lines,    count, parts, i) {
    count = split(lines, parts, "\n")
    for (i = 1; i <= count; i++) print roff(parts[i]) >file
}
function item(section, font, name, lines) {
    heading(section)
    printf ".TP\n.%s %s\n", font, quoted(name) >file
    write_text(lines)
}
function add_reference(name) {
    if (name != "" && name != self && !(name in referenced)) {
        referenced[name] = 1
        references = references ",\n.BR " name " (3)"
    }
}
# The part of a constant's name that related ones have in common: DC_LOG_ of DC_LOG_WARN.
function group(name) { return match(name, /^DC_[A-Z]+_/) ? substr(name, 1, RLENGTH) : name }
# Notes the groups of constants that a text names, and refers to their pages and those of functions. Quoted names are
# examples.
function mention(lines,    rest, name) {
    gsub(/"[^"]*"/, "", lines)
    rest = lines
    while (match(rest, /DC_[A-Z_]+/)) {
        name = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        mentioned[group(name)] = 1
        add_reference(page_of[section_of[group(name)]])
    }
    rest = lines
    while (match(rest, /dc_[a-z_0-9]+\(\)/)) {
        add_reference(substr(rest, RSTART, RLENGTH - 2))
        rest = substr(rest, RSTART + RLENGTH)
    }
}
function mention_handles(prototype,    name) {
    while (match(prototype, /dc_[a-z_]+ \*/)) {
        name = substr(prototype, RSTART, RLENGTH - 2)
        prototype = substr(prototype, RSTART + RLENGTH)
        if (name in types) add_reference(name)
    }
}
function see_also(section,    i) {
    add_reference("data_connectors")
    for (i = 1; i <= function_count; i++) if (section_of[functions[i]] == section) add_reference(functions[i])
    printf ".SH SEE ALSO\n%s\n", substr(references, 3) >file
    references = ""
    split("", referenced)
    split("", mentioned)
}
# The constants of a section that were mentioned, or all of them.
function write_constants(section, all,    i) {
    for (i = 1; i <= constant_count; i++)
        if (section_of[constants[i]] == section && (all || group(constants[i]) in mentioned)) {
            item("CONSTANTS", "B", constants[i] " " values[constants[i]], comments[constants[i]])
            mention(comments[constants[i]])
        }
}
# The first sentence, without its full stop.
function first_sentence(lines) {
    gsub(/\n/, " ", lines)
    sub(/[.] .*$/, "", lines)
    sub(/[.]$/, "", lines)
    return tolower(substr(lines, 1, 1)) substr(lines, 2)
}
function function_page(name,    prototype, comment, since, handle, count, parts, i, line, result, section) {
    self = name
    prototype = declarations[name]
    comment = comments[name]
    section = section_of[name]
    since = ""
    if (match(comment, /Since: [0-9.]+/)) {
        since = substr(comment, RSTART + 7, RLENGTH - 7)
        comment = substr(comment, 1, RSTART - 1) substr(comment, RSTART + RLENGTH)
        sub(/[ \n]+$/, "", comment)
    }
    start(name)
    printf ".SH NAME\n%s \\- %s\n", name, roff(first_sentence(comment)) >file
    synopsis()
    for (i = 1; i <= callback_count; i++)
        if (index(prototype, callbacks[i] " ")) printf "%s\n.PP\n", roff(declarations[callbacks[i]]) >file
    write_code(prototype)
    printf ".fi\n" >file
    heading("DESCRIPTION")
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
            item("PARAMETERS", "I", handle, line)
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
    if (name == page_of[section]) {
        heading("DESCRIPTION")
        printf ".PP\n" >file
        write_text(introductions[section])
    }
    if (prototype ~ /out_error/)
        item("PARAMETERS", "I", "out_error", \
            "receives the error on failure, which the caller frees with dc_error_free(); may be NULL.")
    if (result == "" && prototype ~ /^dc_status dc_(config|client|pager|list|cancel)/)
        result = "DC_OK, or one of DC_ERR_… on failure."
    else if (result == "" && prototype ~ /^(dc_config|dc_cancel_token) \*/)
        result = "a handle that the caller owns."
    else if (result == "" && prototype ~ /^const char \*/ && prototype ~ /const dc_/)
        result = "NULL if it is absent."
    if (result != "") {
        heading("RETURN VALUE")
        write_text(result)
    }
    handle = ""
    if (match(prototype, /\((const )?dc_[a-z_]+ \*/)) {
        handle = substr(prototype, RSTART, RLENGTH)
        sub(/^\((const )?/, "", handle)
        sub(/ \*$/, "", handle)
    }
    if (prototype ~ /^const char \*/ && handle in types && result !~ /valid until/)
        printf ".PP\nThe string is owned by %s and valid until that is freed.\n", \
            types[handle] ~ /Owned by its page/ ? "the page" : "its handle" >file
    if (handle in types) item("HANDLE", "B", handle, types[handle])
    for (i = 1; i <= callback_count; i++)
        if (index(prototype, callbacks[i] " ")) {
            if (current != "CALLBACKS") {
                heading("CALLBACKS")
                printf "The rules for callbacks are in\n.BR dc_callbacks (3).\n" >file
            }
            item("CALLBACKS", "B", callbacks[i], comments[callbacks[i]])
            mention(comments[callbacks[i]])
        }
    add_reference(page_of[section])
    if (prototype ~ /^dc_status dc_/) add_reference(page_of["dc_status"])
    mention_handles(prototype)
    mention(comment)
    write_constants(section, name == page_of[section])
    printf ".SH HISTORY\nSince %s.\n", since >file
    see_also(section)
    close(file)
}
function section_page(section,    i, type, names, summary) {
    self = page_of[section]
    start(self)
    names = self
    summary = tolower(substr(titles[section], 1, 1)) substr(titles[section], 2) " of libdata_connectors"
    for (i = 1; i <= callback_count; i++) if (section_of[callbacks[i]] == section) names = names ", " callbacks[i]
    if (self in types) summary = first_sentence(types[self])
    else if (self in declarations) summary = first_sentence(comments[self])
    printf ".SH NAME\n%s \\- %s\n", names, roff(summary) >file
    synopsis()
    # The handles that functions of the section free: its own, and at most one more.
    if (self in types) printf "typedef struct %s %s;\n", self, self >file
    for (i in types)
        if (i != self && section_of[i "_free"] == section) printf "typedef struct %s %s;\n", i, i >file
    for (i = 1; i <= type_count; i++)
        if (section_of[type_names[i]] == section) printf "%s\n", roff(declarations[type_names[i]]) >file
    for (i = 1; i <= function_count; i++)
        if (section_of[functions[i]] == section) {
            printf ".PP\n" >file
            write_code(declarations[functions[i]])
        }
    printf ".fi\n" >file
    heading("DESCRIPTION")
    write_text(introductions[section])
    mention(introductions[section])
    if (section == "dc_config") add_reference("dc_options")
    if (self in types) item("HANDLE", "B", self, types[self])
    for (i = 1; i <= type_count; i++) {
        type = type_names[i]
        if (section_of[type] == section) {
            item(declarations[type] ~ /\(\*/ ? "CALLBACKS" : "TYPES", "B", type, comments[type])
            mention(comments[type])
        }
    }
    write_constants(section, 1)
    see_also(section)
    close(file)
}
function options_page(    i) {
    self = "dc_options"
    start(self)
    printf ".SH NAME\ndc_options \\- names of the options of libdata_connectors\n" >file
    synopsis()
    printf "dc_config_set_string(config, DC_OPTION_REGION, \"eu\", &error);\n" >file
    printf "dc_config_set_int(config, DC_OPTION_TIMEOUT_MS, 30000, &error);\n.fi\n" >file
    heading("DESCRIPTION")
    printf "The rules for all options, and for retries, are in\n.BR dc_config (3).\n" >file
    for (i = 1; i <= option_count; i++) item("OPTIONS", "B", options[i] " " values[options[i]], comments[options[i]])
    add_reference("dc_config")
    see_also("dc_config")
    close(file)
}
function overview_page(    i) {
    self = "data_connectors"
    start(self)
    printf ".SH NAME\ndata_connectors \\- lists the data connectors of an Intercom workspace\n" >file
    synopsis()
    printf "cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs data_connectors)\n.fi\n" >file
    printf ".SH DESCRIPTION\n.nf\n" >file
    write_code(overview)
    printf ".fi\n" >file
    add_reference("dc_options")
    for (i = 1; i <= section_count; i++) add_reference(page_of[sections[i]])
    for (i = 1; i <= function_count; i++) add_reference(functions[i])
    see_also("")
    close(file)
}
function end_of_comment(    lines) {
    inside = 0
    if (!sub(/^@defgroup /, "", comment)) return
    lines = comment
    section = substr(lines, 1, index(lines, " ") - 1)
    titles[section] = substr(lines, length(section) + 2, index(lines, "\n") - length(section) - 2)
    sub(/^[^\n]*\n+/, "", lines)
    sub(/\n@{$/, "", lines)
    introductions[section] = lines
    if (section != "dc_types") {
        sections[++section_count] = section
        page_of[section] = section
        # A section with a handle is named after it: dc_cancel_token(3).
        if (!(section in types)) for (type in types) if (index(type, section "_") == 1) page_of[section] = type
    }
}
function end_of_declaration(    name) {
    reading = 0
    name = declaration
    if (declaration ~ /^typedef .*\(\*/) {
        sub(/.*\(\*/, "", name)
        sub(/\).*/, "", name)
        callbacks[++callback_count] = name
    } else {
        sub(/[(;].*/, "", name)
        sub(/.*[ *]/, "", name)
    }
    if (declaration ~ /^typedef /) {
        type_names[++type_count] = name
    } else {
        functions[++function_count] = name
        is_function[name] = 1
    }
    declarations[name] = declaration
    comments[name] = comment
    section_of[name] = section
}
BEGIN { first = 1 }
first && /^ \*\// { first = 0; next }
first && /Generated from/ { sub(/ Generated from.*/, "") }
first { sub(/^\/?[ *]\*? ?/, ""); if (NR > 1) overview = overview (overview == "" ? "" : "\n") $0; next }
/^\/\*\*/ { comment = $0; sub(/^\/\*\* ?/, "", comment); inside = 1; if (sub(/ ?\*\/$/, "", comment)) inside = 0; next }
inside && /\*\// { end_of_comment(); next }
inside { sub(/^ \*+ ?/, ""); comment = comment (comment == "" ? "" : "\n") $0; next }
/^typedef struct / { types[$3] = comment; next }
/^#define DC_/ {
    values[$2] = $0
    sub(/^#define [A-Z_0-9]+ /, "", values[$2])
    gsub(/[()]/, "", values[$2])
    comments[$2] = comment
    if ($2 ~ /^DC_OPTION_/) options[++option_count] = $2
    else constants[++constant_count] = $2
    section_of[$2] = section
    section_of[group($2)] = $2 ~ /^DC_OPTION_/ ? "options" : section
    next
}
!reading && (/^typedef / || /^[a-z].*dc_[a-z_0-9]*\(/) { declaration = ""; reading = 1 }
reading { declaration = declaration (declaration == "" ? "" : "\n") $0; if (/;$/) end_of_declaration() }
END {
    page_of["options"] = "dc_options"
    for (number = 1; number <= function_count; number++) function_page(functions[number])
    # The page of a function may have the same name: dc_version(3).
    for (number = 1; number <= section_count; number++)
        if (!(page_of[sections[number]] in is_function)) section_page(sections[number])
    options_page()
    overview_page()
}
