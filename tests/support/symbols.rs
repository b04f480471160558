//! The functions and constants of the header, and the symbols that a library exports.

use std::collections::BTreeSet;
use std::process::Command;

/// C source without its `/* … */` comments.
pub fn without_comments(source: &str) -> String {
    let mut code = String::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("/*") {
        code.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    code + rest
}

/// The `dc_…` functions of a header: each name outside of comments that is followed by a parenthesis.
pub fn declared(header: &str) -> BTreeSet<String> {
    let code = without_comments(header);
    code.match_indices('(')
        .map(|(at, _)| &code[..at])
        .filter_map(|before| before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next())
        .filter(|name| name.starts_with("dc_"))
        .map(str::to_owned)
        .collect()
}

/// The comment before the declaration of a function.
pub fn comment_of<'a>(header: &'a str, name: &str) -> &'a str {
    let call = format!("{name}(");
    header
        .split("/**")
        .skip(1)
        .filter_map(|part| part.split_once("*/"))
        .find(|(_, after)| after.split(';').next().is_some_and(|declaration| declaration.contains(&call)))
        .unwrap_or_else(|| panic!("{name} has no comment"))
        .0
}

/// The return type of a function, and the types and names of its parameters.
pub fn declaration_of(header: &str, name: &str) -> (String, Vec<(String, String)>) {
    let comment = comment_of(header, name);
    let (_, after) = header.split_once(comment).unwrap();
    let declaration = after.trim_start_matches("*/").split(';').next().unwrap();
    let (returned, parameters) = declaration.split_once(&format!("{name}(")).unwrap();
    let parameter = |text: &str| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let at = text.rfind([' ', '*']).map_or(0, |at| at + 1);
        (text[..at].trim().to_owned(), text[at..].to_owned())
    };
    let parameters = parameters.trim_end_matches(')').split(',').map(parameter);
    (returned.trim().to_owned(), parameters.filter(|(_, name)| name != "void").collect())
}

/// The opaque types of the header.
pub fn handles(header: &str) -> Vec<String> {
    let structs = header.lines().filter_map(|line| line.strip_prefix("typedef struct ")?.split(' ').next());
    structs.map(str::to_owned).collect()
}

/// The other types of the header, each with the type that it stands for: `int32_t`, or `void (*)(void *user_data)`.
pub fn types(header: &str) -> Vec<(String, String)> {
    let definition = |line: &str| {
        let definition = line.strip_prefix("typedef ")?.strip_suffix(';')?;
        let name = definition.split(['(', '*', ')', ' ']).find(|word| word.starts_with("dc_"))?.to_owned();
        let alias = definition.replacen(&name, "", 1);
        (!alias.starts_with("struct ")).then(|| (name, alias.trim().to_owned()))
    };
    header.lines().filter_map(definition).collect()
}

/// The version in which a function appeared.
pub fn since<'a>(header: &'a str, name: &str) -> &'a str {
    let (_, version) = comment_of(header, name).rsplit_once("Since: ").unwrap_or_else(|| panic!("{name} lacks Since"));
    version.lines().next().unwrap().trim()
}

/// Every number that the header defines.
pub fn constants(header: &str) -> Vec<(String, i64)> {
    let defined = header.lines().filter_map(|line| line.strip_prefix("#define ")?.split_once(' '));
    let number = |text: &str| text.trim_matches(['(', ')']).parse().ok();
    defined.filter_map(|(name, value)| Some((name.to_owned(), number(value)?))).collect()
}

/// The symbols that a DLL exports, according to `objdump`.
#[cfg(windows)]
pub fn exported(library: &std::path::Path) -> BTreeSet<String> {
    let output = Command::new("objdump").arg("-p").arg(library).output();
    let output = output.expect("objdump is not installed (part of mingw-w64)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let (_, names) = text.split_once("[Ordinal/Name Pointer] Table").unwrap();
    // Lines such as: [   0] dc_client_free
    let names = names.lines().skip(1).map_while(|line| line.trim().strip_prefix('[')?.split_once("] "));
    names.map(|(_, name)| name.rsplit(' ').next().unwrap().to_owned()).collect()
}

/// The symbols that a shared library exports, according to `nm`.
#[cfg(unix)]
pub fn exported(library: &std::path::Path) -> BTreeSet<String> {
    // On macOS, nm has no --dynamic, and names of C start with an underscore.
    let (options, prefix): (&[_], _) =
        if cfg!(target_os = "macos") { (&["-gUP"], "_") } else { (&["-gP", "--dynamic", "--defined-only"], "") };
    let output =
        Command::new("nm").args(options).arg(library).output().expect("nm is not installed (Debian package binutils)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(|name| name.strip_prefix(prefix).unwrap_or(name).to_owned())
        .collect()
}
