//! The files of `src/` depend on each other without cycles: `sys <- cancel <- call <- transport <- client <- pager
//! <- ffi`.
//!
//! A dependency is a path outside `#[cfg(test)]` that starts with `crate::`, `super::`, `self::` or the name of a child
//! module; it points to the innermost file of the path. `mod child;` alone is not a dependency.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module path without `crate`; empty for the crate root.
type Module = Vec<String>;
type Graph = BTreeMap<Module, BTreeSet<Module>>;

#[test]
fn src_has_no_import_cycles() {
    let mut sources = BTreeMap::new();
    read_sources(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), &[], &mut sources);
    let graph = dependencies(&sources);
    if let Some(cycle) = find_cycle(&graph) {
        panic!("import cycle: {cycle}");
    }
}

#[test]
fn layers_depend_on_the_layer_below() {
    let mut sources = BTreeMap::new();
    read_sources(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), &[], &mut sources);
    let graph = dependencies(&sources);
    let layers = ["sys", "cancel", "call", "transport", "client", "pager", "ffi"];
    let depends = |user: &str, used: &str| {
        let is_in = |module: &Module, layer: &str| module.first().is_some_and(|name| name == layer);
        graph.iter().any(|(module, targets)| is_in(module, user) && targets.iter().any(|target| is_in(target, used)))
    };
    for (number, upper) in layers.iter().enumerate().skip(1) {
        assert!(depends(upper, layers[number - 1]), "{upper} does not depend on {}", layers[number - 1]);
        for lower in &layers[..number] {
            assert!(!depends(lower, upper), "{lower} depends on {upper}");
        }
    }
}

/// Sources by module: `a.rs` and `a/mod.rs` are both `a`.
fn read_sources(folder: &Path, parent: &[String], sources: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let mut module = parent.to_vec();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a UTF-8 name").to_owned();
        let is_root = parent.is_empty() && name == "lib";
        if name != "mod" && !is_root {
            module.push(name);
        }
        if path.is_dir() {
            read_sources(&path, &module, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.insert(module, fs::read_to_string(&path).expect("a source file"));
        }
    }
}

fn dependencies(sources: &BTreeMap<Module, String>) -> Graph {
    let mut test_modules = BTreeSet::new();
    let mut files = BTreeMap::new();
    for (module, source) in sources {
        let (tokens, tests) = without_tests(&tokenize(source));
        test_modules.extend(tests.into_iter().map(|name| [module.clone(), vec![name]].concat()));
        files.insert(module.clone(), tokens);
    }
    files.retain(|module, _| !test_modules.iter().any(|tests| module.starts_with(tests)));
    let resolve = |path: &[String]| {
        let lengths = (0..=path.len()).rev();
        lengths.map(|length| path[..length].to_vec()).find(|module| files.contains_key(module)).unwrap_or_default()
    };
    let mut graph = Graph::new();
    for (module, tokens) in &files {
        let paths = paths(module, tokens);
        let targets = paths.iter().map(|path| resolve(path)).filter(|target| target != module);
        graph.insert(module.clone(), targets.collect());
    }
    graph
}

/// Identifiers, `::` and single other characters; without comments, strings, characters and lifetimes.
fn tokenize(source: &str) -> Vec<String> {
    let chars: Vec<char> = source.chars().collect();
    let starts_with = |at: usize, text: &str| text.chars().enumerate().all(|(n, c)| chars.get(at + n) == Some(&c));
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if starts_with(at, "//") {
            at += chars[at..].iter().take_while(|c| **c != '\n').count();
        } else if starts_with(at, "/*") {
            at += 2;
            while at < chars.len() && !starts_with(at, "*/") {
                at += 1;
            }
            at += 2;
        } else if c == '"' {
            at += 1;
            while chars.get(at).is_some_and(|c| *c != '"') {
                at += if chars[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
        } else if c == '\'' {
            at += match (chars.get(at + 1), chars.get(at + 2)) {
                (Some('\\'), _) => 3 + chars[at + 3..].iter().take_while(|c| **c != '\'').count() + 1,
                (Some(_), Some('\'')) => 3,
                // A lifetime.
                _ => 1 + chars[at + 1..].iter().take_while(|c| is_word(**c)).count(),
            };
        } else if is_word(c) {
            let word: String = chars[at..].iter().take_while(|c| is_word(**c)).collect();
            at += word.chars().count();
            let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
            if matches!(word.as_str(), "r" | "br" | "cr") && chars.get(at + hashes) == Some(&'"') {
                let end = format!("\"{}", "#".repeat(hashes));
                at += hashes + 1;
                while at < chars.len() && !starts_with(at, &end) {
                    at += 1;
                }
                at += end.len();
            } else {
                tokens.push(word);
            }
        } else if starts_with(at, "::") {
            tokens.push("::".to_owned());
            at += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            at += 1;
        }
    }
    tokens
}

/// The tokens without the items that have `#[cfg(test)]`, and the names of the modules among those items.
fn without_tests(tokens: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut kept, mut modules) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        let after = item_after_test_attribute(tokens, at);
        let Some(item) = after else {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        };
        let end = end_of_item(tokens, item);
        if let Some(position) = tokens[item..end].iter().position(|token| token == "mod") {
            modules.extend(tokens.get(item + position + 1).cloned());
        }
        at = end;
    }
    (kept, modules)
}

/// The start of the item, if an attribute `#[cfg(…test…)]` is at `at`.
fn item_after_test_attribute(tokens: &[String], at: usize) -> Option<usize> {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token == text);
    if !(is(at, "#") && is(at + 1, "[") && is(at + 2, "cfg")) {
        return None;
    }
    let end = at + tokens[at..].iter().position(|token| token == "]")?;
    let attribute = &tokens[at..end];
    let has = |text: &str| attribute.iter().any(|token| token == text);
    (has("test") && !has("not")).then_some(end + 1)
}

/// The position after the `;` or the block that ends the item.
fn end_of_item(tokens: &[String], start: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "}" if depth == 1 => return at + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The absolute form of each path in a file that refers to an item of this crate.
fn paths(file: &Module, tokens: &[String]) -> Vec<Module> {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token == text);
    let declared = |at: usize| is(at, "mod") && is(at + 2, ";");
    let children: BTreeSet<_> = (0..tokens.len()).filter(|at| declared(*at)).map(|at| &tokens[at + 1]).collect();
    let mut found = Vec::new();
    // The enclosing inline modules, each with the depth of its block.
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => {
                depth += 1;
                if at >= 2 && tokens[at - 2] == "mod" {
                    inline.push((tokens[at - 1].clone(), depth));
                }
            }
            "}" => {
                inline.retain(|(_, opened)| *opened != depth);
                depth -= 1;
            }
            _ => {}
        }
        if !is(at + 1, "::") || (at > 0 && tokens[at - 1] == "::") {
            continue;
        }
        let here: Module = file.iter().cloned().chain(inline.iter().map(|(name, _)| name.clone())).collect();
        let (base, next) = match token.as_str() {
            "crate" => (Vec::new(), at + 2),
            "self" => (here, at + 2),
            "super" => {
                let supers = (0..).take_while(|n| is(at + 2 * n, "super") && is(at + 2 * n + 1, "::")).count();
                (here[..here.len().saturating_sub(supers)].to_vec(), at + 2 * supers)
            }
            _ if children.contains(token) => (file.clone(), at),
            _ => continue,
        };
        read_path(tokens, next, base, &mut found);
    }
    found
}

/// Parses a path or a `use` tree at `at`, and returns its end.
fn read_path(tokens: &[String], mut at: usize, mut path: Module, found: &mut Vec<Module>) -> usize {
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    at = read_path(tokens, at, path.clone(), found);
                    // Skip `as name` and the comma before the next branch.
                    while tokens.get(at).is_some_and(|token| token != "," && token != "}") {
                        at += 1;
                    }
                    at += usize::from(tokens.get(at).is_some_and(|token| token == ","));
                }
                return at + 1;
            }
            Some(word) if word.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                if word != "self" {
                    path.push(word.to_owned());
                }
                at += 1;
                if tokens.get(at).is_none_or(|token| token != "::") {
                    break;
                }
                at += 1;
            }
            // A glob, generic arguments, or the end.
            _ => break,
        }
    }
    found.push(path);
    at
}

/// One cycle, written as `a -> b -> a`.
fn find_cycle(graph: &Graph) -> Option<String> {
    let mut done = BTreeSet::new();
    graph.keys().find_map(|module| visit(graph, module, &mut Vec::new(), &mut done))
}

fn visit<'a>(
    graph: &'a Graph,
    module: &'a Module,
    stack: &mut Vec<&'a Module>,
    done: &mut BTreeSet<&'a Module>,
) -> Option<String> {
    if let Some(start) = stack.iter().position(|open| *open == module) {
        let cycle = stack[start..].iter().copied().chain([module]);
        return Some(cycle.map(name).collect::<Vec<_>>().join(" -> "));
    }
    if done.contains(module) {
        return None;
    }
    stack.push(module);
    let cycle = graph.get(module).into_iter().flatten().find_map(|target| visit(graph, target, stack, done));
    stack.pop();
    done.insert(module);
    cycle
}

fn name(module: &Module) -> String {
    if module.is_empty() { "lib".to_owned() } else { module.join("/") }
}

/// The cycle in a crate of these files, by module name; `lib` is the root.
fn cycle_in(files: &[(&str, &str)]) -> Option<String> {
    let module = |name: &str| match name {
        "lib" => Vec::new(),
        name => name.split('/').map(str::to_owned).collect(),
    };
    find_cycle(&dependencies(&files.iter().map(|(name, source)| (module(name), (*source).to_owned())).collect()))
}

#[test]
fn finds_cycles() {
    let cycle = |files: &[(&str, &str)]| cycle_in(files).expect("a cycle");
    assert_eq!(cycle(&[("lib", ""), ("a", "use crate::b::B;"), ("b", "fn f() { crate::a::f() }")]), "a -> b -> a");
    assert_eq!(
        cycle(&[("lib", ""), ("a", "use crate::{c::C, b::{self, B as X}};"), ("b", "use super::a::*;"), ("c", "")]),
        "a -> b -> a"
    );
    // A child that uses its parent, which re-exports it or calls it by a plain path.
    assert_eq!(cycle(&[("lib", ""), ("a", "pub use self::b::B;"), ("a/b", "use super::A;")]), "a -> a/b -> a");
    assert_eq!(cycle(&[("lib", ""), ("a", "mod b; fn f() { b::f() }"), ("a/b", "use super::*;")]), "a -> a/b -> a");
    assert_eq!(cycle(&[("lib", "mod a; pub use a::A;"), ("a", "use crate::Error;")]), "lib -> a -> lib");
    assert_eq!(
        cycle(&[("lib", ""), ("a", "mod x { use super::super::b::B; }"), ("b", "use crate::a::A;")]),
        "a -> b -> a"
    );
}

#[test]
fn ignores_tests_comments_strings_and_declarations() {
    let sources = [
        "#[cfg(test)] mod tests { use crate::b::B; }",
        "#[cfg(test)] use crate::b::B;",
        "#[cfg(any(test, fuzzing))] #[allow(unused)] fn f(x: [u8; 2]) { crate::b::f() }",
        "// crate::b::f()\n/* crate::b::f() */ /// [`B`](crate::b::B)\n",
        r##"const A: &str = "crate::b::B \" crate::b::B"; const R: &str = r#"" crate::b::B"#; const C: char = '"';"##,
        "fn f<'a>(x: &'a str) -> char { '\\'' } mod inner { use super::A; }",
        "mod b;",
        "fn f() { std::b::f() }",
    ];
    for source in sources {
        assert_eq!(cycle_in(&[("lib", ""), ("a", source), ("b", "use crate::a::A;")]), None, "{source}");
        let found = cycle_in(&[("lib", ""), ("a", &format!("{source} use crate::b::B;")), ("b", "use crate::a::A;")]);
        assert_eq!(found.as_deref(), Some("a -> b -> a"), "{source}");
    }
    // A test module in a separate file.
    let files =
        [("lib", ""), ("a", "#[cfg(test)] mod tests; use crate::b::B;"), ("a/tests", "use super::*;"), ("b", "")];
    assert_eq!(cycle_in(&files), None);
}
